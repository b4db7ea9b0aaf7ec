// `emberline preview` in a real browser, with numbers of a real Prometheus whose alerts fire: what fires comes first, numbers
// renew themselves and leave the reader where he is, a hidden page asks nothing, and a server that is gone is told.
//
//   node preview.mjs EMBERLINE SPECS PROMETHEUS
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";
import { broken, missed, SCREENS } from "./screen.mjs";

const [emberline, specs, prometheus] = process.argv.slice(2);
const faults = [];
const expect = (holds, what) => void (holds || faults.push(what));
const sleep = (time) => new Promise((done) => setTimeout(done, time));

const server = spawn(emberline, ["preview", "--specs", specs, "--listen", "127.0.0.1:0", "--prometheus", prometheus], {
  stdio: ["ignore", "ignore", "pipe"],
});
const [line] = await once(createInterface({ input: server.stderr }), "line");
const at = line.match(/http:\/\/[^/]+/)?.[0];
if (!at) throw new Error(`the preview said: ${line}`);

/** The texts of a page: no percentage of a budget below zero, which says nothing to anybody. */
async function words(page, what) {
  const text = await page.locator("body").innerText();
  expect(!/[-−]\d+(\.\d+)?%/.test(text), `${what}: ${text.match(/.*[-−]\d+(\.\d+)?%.*/)?.[0]}`);
}

/** Asks for new numbers, as coming back to the page does, and waits until they are shown. */
async function renew(page) {
  const answered = page.waitForResponse((it) => it.url().includes("/.live"));
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await answered;
  await page.waitForTimeout(200);
}

async function index(browser) {
  const page = await browser.newPage({ viewport: SCREENS[1] });
  page.on("pageerror", (error) => faults.push(`index: ${error}`));
  await page.goto(`${at}/`);
  await page.locator(".live .alerts li").first().waitFor();
  const title = await page.locator(".live p").first().innerText();
  expect(title.startsWith("Fires now"), `the index begins with ${title}`);
  const fires = await page.locator(".live .alerts").first().locator("li").allInnerTexts();
  expect(fires.length > 0 && fires.every((it) => /for \d+ (s|min)/.test(it)), `what fires: ${fires}`);
  await words(page, "index");
  const address = await page.locator(".live .alerts a").first().getAttribute("href");
  await page.close();
  return { fires: fires.length, objective: new URL(address, `${at}/`).href };
}

/** The address of the page of an alert that fires. */
async function alertPage(browser, objective) {
  const page = await browser.newPage();
  await page.goto(objective);
  await page.locator(".live .alerts li").first().waitFor();
  const text = await page.locator(".live .alerts li").first().innerText();
  const windows = text.match(/(\w+)\/(\w+)/);
  await page.close();
  return new URL(`burn-${windows[1]}-${windows[2]}.html`, objective).href;
}

async function firstScreens(browser, alert) {
  for (const viewport of SCREENS) {
    for (const colorScheme of ["light", "dark"]) {
      const what = `${viewport.width}×${viewport.height} ${colorScheme}`;
      const page = await browser.newPage({ viewport, colorScheme });
      await page.goto(alert);
      await page.waitForFunction(() => document.querySelector("[data-live-state]").textContent.startsWith("Fires for"));
      for (const fault of await missed(page)) faults.push(`${what}: ${fault}`);
      const bad = await page.locator("[data-live-bad]").innerText();
      expect(/burn rate [\d.]+×/.test(bad) && /budget/.test(bad), `${what}: how bad it is: ${bad}`);
      await words(page, what);
      for (const rule of await broken(page)) faults.push(`${what}: ${rule}`);
      if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/preview-${viewport.width}-${colorScheme}.png` });
      await page.close();
    }
  }
}

/** Where the reader is stays as it is while numbers change above. */
async function steady(browser, alert) {
  const page = await browser.newPage({ viewport: SCREENS[0] });
  await page.goto(alert);
  await page.locator(".live .facts").waitFor();
  const button = page.locator(".steps [data-copy]").nth(2);
  await button.scrollIntoViewIfNeeded();
  await button.focus();
  const look = () => page.evaluate(() => ({
    live: document.querySelector(".live").innerHTML,
    focus: document.activeElement === document.querySelectorAll(".steps [data-copy]")[2],
    top: document.activeElement.getBoundingClientRect().top,
  }));
  const before = await look();
  let after = before;
  for (let turn = 0; turn < 10 && after.live === before.live; turn += 1) {
    await sleep(1_000);
    await renew(page);
    after = await look();
  }
  expect(after.live !== before.live, "the numbers do not renew themselves");
  expect(before.focus && after.focus, "the focus is lost");
  expect(Math.abs(after.top - before.top) <= 1, `what is read moved from ${before.top} to ${after.top}`);
  const age = await page.locator(".fresh").innerText();
  expect(/^numbers \d+ s old$/.test(age), `the age of the numbers: ${age}`);
  // Nobody looks.
  let asked = 0;
  page.on("request", (request) => void (asked += request.url().includes("/.live") ? 1 : 0));
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await sleep(17_000);
  expect(asked === 0, `a hidden page asked ${asked} times`);
  await page.evaluate(() => void Reflect.deleteProperty(document, "hidden"));
  await renew(page);
  expect(asked === 1, `a page that is seen again asked ${asked} times`);
  return page;
}

/** A preview that ended is told, with the age of the numbers that are still shown. */
async function gone(page) {
  server.kill();
  await once(server, "exit");
  await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
  await page.waitForFunction(() => document.querySelector(".fresh").textContent.includes("does not answer"));
  const said = await page.locator(".fresh").innerText();
  expect(/^The preview does not answer; numbers \d+ s old$/.test(said), `a preview that is gone: ${said}`);
  expect(await page.locator(".live .facts").isVisible(), "the last numbers are gone with the preview");
  expect((await page.locator("header [role=status]").textContent()).includes("does not answer"), "nobody reads it out");
  for (const rule of await broken(page)) faults.push(`gone: ${rule}`);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu"],
});
try {
  const { fires, objective } = await index(browser);
  const alert = await alertPage(browser, objective);
  await firstScreens(browser, alert);
  await gone(await steady(browser, alert));
  faults.forEach((fault) => console.error(fault));
  console.log(
    `preview: ${fires} alerts fire and come first; the first screen of ${new URL(alert).pathname} on ${SCREENS.length} screens, ` +
      `light and dark, ${faults.length === 0 ? "without a fault" : "WITH FAULTS"}; numbers renew, focus and place stay`,
  );
} finally {
  await browser.close();
  server.kill();
}
process.exit(faults.length === 0 ? 0 : 1);
