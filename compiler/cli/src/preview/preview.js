// Numbers from Prometheus on the pages that `emberline preview` serves, asked again and again while somebody looks. Every text
// is set as text. What changes is put in place: the reader's position, focus and selection stay.
"use strict";
{
  const EVERY = 15_000;
  const PATIENCE = 10_000;
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
  const length = (seconds) => {
    if (seconds < 120) return `${Math.max(0, Math.round(seconds))} s`;
    const minutes = Math.round(seconds / 60);
    if (minutes < 120) return `${minutes} min`;
    return minutes < 2880 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} days`;
  };
  const since = (seconds) => length(Date.now() / 1000 - seconds);
  const clock = (seconds) => {
    const day = new Date(seconds * 1000);
    const time = day.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    return day.toDateString() === new Date().toDateString() ? time : `${day.toLocaleDateString()} ${time}`;
  };
  const rate = (burn) => (burn === null ? "no number" : `${burn.toFixed(2)}×`);
  const KNOWN = ["__name__", "service", "slo", "alertname", "severity", "long_window", "short_window"];
  const group = (labels) => {
    const own = Object.entries(labels).filter(([name]) => !KNOWN.includes(name));
    return own.map(([name, value]) => `${name} ${value}`).join(", ");
  };
  const windows = (labels) => (labels.long_window ? `${labels.long_window}/${labels.short_window}` : "");
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
    const scroll = make("div", undefined, "scroll");
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", "Burn rate of the last six hours");
    scroll.append(svg);
    return scroll;
  };

  const live = make("section", undefined, "live");
  live.setAttribute("aria-label", "Live numbers");
  const head = main.querySelector(".head");
  const leads = main.querySelectorAll("h1, h1 ~ .lead");
  (head ?? leads[leads.length - 1]).after(live);
  // How old the numbers are stands in the header of the page; only what changes is read out.
  const fresh = make("p", "Asking Prometheus …", "quiet fresh");
  const told = make("p", undefined, "unseen");
  told.setAttribute("role", "status");
  document.querySelector("header nav").before(fresh);
  document.querySelector("header").append(told);

  // The page of an objective, if this page links to it.
  const page = ({ service, slo }) => {
    const from = parts.length === 2 ? "" : `${CSS.escape(service)}/`;
    return document.querySelector(`a[href="${from}${CSS.escape(slo)}/index.html"]`)?.href;
  };
  // What fires comes first: whoever opens the page was paged.
  const firing = (alerts, numbers, isOne) => {
    const list = make("ul", undefined, "alerts");
    for (const { labels, value } of [...alerts].sort((a, b) => a.value - b.value)) {
      const line = make("li");
      line.append(make("span", labels.severity ?? "fires", "severity"), ` ${labels.alertname} `);
      if (!isOne) {
        const link = make("a", `${labels.service} ${labels.slo}`);
        const href = page(labels);
        if (href) link.href = href;
        line.append(href ? link : link.textContent, " ");
      }
      const held = value === null ? "" : `for ${since(value)}, since ${clock(value)}`;
      line.append([windows(labels), held, group(labels)].filter(Boolean).join(", "));
      list.append(line);
    }
    const title = alerts.length === 0 ? "Nothing fires" : "Fires now";
    return [make("p", `${title}, by ${numbers.prometheus}`, "quiet"), list];
  };

  /** Puts new content in place of the old, unless it is the same: focus and the place in the page stay. */
  const put = (...content) => {
    const next = make("section");
    next.append(...content);
    if (next.innerHTML === live.innerHTML) return;
    const focused = live.contains(document.activeElement) ? document.activeElement : null;
    const held = focused?.href ?? focused?.getAttribute("aria-label");
    const below = live.nextElementSibling;
    const before = below?.getBoundingClientRect().top;
    live.replaceChildren(...next.childNodes);
    if (held) {
      const same = [...live.querySelectorAll("a, [tabindex]")].find((it) => (it.href ?? it.getAttribute("aria-label")) === held);
      same?.focus({ preventScroll: true });
    }
    // What is read stands below: it stays where it is, also where the browser does not see to it.
    if (below && before < 0) scrollBy(0, below.getBoundingClientRect().top - before);
  };
  document.documentElement.style.overflowAnchor = "none";

  /** The first lines of an alert's page: whether it fires, since when, and how bad it is. */
  const ofAlert = (numbers) => {
    const state = head.querySelector("[data-live-state]");
    const bad = head.querySelector("[data-live-bad]");
    const wanted = head.getAttributeNames().filter((name) => name.startsWith("data-label-"));
    const fits = ({ labels }) => wanted.every((name) => labels[name.slice("data-label-".length)] === head.getAttribute(name));
    const own = numbers.firing.filter(fits);
    const began = Math.min(...own.map(({ value }) => value ?? Infinity));
    const text = own.length === 0
      ? "Does not fire now"
      : `Fires${Number.isFinite(began) ? ` for ${since(began)}, since ${clock(began)}` : ""}${own.length > 1 ? `, in ${own.length} groups` : ""}`;
    const was = state.textContent;
    state.classList.toggle("fires", own.length > 0);
    state.textContent = text;
    if ((was[0] === "F") !== (text[0] === "F")) told.textContent = text;
    const burns = ["data-label-short_window", "data-label-long_window"].map((name) => {
      const burn = numbers.burns.find((one) => one.window === head.getAttribute(name));
      return burn && `${all(burn.series, rate)} over ${burn.window}`;
    });
    const burning = burns.filter(Boolean).join(", ");
    bad.textContent = `Now: ${burning ? `burn rate ${burning}; ` : ""}${all(numbers.budgets, budget)}.`;
    bad.hidden = false;
  };
  const ofObjective = (numbers) => {
    if (head) ofAlert(numbers);
    const rows = make("table", undefined, "facts");
    const body = make("tbody");
    rows.append(body);
    const row = (name, value) => {
      const line = make("tr");
      const title = make("th", name);
      title.scope = "row";
      line.append(title, make("td", value));
      body.append(line);
    };
    row("Error budget", all(numbers.budgets, budget));
    for (const burn of numbers.burns) row(`Burn rate, ${burn.window}`, all(burn.series, rate));
    put(...firing(numbers.firing, numbers, true), rows, plot(numbers));
  };
  const least = (budgets, isOne) => {
    const list = make("ul", undefined, "alerts");
    const sorted = [...budgets].sort((a, b) => (a.value ?? 2) - (b.value ?? 2));
    for (const one of sorted.slice(0, 20)) {
      const line = make("li");
      const name = [isOne ? "" : one.labels.service, one.labels.slo, group(one.labels)].filter(Boolean).join(" ");
      const link = make("a", name);
      const href = page(one.labels);
      if (href) link.href = href;
      line.append(href ? link : name, `: ${budget(one.value)}`);
      list.append(line);
    }
    return [make("p", sorted.length === 0 ? "No budget is recorded" : "The least budgets now", "quiet"), list];
  };
  const ofAll = (numbers) => put(...firing(numbers.firing, numbers, false), ...least(numbers.budgets, false));
  const ofService = (numbers) => {
    const name = main.querySelector("h1").textContent;
    const own = (series) => series.filter(({ labels }) => labels.service === name);
    put(...firing(own(numbers.firing), numbers, false), ...least(own(numbers.budgets), true));
  };

  const isIndex = parts.length === 0 || location.pathname === "/index.html";
  const [address, show] =
    parts.length === 3
      ? [`/.live/${parts[0]}/${parts[1]}`, ofObjective]
      : parts.length === 2 && parts[0] !== "codes.d" ? ["/.live", ofService] : isIndex ? ["/.live", ofAll] : [null, null];

  let [asked, trouble, timer] = [null, null, null];
  /** How old the numbers are, or who does not answer. */
  const age = () => {
    const old = asked === null ? "no numbers yet" : `numbers ${length((Date.now() - asked) / 1000)} old`;
    const text = trouble ? `${trouble}; ${old}` : old;
    if (fresh.textContent !== text) fresh.textContent = text;
    fresh.classList.toggle("lost", trouble !== null);
    live.classList.toggle("stale", trouble !== null);
  };
  const lost = (text) => {
    if (trouble !== text) told.textContent = text;
    trouble = text;
  };
  const refresh = async () => {
    try {
      const answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE) });
      if (answer.ok) {
        show(await answer.json());
        if (trouble) told.textContent = "Numbers arrive again";
        [asked, trouble] = [Date.now(), null];
      } else lost((await answer.text()).trim());
    } catch {
      lost("The preview does not answer");
    }
    age();
  };
  // Nobody looks at a hidden page.
  const turn = () => {
    clearTimeout(timer);
    if (document.hidden) return;
    refresh().finally(() => {
      clearTimeout(timer);
      timer = setTimeout(turn, EVERY);
    });
  };
  if (address) {
    document.addEventListener("visibilitychange", turn);
    setInterval(() => document.hidden || age(), 1_000);
    turn();
  } else {
    live.remove();
    fresh.remove();
  }
}
