/** The page of a run in a real browser. Needs Chromium; see findChromium(). */
import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import type { RunEvent } from "../../lib/events.ts";
import { reportPage } from "../../lib/report/page/page.ts";
import { TimelineBuilder } from "../../lib/report/timeline.ts";
import { audit, findChromium, withBrowser, withPage } from "./browser.ts";
import { runEvents } from "./frames.ts";

const ignore = await findChromium() === undefined;
const skipped = ignore ? " (skipped: there is no Chromium; name one in $CHROMIUM)" : "";

/** Writes the page of these events, and removes it after `use`. Screenshots go to `$SCREENSHOTS`. */
async function withReport(
  events: readonly RunEvent[],
  use: (address: string) => Promise<void>,
): Promise<void> {
  const builder = new TimelineBuilder();
  for (const event of events) builder.add(event);
  const file = await Deno.makeTempFile({ suffix: ".html" });
  try {
    await Deno.writeTextFile(file, reportPage(builder.build()));
    await use(pathToFileURL(file).href);
  } finally {
    await Deno.remove(file);
  }
}

/** A run in which something of everything happens. */
function everything(): RunEvent[] {
  const events = runEvents({ releases: 40, hooks: 3, parallelism: 6, chain: 9, fails: 13 });
  events.splice(-1, 0, {
    at: 5_000,
    type: "warning",
    message: "a <b>warning</b>",
    owner: "release-1",
  });
  return events;
}

Deno.test({
  name:
    `the page is right at two widths and in both themes, for those who see it and those who do not${skipped}`,
  ignore,
  fn: () =>
    withReport(everything(), (address) =>
      withBrowser(async (browser) => {
        for (const width of [1280, 420]) {
          for (const theme of ["light", "dark"] as const) {
            await withPage(browser, address, { width, theme }, async ({ page, problems }) => {
              await page.locator("#releases summary").click();
              await page.locator(".bar.failed").first().click();
              assert.deepEqual(await audit(page), [], `${width} ${theme}`);
              const wide = await page.evaluate<number>("document.documentElement.scrollWidth");
              assert(wide <= width, `${wide} pixels wide in ${width}`);
              const folder = Deno.env.get("SCREENSHOTS");
              const picture = await page.screenshot({
                fullPage: true,
                ...(folder === undefined ? {} : { path: `${folder}/report-${width}-${theme}.png` }),
              });
              assert(picture.length > 10_000);
              assert.deepEqual(problems, [], `${width} ${theme}`);
            });
          }
        }
      })),
});

Deno.test({
  name: `the page says what failed and why, what was waited for, and what took longest${skipped}`,
  ignore,
  fn: () =>
    withReport(
      everything(),
      (address) =>
        withBrowser((browser) =>
          withPage(browser, address, { width: 1280 }, async ({ page }) => {
            const text = (selector: string) => page.locator(selector).innerText();
            assert.match(await text("#facts"), /up, failed/);
            assert.match(
              await text("#failures"),
              /release-12: apply\s+Deployment release-12 is invalid\s+.*\s+event: Deployment release-12: FailedCreate: quota <full>/,
            );
            assert.match(await text("#warnings"), /a <b>warning<\/b>/);
            assert.match(await text("#pools"), /releases: at most 6 of 6 at once, full for/);
            assert.match(await text("#waits"), /a place in releases/);
            assert.match(await text("#path"), /release-\d+\s+apply/);
            await page.locator("#status").selectOption("bad");
            assert.equal(await text("#count"), "3 of 40 shown");
            await page.locator("#status").selectOption("");
            await page.locator("#filter").fill("lease-39");
            assert.equal(await text("#count"), "1 of 40 shown");
            await page.locator(".bar.kind-hook").first().click();
            assert.match(
              await text("#details"),
              /release-39: hook pre-install h0[\s\S]*Log\s+migrating table 2/,
            );
          })
        ),
    ),
});

Deno.test({
  name: `the page can be used without a mouse${skipped}`,
  ignore,
  fn: () =>
    withReport(
      everything(),
      (address) =>
        withBrowser((browser) =>
          withPage(browser, address, { width: 1280 }, async ({ page }) => {
            const active = () => page.locator(".row.active .name").innerText();
            const axis = () => page.locator("#axis span").allInnerTexts();
            await page.locator("#grid").focus();
            for (const key of ["ArrowDown", "ArrowDown", "ArrowUp"]) await page.keyboard.press(key);
            assert.equal(await active(), "release-1");
            const id = await page.locator("#grid").getAttribute("aria-activedescendant");
            assert.equal(await page.locator(`#${id}`).getAttribute("aria-rowindex"), "2");
            await page.keyboard.press("End");
            assert.equal(await active(), "release-39");
            for (const key of ["Home", "ArrowRight", "ArrowRight", "Enter"]) {
              await page.keyboard.press(key);
            }
            assert.match(await page.locator("#details").innerText(), /^release-0: begin/);
            const whole = await axis();
            for (const key of ["+", "+"]) await page.keyboard.press(key);
            assert.notDeepEqual(await axis(), whole);
            await page.keyboard.press("0");
            assert.deepEqual(await axis(), whole);
            await page.keyboard.press("Escape");
            assert.equal(await page.locator("#details").innerText(), "");
            await page.keyboard.press("/");
            await page.keyboard.type("release-7");
            assert.equal(await page.locator("#count").innerText(), "1 of 40 shown");
          })
        ),
    ),
});

const LIMIT = 100;

/** Milliseconds until what an act does is on the screen; tried again, as other programs run too. */
async function timeOf(page: Page, act: string): Promise<number> {
  let best = Infinity;
  for (let i = 0; i < 10 && best >= LIMIT; i++) {
    const took = await page.evaluate<number>(`(async () => {
      const painted = () =>
        new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 0)));
      await painted();
      const start = performance.now();
      ${act};
      await painted();
      return performance.now() - start;
    })()`);
    best = Math.min(best, took);
  }
  return best;
}

Deno.test({
  name: `the page answers within 100 ms at 1,000 releases and 10,000 steps${skipped}`,
  ignore,
  fn: () =>
    withReport(
      runEvents({ releases: 1_000, hooks: 5, parallelism: 40, chain: 100 }),
      (address) =>
        withBrowser((browser) =>
          withPage(browser, address, { width: 1280 }, async ({ page, problems }) => {
            const key = (name: string) =>
              `document.getElementById("grid").dispatchEvent(new KeyboardEvent("keydown", { key: "${name}", bubbles: true }))`;
            const acts: Readonly<Record<string, string>> = {
              filter:
                `const f = document.getElementById("filter"); f.value = f.value === "9" ? "" : "9"; f.dispatchEvent(new Event("input"))`,
              outcome:
                `const s = document.getElementById("status"); s.value = s.value === "" ? "installed" : ""; s.dispatchEvent(new Event("change"))`,
              path: `document.getElementById("critical").click()`,
              zoom: `document.getElementById("zoom-in").click()`,
              "whole run": `document.getElementById("zoom-all").click()`,
              scroll: `document.getElementById("scroll").scrollTop += 4000`,
              "next row": key("ArrowDown"),
              "last row": key("End"),
              step: key("ArrowRight"),
              details: key("Enter"),
              theme: `document.getElementById("theme").click()`,
            };
            for (const [name, act] of Object.entries(acts)) {
              const took = await timeOf(page, act);
              assert(took < LIMIT, `${name} took ${took} ms`);
            }
            assert.deepEqual(problems, []);
          })
        ),
    ),
});
