// Copy buttons, and the trace id that a reader found put into the queries that ask for it. Pages read without it.
"use strict";
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const text = button.closest(".ask").querySelector("code").textContent;
    let done = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // A page from a file may have no clipboard of its own.
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      done = document.execCommand("copy");
      area.remove();
      button.focus();
    }
    button.textContent = done ? "Copied" : "Select it and copy by hand";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
}
const trace = document.querySelector("[data-trace]");
if (trace) {
  const mark = trace.dataset.trace;
  const codes = [...document.querySelectorAll(".ask code")].filter((code) => code.textContent.includes(mark));
  const links = [...document.querySelectorAll(".ask a")].filter((link) => link.getAttribute("href").includes(mark));
  const texts = codes.map((code) => code.textContent);
  const addresses = links.map((link) => link.getAttribute("href"));
  trace.addEventListener("input", () => {
    const id = trace.value.trim().toLowerCase();
    const valid = /^[0-9a-f]{32}$/.test(id);
    trace.setAttribute("aria-invalid", String(id !== "" && !valid));
    const put = (text) => (valid ? text.replaceAll(mark, id) : text);
    codes.forEach((code, at) => { code.textContent = put(texts[at]); });
    links.forEach((link, at) => link.setAttribute("href", put(addresses[at])));
  });
}
