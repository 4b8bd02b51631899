/**
 * The page that says what was inferred and why it can be believed.
 *
 * @module
 */

import { report } from "@likely/diagnostics";
import { posteriorContent, type PosteriorReportOptions } from "./posterior_content.ts";

/**
 * Writes a self-contained HTML page: in words what was found, whether it can be believed and what would help;
 * posterior table and pair plot, posterior predictive checks, traces, learning curves, provenance; the warnings
 * of draws come before all else of them.
 *
 * @param options What to show.
 * @returns The page.
 * @throws {TypeError} If the address of `page` is not one of the web, with a model.
 *
 * @example Usage
 * ```ts
 * import { assertStringIncludes } from "@std/assert";
 * import { key, nre, posterior, posteriorReport, twoMoons } from "@likely/sbi";
 *
 * const { artifact } = await nre(key(0), twoMoons(), { simulations: 300, maxEpochs: 2 });
 * using given = await posterior(artifact, [0, 0], { warmup: 50 });
 * const draws = await given.sample(key(1), 200);
 * assertStringIncludes(await posteriorReport({ title: "Two moons", artifact, draws }), "<svg");
 * ```
 */
export async function posteriorReport(options: PosteriorReportOptions): Promise<string> {
  return report(await posteriorContent(options));
}
