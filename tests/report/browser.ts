/**
 * A real Chromium without a window, for the pages that Capstan makes.
 */
import axe from "axe-core";
import { type Browser, chromium, type Page } from "playwright-core";

/** Where Debian and others put it; `$CHROMIUM` goes first. */
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser's path; `undefined` where there is none. */
export async function findChromium(): Promise<string | undefined> {
  for (const path of [Deno.env.get("CHROMIUM"), ...PLACES]) {
    if (path === undefined || path === "") continue;
    const found = await Deno.stat(path).catch(() => undefined);
    if (found?.isFile) return path;
  }
  return undefined;
}

/** How a page is looked at. */
export interface Sight {
  readonly width: number;
  readonly height?: number;
  readonly theme?: "light" | "dark";
}

/** A page, and what went wrong in it. */
export interface Seen {
  readonly page: Page;
  /** Console errors, exceptions, and requests to anything but the page itself. */
  readonly problems: string[];
}

/** Starts the browser, and ends it after `use`. */
export async function withBrowser(use: (browser: Browser) => Promise<void>): Promise<void> {
  const browser = await chromium.launch({
    executablePath: (await findChromium())!,
    args: ["--no-sandbox"],
  });
  try {
    await use(browser);
  } finally {
    await browser.close();
  }
}

/** Opens an address, and closes the page after `use`. */
export async function withPage(
  browser: Browser,
  address: string,
  { width, height = 900, theme = "light" }: Sight,
  use: (seen: Seen) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => {
    const same = new URL(request.url()).origin === new URL(address).origin;
    if (!same && !request.url().startsWith("data:")) problems.push(`asked ${request.url()}`);
  });
  try {
    await page.goto(address);
    await use({ page, problems });
  } finally {
    await context.close();
  }
}

/** What an accessibility audit finds: the rule, and the first element that breaks it. */
export async function audit(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    // deno-lint-ignore no-explicit-any -- what was just put into the page
    const { violations } = await (globalThis as any).axe.run();
    return violations.map((
      { id, nodes }: { id: string; nodes: { html: string; failureSummary: string }[] },
    ) => `${id}: ${nodes[0]!.html} ${nodes[0]!.failureSummary}`);
  });
}
