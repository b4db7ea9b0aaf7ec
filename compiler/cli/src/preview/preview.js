// Numbers from Prometheus on the pages that `emberline preview` serves; every text is set as text.
"use strict";
{
  const EVERY = 15_000;
  const parts = location.pathname.split("/").filter(Boolean);
  const main = document.getElementById("main");
  const make = (name, text, className) => {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    return element;
  };
  const percent = (share) => `${(share * 100).toFixed(1)}%`;
  // Below zero, a share of the budget says little: how often all of it is spent says how bad it is.
  const budget = (share) => {
    if (share === null) return "no number";
    if (share >= 0) return `${percent(share)} of the budget left`;
    return share > -1 ? `budget overspent by ${percent(-share)}` : `budget spent ${(1 - share).toFixed(0)} times over`;
  };
  const since = (seconds) => {
    const minutes = Math.max(0, Math.round((Date.now() / 1000 - seconds) / 60));
    if (minutes < 120) return `${minutes} min`;
    return minutes < 2880 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} days`;
  };
  const rate = (burn) => (burn === null ? "no number" : `${burn.toFixed(2)}×`);
  const group = (labels) => {
    const own = Object.entries(labels).filter(([name]) => !["__name__", "service", "slo", "alertname", "severity"].includes(name));
    return own.map(([name, value]) => `${name} ${value}`).join(", ");
  };
  const all = (series, show) =>
    series.length === 0 ? "no data" : series.map((one) => [group(one.labels), show(one.value)].filter(Boolean).join(": ")).join("; ");

  const plot = (numbers) => {
    const space = "http://www.w3.org/2000/svg";
    const draw = (name, attributes, text) => {
      const element = document.createElementNS(space, name);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      if (text) element.textContent = text;
      return element;
    };
    const [width, height, left, bottom] = [640, 180, 48, 20];
    const points = numbers.history.flatMap((one) => one.points);
    if (points.length === 0) return make("p", "No burn rate was recorded in the last six hours.", "quiet");
    const lines = numbers.alerts.map((alert) => Number(alert.burn));
    const most = Math.max(1, ...points.map(([, value]) => value ?? 0), ...lines.filter((line) => line < 20));
    const end = Math.max(...points.map(([time]) => time));
    const x = (time) => left + (1 - (end - time) / 21_600) * (width - left - 8);
    const y = (value) => (height - bottom) - (Math.max(0, value) / most) * (height - bottom - 12);
    const svg = draw("svg", {
      class: "plot", role: "img", viewBox: `0 0 ${width} ${height}`, width, height,
      "aria-label": `Burn rate over ${numbers.plotted} in the last six hours, at most ${rate(Math.max(...points.map(([, v]) => v ?? 0)))}`,
    });
    // Ticks from above: the greatest first, none over another.
    let above = -Infinity;
    for (const line of [...new Set([0, Number(most.toFixed(1)), ...lines])].sort((a, b) => b - a)) {
      if (line > most * 1.01 || y(line) - above < 14) continue;
      above = y(line);
      svg.append(draw("path", { class: "grid", d: `M${left} ${y(line)}H${width - 8}` }));
      svg.append(draw("text", { class: "tick", x: left - 6, y: y(line) + 4, "text-anchor": "end" }, `${line}×`));
    }
    svg.append(draw("text", { class: "tick", x: left, y: height - 4 }, "6 h ago"));
    svg.append(draw("text", { class: "tick", x: width - 8, y: height - 4, "text-anchor": "end" }, "now"));
    numbers.history.forEach((one, at) => {
      const path = one.points.filter(([, value]) => value !== null).map(([time, value], n) => `${n ? "L" : "M"}${x(time).toFixed(1)} ${y(value).toFixed(1)}`);
      svg.append(draw("path", { class: `fires c${at % 4}`, d: path.join("") }));
    });
    return svg;
  };

  const live = make("section", undefined, "live");
  live.setAttribute("aria-label", "Live numbers");
  const leads = main.querySelectorAll("h1, h1 ~ .lead");
  leads[leads.length - 1].after(live);
  const said = (text) => live.replaceChildren(make("p", text, "quiet"));

  // The page of an objective, if this page links to it.
  const page = ({ service, slo }) => document.querySelector(`a[href="${CSS.escape(service)}/${CSS.escape(slo)}/index.html"]`)?.href;
  // What fires comes first: whoever opens the page was paged.
  const firing = (numbers, isOne) => {
    const list = make("ul", undefined, "alerts");
    for (const { labels, value } of [...numbers.firing].sort((a, b) => a.value - b.value)) {
      const line = make("li");
      line.append(make("span", labels.severity ?? "fires", "severity"), ` ${labels.alertname} `);
      if (!isOne) {
        const link = make("a", `${labels.service} ${labels.slo}`);
        const href = page(labels);
        if (href) link.href = href;
        line.append(href ? link : link.textContent, " ");
      }
      line.append([value === null ? "" : `for ${since(value)}`, group(labels)].filter(Boolean).join(", "));
      list.append(line);
    }
    const title = numbers.firing.length === 0 ? "Nothing fires" : "Fires now";
    return [make("p", `${title}, by ${numbers.prometheus}`, "quiet"), list];
  };

  const ofObjective = (numbers) => {
    const rows = make("table", undefined, "facts");
    const body = make("tbody");
    rows.append(body);
    const row = (name, value) => {
      const line = make("tr");
      const head = make("th", name);
      head.scope = "row";
      line.append(head, make("td", value));
      body.append(line);
    };
    row("Error budget", all(numbers.budgets, budget));
    for (const burn of numbers.burns) row(`Burn rate, ${burn.window}`, all(burn.series, rate));
    live.replaceChildren(...firing(numbers, true), rows, plot(numbers));
  };
  const ofAll = (numbers) => {
    const list = make("ul", undefined, "alerts");
    const sorted = [...numbers.budgets].sort((a, b) => (a.value ?? 2) - (b.value ?? 2));
    for (const one of sorted.slice(0, 20)) {
      list.append(make("li", `${[one.labels.service, one.labels.slo, group(one.labels)].filter(Boolean).join(" ")}: ${budget(one.value)}`));
    }
    const title = sorted.length === 0 ? "No budget is recorded" : "The least budgets now";
    live.replaceChildren(...firing(numbers, false), make("p", title, "quiet"), list);
  };

  const [address, show] =
    parts.length === 3
      ? [`/.live/${parts[0]}/${parts[1]}`, ofObjective]
      : parts.length === 0 || location.pathname === "/index.html" ? ["/.live", ofAll] : [null, null];
  const refresh = async () => {
    try {
      const answer = await fetch(address);
      if (answer.ok) show(await answer.json());
      else said((await answer.text()).trim());
    } catch (error) {
      said(`The preview has ended: ${error.message}`);
    }
  };
  if (address) {
    refresh();
    setInterval(refresh, EVERY);
  } else {
    live.remove();
  }
}
