// What a page must be on a screen, whoever opens it: without a fault by axe-core's rules, and with the first things first.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Screens on which an alert's page is opened: a phone, and a small laptop. */
export const SCREENS = [{ width: 390, height: 844 }, { width: 1280, height: 800 }];
/** What whoever was woken must see without scrolling. */
const FIRST = {
  severity: ".head .severity",
  "state, or where to see it": ".head [data-live-state]",
  "how bad it is": ".head .lead",
  "how to roll back": ".head section[aria-labelledby=roll-back]",
  "whom to call": ".head section[aria-labelledby=call]",
};
/** Rules that a page breaks, each with the first place. */
export async function broken(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document));
  return violations.map((it) => `${it.id}: ${it.help} (${it.nodes[0].html})`);
}

/** What of the first screen is missing, empty, not seen or below the fold. */
export async function missed(page) {
  return page.evaluate((wanted) => Object.entries(wanted).flatMap(([what, selector]) => {
    const box = document.querySelector(selector)?.getBoundingClientRect();
    if (!box || box.width === 0 || document.querySelector(selector).textContent.trim() === "") return [`${what} is not there`];
    const { clientWidth, clientHeight } = document.documentElement;
    const inside = box.top >= 0 && box.left >= 0 && box.bottom <= clientHeight && box.right <= clientWidth;
    return inside ? [] : [`${what} ends at ${Math.round(box.right)}, ${Math.round(box.bottom)}`];
  }), FIRST);
}
