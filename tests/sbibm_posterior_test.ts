/** Posteriors of our own against the reference posteriors of sbibm, moment by moment. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { key, points } from "@likely/core";
import {
  bernoulliGlm,
  bernoulliGlmRaw,
  gaussianLinearUniform,
  gaussianLinearUniformPosterior,
  gaussianMixture,
  gaussianMixturePosterior,
  lotkaVolterra,
  sir,
  slcp,
  slcpDistractors,
  slcpInformative,
} from "@likely/simulators";
import {
  effectiveRows,
  equallyWeighted,
  importancePosterior,
  momentsInErrors,
  repeat,
  steinInErrors,
} from "./_reference_checks.ts";
import { readSbibm, readSbibmObservation, sbibmTest } from "./_sbibm.ts";

const OBSERVATIONS = [1, 2, 3];
const BY_IMPORTANCE = [bernoulliGlm(), sir(), lotkaVolterra()];

sbibmTest("gaussian_linear_uniform and gaussian_mixture: exact draws are the reference's", async () => {
  const exact = {
    "gaussian_linear_uniform": gaussianLinearUniformPosterior,
    "gaussian_mixture": gaussianMixturePosterior,
  };
  for (const [task, posterior] of Object.entries(exact)) {
    for (const k of OBSERVATIONS) {
      const { observation, reference } = await readSbibm(task, k);
      const draws = posterior(observation).sample(key(k), 50_000);
      const worst = Math.max(...momentsInErrors(equallyWeighted(draws), reference).map(Math.abs));
      assert(worst < 4, `${task}, observation ${k}: ${worst} standard errors`);
    }
  }
});

sbibmTest("prior and score satisfy Stein's identity under the references", async () => {
  for (const task of [gaussianLinearUniform(), gaussianMixture(), ...BY_IMPORTANCE]) {
    for (const k of OBSERVATIONS) {
      const { observation, reference } = await readSbibm(task.name, k);
      const worst = Math.max(...steinInErrors(task, observation, reference).map(Math.abs));
      assert(worst < 4, `${task.name}, observation ${k}: ${worst} standard errors`);
    }
  }
});

sbibmTest("likelihood times prior, sampled by importance, has the reference's moments", async () => {
  for (const task of BY_IMPORTANCE) {
    for (const k of OBSERVATIONS) {
      const { observation, reference } = await readSbibm(task.name, k);
      const ours = importancePosterior(key(k), task, { observation, reference, n: 10_000 });
      assert(effectiveRows(ours) > 2000, `${task.name}, observation ${k}: ${effectiveRows(ours)} rows`);
      const worst = Math.max(...momentsInErrors(ours, reference).map(Math.abs));
      assert(worst < 4, `${task.name}, observation ${k}: ${worst} standard errors`);
    }
  }
});

sbibmTest("moments tell the posterior of another observation: the check can fail", async () => {
  for (const task of BY_IMPORTANCE) {
    const { observation, reference } = await readSbibm(task.name, 1);
    const other = await readSbibm(task.name, 2);
    const ours = importancePosterior(key(1), task, { observation, reference, n: 2000 });
    assert(Math.max(...momentsInErrors(ours, other.reference).map(Math.abs)) > 10, task.name);
    const stein = steinInErrors(task, observation, other.reference);
    assert(Math.max(...stein.map(Math.abs)) > 10, task.name);
  }
});

sbibmTest("bernoulli_glm: the benchmark's spikes have the benchmark's statistics", async () => {
  for (const k of OBSERVATIONS) {
    const { observation, reference } = await readSbibm("bernoulli_glm", k);
    const theta = points(reference.data.slice(0, 1000), 10);
    const spikes = repeat(await readSbibmObservation("bernoulli_glm", k, "observation_raw"), 100);
    const ours = bernoulliGlm().simulator.logLikelihood!(theta, repeat(observation, 100));
    // The statistics were kept as float32.
    bernoulliGlmRaw().simulator.logLikelihood!(theta, spikes).forEach((value, i) =>
      assertAlmostEquals(value, ours[i]!, 1e-4)
    );
  }
});

sbibmTest("slcp_distractors: slcp's observation is in the benchmark's own columns", async () => {
  for (const k of OBSERVATIONS) {
    const { observation, reference } = await readSbibm("slcp", k);
    const x = await readSbibmObservation("slcp", k, "observation_distractors");
    assertEquals(slcpInformative(x), observation);
    const hidden = slcpDistractors().simulator.score!(reference, repeat(x, reference.n));
    assertEquals(hidden.data, slcp().simulator.score!(reference, repeat(observation, reference.n)).data);
  }
});
