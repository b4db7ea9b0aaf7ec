// The search of the first page: every word must occur; names count before other words, beginnings before the rest.
"use strict";
{
  const input = document.getElementById("search");
  const list = document.getElementById("found");
  const count = document.getElementById("found-count");
  const MOST = 30;
  const entries = window.EMBERLINE_INDEX.map(([title, address, words]) => ({
    title, address, words, name: title.toLowerCase(), text: `${title} ${words}`.toLowerCase(),
  }));
  let chosen = -1;

  const weigh = (entry, asked) => {
    let weight = 0;
    for (const word of asked) {
      const at = entry.text.indexOf(word);
      if (at < 0) return -1;
      weight += entry.name.startsWith(word) ? 4 : entry.name.includes(word) ? 2 : 1;
    }
    return weight * 1000 - entry.name.length;
  };
  const choose = (next) => {
    const links = list.querySelectorAll("a");
    if (links.length === 0) return;
    links[chosen]?.removeAttribute("aria-current");
    chosen = (next + links.length) % links.length;
    links[chosen].setAttribute("aria-current", "true");
    links[chosen].scrollIntoView({ block: "nearest" });
  };
  const search = () => {
    const asked = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    list.replaceChildren();
    chosen = -1;
    if (asked.length === 0) { count.textContent = ""; return; }
    const found = [];
    for (const entry of entries) {
      const weight = weigh(entry, asked);
      if (weight >= 0) found.push([weight, entry]);
    }
    found.sort((a, b) => b[0] - a[0]);
    count.textContent = `${found.length} found${found.length > MOST ? `, the first ${MOST} shown` : ""}`;
    for (const [, entry] of found.slice(0, MOST)) {
      const link = document.createElement("a");
      link.href = entry.address;
      link.textContent = entry.title;
      const words = document.createElement("span");
      words.className = "quiet";
      words.textContent = ` ${entry.words}`;
      link.append(words);
      const item = document.createElement("li");
      item.append(link);
      list.append(item);
    }
    choose(0);
  };
  input.addEventListener("input", search);
  input.form.addEventListener("submit", (event) => {
    event.preventDefault();
    list.querySelector("[aria-current]")?.click();
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") { choose(chosen + 1); event.preventDefault(); }
    if (event.key === "ArrowUp") { choose(chosen - 1); event.preventDefault(); }
    if (event.key === "Escape") { input.value = ""; search(); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== input) { input.focus(); event.preventDefault(); }
  });
  if (input.value) search();
}
