"""Talks to `emberline mcp` with the published client, in each revision of the protocol that the client knows."""

import asyncio
import json
import sys
from pathlib import Path

from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS

REPOSITORY = Path(__file__).resolve().parents[2]


def text(result) -> str:
    return result.content[0].text


async def session(program: str, mode: str) -> tuple[str, int]:
    server = StdioServerParameters(command=program, args=["mcp", "--against", "http://127.0.0.1:9"], cwd=REPOSITORY)
    async with Client(server, mode=mode) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert {"objectives", "check", "explain", "walk_case", "budget", "backtest", "walk"} == set(tools), tools
        assert all(tool.annotations.read_only_hint for tool in tools.values()), tools
        objectives = await client.call_tool("objectives", {})
        told = json.loads(text(objectives))["objectives"]
        assert not objectives.is_error and told and all(slo["alerts"] for slo in told), told
        checked = json.loads(text(await client.call_tool("check", {})))
        assert checked, checked
        explained = await client.call_tool("explain", {"code": "unbounded-label"})
        assert "unbounded-label" in text(explained), explained
        for name, given, why in [
            ("explain", {"code": "no-such-code"}, "no-such-code"),
            ("objectives", {"service": "nobody"}, "nobody"),
            ("backtest", {"rules": "/etc/hosts"}, "below the current folder"),
            ("budget", {}, "127.0.0.1:9"),
        ]:
            answer = await client.call_tool(name, given)
            assert answer.is_error and why in text(answer), (name, answer)
        return client.protocol_version, len(tools)


async def main(program: str) -> None:
    spoken = {}
    for mode in ["legacy", "auto", *MODERN_PROTOCOL_VERSIONS]:
        version, count = await asyncio.wait_for(session(program, mode), 60)
        spoken[mode] = version
        print(f"| mcp: the published client, {mode}: revision {version}, {count} tools")
    assert spoken["legacy"] in HANDSHAKE_PROTOCOL_VERSIONS, spoken


asyncio.run(main(sys.argv[1]))
