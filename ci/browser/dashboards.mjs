// Every generated dashboard is what Grafana's published types say (`@grafana/grafana-foundation-sdk`), queries included, and
// every TraceQL and LogQL query parses by Grafana's published grammars.
//
//   node dashboards.mjs FOLDER…      folders of `emberline compile --only grafana`
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parser as traceql } from "@grafana/lezer-traceql";
import { parser as logql } from "@grafana/lezer-logql";

const here = dirname(fileURLToPath(import.meta.url));

// Enumerations are strings in JSON, and a query's marker method is none of its fields.
const PLAIN = `
export type Plain<T> = T extends (...args: never[]) => unknown ? never
  : T extends string ? (string extends T ? string : \`\${T}\`)
  : T extends (infer U)[] ? Plain<U>[]
  : T extends object ? { [K in keyof T as K extends "_implementsDataqueryVariant" ? never : K]: Plain<T[K]> }
  : T;
`;
const QUERIES = {
  prometheus: "prometheus.Dataquery",
  tempo: "TraceqlQuery",
  loki: "loki.dataquery",
  "grafana-pyroscope-datasource": "pyroscope.dataquery",
};

function dashboards(folders) {
  return folders.flatMap((folder) =>
    readdirSync(join(folder, "dashboards")).map((name) => {
      const path = join(folder, "dashboards", name);
      return { path, board: JSON.parse(readFileSync(path, "utf8")) };
    }),
  );
}

/** Queries of a dashboard of either form: `{kind, body}`. */
function queries(board) {
  if (board.spec) {
    return Object.values(board.spec.elements).flatMap((element) =>
      element.spec.data.spec.queries.map(({ spec }) => ({ kind: spec.query.group, body: spec.query.spec })),
    );
  }
  return board.panels.flatMap((panel) => (panel.targets ?? []).map((body) => ({ kind: panel.datasource.type, body })));
}

/** A module of TypeScript that compiles only if the dashboard and its queries have the published types. */
function module({ board }) {
  const lines = [
    'import type * as classic from "@grafana/grafana-foundation-sdk/dashboard";',
    'import type * as v2 from "@grafana/grafana-foundation-sdk/dashboardv2";',
    'import type * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";',
    'import type * as tempo from "@grafana/grafana-foundation-sdk/tempo";',
    'import type * as loki from "@grafana/grafana-foundation-sdk/loki";',
    'import type * as pyroscope from "@grafana/grafana-foundation-sdk/grafanapyroscope";',
    'import type { Plain } from "./plain.js";',
    // What the SDK calls a panel's query has no fields; each is judged by its own type below.
    'type Untyped<T> = Omit<T, "targets"> & { targets?: unknown[] };',
    'type Board = Omit<Plain<classic.Dashboard>, "panels"> & { panels: (Untyped<Plain<classic.Panel>> | Plain<classic.RowPanel>)[] };',
    'type TraceqlQuery = Omit<tempo.Dataquery, "filters"> & { filters?: tempo.TraceqlFilter[] };',
  ];
  lines.push(
    board.spec
      ? `(${JSON.stringify(board.spec)}) satisfies Plain<v2.Dashboard>;`
      : `(${JSON.stringify(board)}) satisfies Board;`,
  );
  for (const { kind, body } of queries(board)) {
    lines.push(`(${JSON.stringify(body)}) satisfies Plain<${QUERIES[kind]}>;`);
  }
  return lines.join("\n");
}

/** The first place at which a grammar does not know on, or nothing. */
function fault(parser, text) {
  let place;
  parser.parse(text).iterate({ enter: (node) => void (place ??= node.type.isError ? node.from : undefined) });
  return place;
}

/** A query as it is sent: Grafana has put something in the place of each variable. */
const filled = (text) => text.replace(/\$\{[^}]*\}/g, "x");

export function languageFaults(kind, text) {
  const parser = { tempo: traceql, loki: logql }[kind];
  const at = parser && fault(parser, filled(text));
  return at === undefined ? [] : [`${kind}: ${text} does not parse from character ${at} on`];
}

function check(folders) {
  const boards = dashboards(folders);
  if (boards.length === 0) throw new Error(`no dashboard in ${folders}`);
  const faults = [];
  const counts = {};
  for (const { path, board } of boards) {
    for (const { kind, body } of queries(board)) {
      if (!(kind in QUERIES)) faults.push(`${path}: a query of ${kind}`);
      counts[kind] = (counts[kind] ?? 0) + 1;
      faults.push(...languageFaults(kind, body.query ?? body.expr ?? ""));
    }
  }
  const scratch = mkdtempSync(join(here, ".types-"));
  try {
    writeFileSync(join(scratch, "plain.ts"), PLAIN);
    boards.forEach((it, at) => writeFileSync(join(scratch, `board${at}.ts`), module(it)));
    // A dashboard that is none, and a query that is none: the compiler must see both.
    const [first] = boards;
    const broken = structuredClone(first.board);
    (broken.spec ?? broken).title = 7;
    writeFileSync(join(scratch, "broken0.ts"), module({ board: broken }));
    const misspelt = structuredClone(first.board);
    queries(misspelt)[0].body.legendFromat = "x";
    writeFileSync(join(scratch, "broken1.ts"), module({ board: misspelt }));
    const tsc = (pattern) => {
      const files = readdirSync(scratch).filter((name) => name.startsWith(pattern)).map((name) => join(scratch, name));
      const flags = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--moduleResolution", "nodenext"];
      return spawnSync(process.execPath, [join(here, "node_modules/typescript/bin/tsc"), ...flags, ...files], { encoding: "utf8" });
    };
    const judged = tsc("board");
    if (judged.status !== 0) faults.push(judged.stdout.slice(0, 4000));
    for (const name of ["broken0", "broken1"]) {
      const refused = tsc(name);
      if (refused.status === 0 || !/number|legendFromat/.test(refused.stdout)) {
        faults.push(`the types let a broken dashboard pass (${name}): ${refused.stdout}`);
      }
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
  return { boards, counts, faults };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { boards, counts, faults } = check(process.argv.slice(2));
  faults.forEach((text) => console.error(text));
  const kinds = Object.entries(counts).map(([kind, count]) => `${count} ${kind}`).join(", ");
  console.log(`dashboards: ${boards.length} are of Grafana's published types, and their queries (${kinds}) too`);
  process.exit(faults.length === 0 ? 0 : 1);
}
