// The runbook pages in a real browser, from files: search, keyboard, copy, the trace id, dark and light, a narrow screen, print,
// what the first screen of an alert's page holds, and axe-core's rules of accessibility on every page.
//
//   node pages.mjs RUNBOOKS LARGE [SCREENSHOTS]     folders of `emberline compile --only runbooks`; LARGE is of 1,000 services
import { mkdirSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { languageFaults } from "./dashboards.mjs";
import { broken, missed, SCREENS } from "./screen.mjs";

const [site, large, shots] = process.argv.slice(2).map((folder) => resolve(folder));
const TRACE = "0123456789abcdef0123456789abcdef";
const WIDE = { width: 1100, height: 900 };
const NARROW = { width: 360, height: 740 };
const [PHONE] = SCREENS;
/** A search that takes longer than this is felt. */
const INSTANT = 100;

const faults = [];
const expect = (holds, what) => void (holds || faults.push(what));
const address = (folder, page) => pathToFileURL(join(folder, page)).href;

function pages(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".html"))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

async function accessible(browser, all) {
  for (const [scheme, viewport, some] of [
    ["light", WIDE, all],
    ["dark", WIDE, all],
    ["light", NARROW, all],
  ]) {
    const page = await browser.newPage({ colorScheme: scheme, viewport });
    page.on("pageerror", (error) => faults.push(`${page.url()}: ${error}`));
    // Nothing is asked of a network: everything comes from files.
    page.on("request", (request) => expect(request.url().startsWith("file:"), `${page.url()} asks for ${request.url()}`));
    for (const path of some) {
      await page.goto(address(site, path));
      for (const rule of await broken(page)) faults.push(`${path} (${scheme}, ${viewport.width}): ${rule}`);
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(over <= 0, `${path} is ${over} px wider than a screen of ${viewport.width}`);
    }
    await page.close();
  }
}

async function firstScreen(browser, alerts) {
  let lowest = 0;
  for (const viewport of SCREENS) {
    const page = await browser.newPage({ viewport });
    for (const path of alerts) {
      await page.goto(address(site, path));
      for (const fault of await missed(page)) faults.push(`${path}, ${viewport.width}×${viewport.height}: ${fault}`);
      const bottom = await page.evaluate(() => document.querySelector(".head").getBoundingClientRect().bottom);
      lowest = Math.max(lowest, bottom / viewport.height);
    }
    await page.close();
  }
  return lowest;
}

async function search(browser) {
  const page = await browser.newPage({ viewport: WIDE });
  await page.goto(address(site, "index.html"));
  await page.keyboard.press("/");
  expect(await page.evaluate(() => document.activeElement.id === "search"), "`/` does not go to the search");
  await page.keyboard.type("latency 14.4 checkout");
  const first = page.locator("#found [aria-current]");
  expect((await first.textContent()).startsWith("checkout latency"), `found first: ${await first.textContent()}`);
  expect(/^\d+ found/.test(await page.locator("#found-count").textContent()), "the number found is not said");
  await page.locator("#search").fill("unbounded-label");
  expect((await first.getAttribute("href")) === "codes.d/unbounded-label.html", "the search does not find a code");
  await page.locator("#search").fill("payments");
  const before = await first.getAttribute("href");
  await page.keyboard.press("ArrowDown");
  expect((await first.getAttribute("href")) !== before, "the arrow does not choose");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.href.endsWith(before));
  await page.goto(address(site, "index.html"));
  await page.locator("#search").fill("no such thing");
  expect((await page.locator("#found li").count()) === 0, "something is found that is not there");
  await page.close();
}

/** How long the search of a thousand services takes to show what it found, in milliseconds. */
async function speed(browser) {
  const page = await browser.newPage({ viewport: WIDE });
  await page.goto(address(large, "index.html"));
  const times = await page.evaluate(() => {
    const input = document.getElementById("search");
    return ["s", "sv", "svc", "svc-07", "svc-07 burns", "svc-0777 no data", "zzz"].map((text) => {
      const began = performance.now();
      input.value = text;
      input.dispatchEvent(new Event("input"));
      void document.getElementById("found").offsetHeight;
      return performance.now() - began;
    });
  });
  expect((await page.evaluate(() => window.EMBERLINE_INDEX.length)) > 10_000, "the large site is not large");
  await page.close();
  return Math.max(...times);
}

async function copies(browser, path) {
  const context = await browser.newContext({ viewport: WIDE });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]).catch(() => {});
  const page = await context.newPage();
  await page.goto(address(site, path));
  const button = page.locator("[data-copy]").first();
  await button.focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("[data-copy]").textContent === "Copied");
  const pasted = await page.evaluate(async () => navigator.clipboard.readText());
  const shown = await page.locator(".ask code").first().textContent();
  expect(pasted === shown, `copied ${pasted}, shown ${shown}`);
  const asked = () => page.locator(".ask code").allTextContents();
  const before = await asked();
  expect(before.filter((text) => text.includes("TRACE_ID")).length >= 3, "no query asks for a trace id");
  await page.locator("#trace").fill("xyz");
  expect((await page.locator("#trace").getAttribute("aria-invalid")) === "true", "a wrong trace id is not told");
  expect((await asked()).join() === before.join(), "a wrong trace id changes queries");
  await page.locator("#trace").fill(TRACE);
  const after = await asked();
  expect(after.every((text) => !text.includes("TRACE_ID")) && after.filter((text) => text.includes(TRACE)).length >= 3,
    "the trace id is not put into the queries");
  const hrefs = await page.locator("a[data-opens]").evaluateAll((links) => links.map((link) => link.href));
  expect(hrefs.some((href) => href.endsWith(`/api/traces/${TRACE}`)), "the trace id is not put into the addresses");
  await context.close();
}

/** Everything can be reached and acted on without a mouse, and the focus is seen. */
async function keyboard(browser, path) {
  const page = await browser.newPage({ viewport: WIDE });
  await page.goto(address(site, path));
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement.className === "skip"), "the first stop does not skip to the content");
  const wanted = await page.evaluate(() => document.querySelectorAll("a[href], button, input, [tabindex='0']").length);
  const seen = new Set();
  for (let at = 0; at < wanted + 2; at += 1) {
    const [id, outlined] = await page.evaluate(() => {
      const it = document.activeElement;
      it.dataset.seen ??= String(Math.random());
      return [it.dataset.seen, getComputedStyle(it).outlineStyle !== "none" || it === document.body];
    });
    seen.add(id);
    expect(outlined, `${path}: a focus is not seen`);
    await page.keyboard.press("Tab");
  }
  expect(seen.size >= wanted, `${path}: ${seen.size} of ${wanted} are reached by the keyboard`);
  await page.close();
}

async function print(browser, path) {
  const page = await browser.newPage({ viewport: WIDE });
  await page.goto(address(site, path));
  await page.emulateMedia({ media: "print" });
  expect(!(await page.locator("[data-copy]").first().isVisible()), "a printed page has buttons");
  expect(await page.locator(".ask code").first().isVisible(), "a printed page has no queries");
  await page.close();
}

/** TraceQL and LogQL of every page by their published grammars. */
async function languages(browser, all) {
  const page = await browser.newPage();
  let count = 0;
  for (const path of all) {
    await page.goto(address(site, path));
    const asked = await page.locator(".ask code").evaluateAll((codes) => codes.map((it) => [it.className, it.textContent]));
    for (const [language, text] of asked) {
      const kind = { traceql: "tempo", logql: "loki" }[language];
      if (!kind) continue;
      count += 1;
      faults.push(...languageFaults(kind, text).map((fault) => `${path}: ${fault}`));
    }
  }
  await page.close();
  expect(count > 50, `${count} queries of TraceQL and LogQL`);
  return count;
}

async function screenshots(browser) {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  const alert = "checkout/latency/burn-1h-5m.html";
  for (const [name, path, scheme, viewport] of [
    ["index", "index.html", "light", WIDE],
    ["alert", alert, "light", WIDE],
    ["alert-dark", alert, "dark", WIDE],
    ["alert-narrow", alert, "light", PHONE],
    ["objective", "checkout/latency/index.html", "light", WIDE],
    ["service", "checkout/index.html", "dark", WIDE],
  ]) {
    const page = await browser.newPage({ colorScheme: scheme, viewport });
    await page.goto(address(site, path));
    await page.screenshot({ path: join(shots, `${name}.png`) });
    await page.close();
  }
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
try {
  const all = pages(site);
  const alerts = all.filter((path) => path.split("/").length === 3 && !path.endsWith("index.html"));
  const alert = alerts.find((path) => path.includes("latency/burn")) ?? alerts[0];
  await accessible(browser, all);
  const lowest = await firstScreen(browser, alerts);
  await search(browser);
  await copies(browser, alert);
  await keyboard(browser, alert);
  await keyboard(browser, "index.html");
  await print(browser, alert);
  const queries = await languages(browser, alerts);
  const slowest = await speed(browser);
  expect(slowest < INSTANT, `a search of the large site takes ${slowest.toFixed(0)} ms`);
  await screenshots(browser);
  faults.slice(0, 40).forEach((fault) => console.error(fault));
  console.log(
    `pages: ${all.length} in a browser, by axe-core ${faults.length === 0 ? "without a violation" : "WITH FAULTS"}, light, dark and ` +
      `narrow; the first screen of ${alerts.length} alerts needs at most ${(lowest * 100).toFixed(0)}% of a phone's or laptop's; ${queries} queries of TraceQL and LogQL parse; the slowest of seven searches in 1,000 services took ${slowest.toFixed(0)} ms`,
  );
} finally {
  await browser.close();
}
process.exit(faults.length === 0 ? 0 : 1);
