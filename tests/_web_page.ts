// The pages of `web/` in Chromium, as tests see and handle them.

import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type Artifact, type Draws, key, points } from "@likely/core";
import { summary } from "@likely/diagnostics";
import { kernels, openSurrogate } from "@likely/edge";
import { byNuts } from "@likely/posteriors/by-nuts";
import { condition } from "@likely/posteriors/condition";
import type { Browser, BrowserContext, Page } from "playwright-core";

/** What the page's worker does, in Deno. */
export async function drawnFrom(
  bytes: Uint8Array<ArrayBuffer>,
  x: readonly number[],
  more: { n?: number; beta?: number } = {},
): Promise<{ artifact: Artifact; draws: Draws }> {
  const { n = 2000, beta } = more;
  const { artifact, engine } = await openSurrogate(bytes, kernels);
  using posterior = await condition(artifact, points(Float64Array.from(x), x.length), {
    sampledBy: byNuts,
    ...{ engine, sampler: "importance", chains: 4, warmup: 200 },
    ...(beta !== undefined && { beta }),
  });
  return { artifact, draws: await posterior.sample(key(1), n) };
}

/** Steps with a context each. */
export function stepper(t: Deno.TestContext, browser: Browser, ignore = false) {
  return (name: string, fn: (context: BrowserContext) => Promise<void>): Promise<boolean> =>
    t.step({
      name,
      ignore,
      sanitizeOps: false,
      sanitizeResources: false,
      fn: async () => {
        const context = await browser.newContext();
        try {
          await fn(context);
        } finally {
          await context.close();
        }
      },
    });
}

/** The table as the accessibility tree has it: rows of a name and five numbers. */
export async function tableOf(page: Page): Promise<(string | number)[][]> {
  const rows = await page.getByRole("table").getByRole("row").all();
  const cells = await Promise.all(
    rows.slice(1).map(async (row) => [
      await row.getByRole("rowheader").textContent() ?? "",
      ...await row.getByRole("cell").allTextContents(),
    ]),
  );
  return cells.map(([name, ...numbers]) => [name!, ...numbers.map(Number)]);
}

/** Within half a unit of the last of the three digits of the spread. */
export function assertShows(table: (string | number)[][], draws: Draws): void {
  assertEquals(table.map(([name]) => name), [...draws.names]);
  summary(draws).forEach(({ mean, sd, q5, q50, q95 }, j) => {
    const unit = 10 ** (Math.floor(Math.log10(sd)) - 2);
    [mean, sd, q5, q50, q95].forEach((value, k) =>
      assertAlmostEquals(table[j]![k + 1] as number, value, 0.501 * unit)
    );
  });
}

// What runs in the page is text: its types are not those of Deno.
export const pictures = (page: Page) =>
  page.evaluate<number>(`performance.getEntriesByName("picture").length`);
export const searched = (page: Page, text: string) =>
  holds(page, `location.search.includes(${JSON.stringify(text)})`);

/** Waits; not by playwright's own way, which the page's security policy forbids. */
export async function holds(page: Page, condition: string): Promise<void> {
  for (let i = 0; i < 1200; i++) {
    if (await page.evaluate<boolean>(condition)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`never: ${condition}`);
}

/** Acts, and waits for the picture of what was asked last. */
export async function after(page: Page, act: () => Promise<unknown>): Promise<void> {
  const before = await pictures(page);
  await act();
  await settled(page, before + 1);
}

export async function settled(page: Page, count: number): Promise<void> {
  await holds(
    page,
    `performance.getEntriesByName("picture").length >= ${count} &&
      document.getElementById("table").getAttribute("aria-busy") === "false"`,
  );
}

/** A page with nothing wrong: what the browser complains of is in `complaints`. */
export async function openPage(
  context: BrowserContext,
  url: string,
): Promise<{ page: Page; complaints: string[] }> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (!/^(blob|data):/.test(request.url()) && new URL(request.url()).origin !== new URL(url).origin) {
      complaints.push(`asked ${request.url()}`);
    }
  });
  await page.goto(url);
  return { page, complaints };
}

export const download = async (page: Page, name: string) => {
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name }).click();
  const file = await saved;
  return { name: file.suggestedFilename(), text: await Deno.readTextFile(await file.path()) };
};
