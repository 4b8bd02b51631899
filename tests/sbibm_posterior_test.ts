/** Posteriors of our own against the reference posteriors of sbibm, moment by moment. */

import { assert } from "@std/assert";
import { key } from "@likely/core";
import {
  gaussianLinearUniform,
  gaussianLinearUniformPosterior,
  gaussianMixture,
  gaussianMixturePosterior,
} from "@likely/simulators";
import { equallyWeighted, momentsInErrors, steinInErrors } from "./_reference_checks.ts";
import { readSbibm, sbibmTest } from "./_sbibm.ts";

const OBSERVATIONS = [1, 2, 3];

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
  for (const task of [gaussianLinearUniform(), gaussianMixture()]) {
    for (const k of OBSERVATIONS) {
      const { observation, reference } = await readSbibm(task.name, k);
      const worst = Math.max(...steinInErrors(task, observation, reference).map(Math.abs));
      assert(worst < 4, `${task.name}, observation ${k}: ${worst} standard errors`);
    }
  }
});
