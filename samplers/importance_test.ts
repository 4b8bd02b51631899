import { assert, assertEquals, assertThrows } from "@std/assert";
import { independent, key, normal, numericDensity } from "@likely/core";
import { importance } from "./importance.ts";

const target = numericDensity("normal", 1, ([t]) => -0.5 * (t! - 1) ** 2);

Deno.test("importance() finds mean, variance and evidence within their errors", () => {
  const draws = importance(key(1), target, independent({ t: normal(0, 2) }));
  const { ess, logEvidence, logEvidenceError } = draws.info;
  const mean = draws.logWeights.reduce((sum, w, i) => sum + Math.exp(w) * draws.theta.data[i]!, 0);
  const resampled = draws.values.reduce((a, b) => a + b) / draws.values.length;
  const error = 1 / Math.sqrt(Number(ess));
  assert(Math.abs(mean - 1) < 4 * error && Math.abs(resampled - 1) < 4 * error, `${mean} ${resampled}`);
  const off = (Number(logEvidence) - 0.5 * Math.log(2 * Math.PI)) / Number(logEvidenceError);
  assert(Math.abs(off) < 4 && Number(logEvidenceError) < 0.03, `${off} standard errors`);
  assertEquals(draws.warnings, []);
});

Deno.test("importance() warns of a proposal that is too narrow", () => {
  const draws = importance(key(2), target, independent({ t: normal(0, 0.3) }));
  assert(Number(draws.info.kHat) > 0.7 && draws.warnings[0]!.startsWith("The Pareto shape"));
});

Deno.test("importance() refuses a target without any density", () => {
  const nowhere = numericDensity("nowhere", 1, () => -Infinity);
  assertThrows(() => importance(key(0), nowhere, independent({ t: normal(0, 1) })), RangeError, "above 0");
});

Deno.test("importance() has nothing to say against a proposal that is the target", () => {
  const proposal = independent({ t: normal(0, 1) });
  const same = numericDensity("same", 1, ([t]) => -0.5 * t! ** 2);
  const { info, warnings } = importance(key(0), same, proposal, { draws: 100 });
  assertEquals([info.logEvidenceError, warnings], [0, []]);
});
