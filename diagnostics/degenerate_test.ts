// Every diagnostic of draws that nothing can be learnt from: a sensible answer or an error that
// says what is wrong, never an accident.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Draws, key, points } from "@likely/core";
import { c2st } from "./c2st.ts";
import { chainModes } from "./chain_modes.ts";
import { mlpClassifier } from "./classifier.ts";
import { convergenceWarnings } from "./convergence_warnings.ts";
import { essBulk, essMean, essTail } from "./ess.ts";
import { mcse } from "./mcse.ts";
import { misspecification } from "./misspecification.ts";
import { mmd } from "./mmd.ts";
import { plotAutocorrelation } from "./plot_autocorrelation.ts";
import { plotChainRanks } from "./plot_chain_ranks.ts";
import { plotPairs } from "./plot_pairs.ts";
import { plotTrace } from "./plot_trace.ts";
import { checkReference, referenceCloud } from "./reference_cloud.ts";
import { renderSvg } from "./render_svg.ts";
import { reportPosterior } from "./report_posterior.ts";
import { reportSampling } from "./report_sampling.ts";
import { rHat } from "./r_hat.ts";
import { slicedWasserstein } from "./sliced_wasserstein.ts";
import { formatSummary, summary } from "./summary.ts";
import { thinDraws } from "./thin_draws.ts";

function drawsOf(chains: number, length: number, fn: (i: number) => number): Draws {
  const values = Float64Array.from({ length: chains * length * 2 }, (_, i) => fn(i));
  return {
    names: ["a", "b"],
    chains,
    length,
    values,
    info: { sampler: "test", evaluations: 0 },
    warnings: [],
  };
}

const wild = (i: number) => Math.sin(i * i + 1);

const CASES: Readonly<Record<string, Draws>> = {
  "a constant": drawsOf(4, 50, () => 0.1),
  "a constant beside what moves": drawsOf(4, 50, (i) => i % 2 === 0 ? 7 : wild(i)),
  "a NaN": drawsOf(4, 50, (i) => i === 17 ? NaN : wild(i)),
  "an infinity": drawsOf(4, 50, (i) => i === 17 ? Infinity : wild(i)),
  "nothing but NaN": drawsOf(2, 50, () => NaN),
  "one chain": drawsOf(1, 50, wild),
  "one draw": drawsOf(1, 1, wild),
  "one draw a chain": drawsOf(4, 1, wild),
  "three draws a chain": drawsOf(4, 3, wild),
  "chains that stand still apart": drawsOf(4, 50, (i) => Math.floor(i / 100)),
  "a chain that stands still": drawsOf(4, 50, (i) => i < 100 ? 1 : wild(i)),
  "no draws": drawsOf(4, 0, wild),
  "no chains": drawsOf(0, 10, wild),
};

const rows = ({ values }: Draws) => points(values, 2);

const DIAGNOSTICS: Readonly<Record<string, (draws: Draws) => unknown>> = {
  essBulk,
  essTail,
  essMean,
  rHat,
  mcse,
  summary,
  formatSummary: (draws) => formatSummary(summary(draws)),
  reportPosterior: (draws) => reportPosterior(summary(draws)),
  reportSampling,
  convergenceWarnings,
  chainModes,
  thinDraws: (draws) => thinDraws(draws, 1),
  plotTrace: (draws) => renderSvg(plotTrace(draws)),
  plotPairs: (draws) => renderSvg(plotPairs(draws)),
  plotAutocorrelation: (draws) => renderSvg(plotAutocorrelation(draws)),
  plotChainRanks: (draws) => renderSvg(plotChainRanks(draws)),
  c2st: (draws) => c2st(key(0), rows(draws), rows(draws), { folds: 2, train: mlpClassifier({ epochs: 2 }) }),
  mmd: (draws) => mmd(key(0), rows(draws), rows(draws), { permutations: 3 }),
  slicedWasserstein: (draws) => slicedWasserstein(key(0), rows(draws), rows(draws)),
  misspecification: (draws) => misspecification(key(0), rows(draws)).check([0, 0]),
  referenceCloud: (draws) => checkReference(referenceCloud(rows(draws))).check([0, 0]),
};

for (const [name, diagnose] of Object.entries(DIAGNOSTICS)) {
  Deno.test(`${name} answers or says what is wrong, whatever the draws`, async () => {
    for (const [what, draws] of Object.entries(CASES)) {
      try {
        const said = await diagnose(draws);
        assert(said !== undefined, what);
        if (typeof said === "string" && said.startsWith("<svg")) {
          assert(!/NaN|undefined|Infinity/.test(said), what);
        }
      } catch (error) {
        assert(error instanceof RangeError && error.message.startsWith("Cannot "), `${what}: ${error}`);
        assertStringIncludes(error.message, " must ", what);
      }
    }
  });
}

Deno.test("a column that cannot be judged is NaN and leaves the others alone", () => {
  for (const what of ["a NaN", "an infinity"]) {
    const draws = CASES[what]!;
    for (const statistic of [essBulk, essTail, essMean, rHat, mcse]) {
      const [a, b] = statistic(draws);
      assert(Number.isFinite(a) && Number.isNaN(b), `${what}: ${statistic.name} ${a} ${b}`);
    }
    const [first, ...others] = convergenceWarnings(draws);
    assertEquals(first, "Draws are not finite for b");
    assert(others.every((text) => !text.includes("cannot be judged")), others.join("; "));
  }
});

Deno.test("chains that never moved are named", () => {
  const [apart] = convergenceWarnings(CASES["chains that stand still apart"]!);
  assert(apart!.startsWith("Chain 1, 2, 3, 4 never moved"), apart);
  const [one] = convergenceWarnings(CASES["a chain that stands still"]!);
  assert(one!.startsWith("Chain 1 never moved"), one);
  assertEquals(rHat(CASES["chains that stand still apart"]!)[0], Infinity);
});

Deno.test("the summary of nothing has no deviation, and that of a constant none but 0", () => {
  assert(summary(CASES["no draws"]!).every(({ mean, sd }) => Number.isNaN(mean) && Number.isNaN(sd)));
  assert(summary(CASES["one draw"]!).every(({ mean, sd }) => Number.isFinite(mean) && Number.isNaN(sd)));
  assert(summary(CASES["a constant"]!).every(({ sd, mcse }) => sd === 0 && mcse === 0));
});
