// Training of scalar networks.

import type { NetworkSpec, Scaling } from "@likely/core";
import { writeScores, writeStandardised } from "./_host_rows.ts";
import type { LossProgram } from "./_loss_program.ts";
import { canThin, emitStep, planTraining } from "./_step_program.ts";
import type { Trainee } from "./_trainee.ts";

/** Plans a network for batches of at most n rows of x. */
export function networkTrainee(spec: NetworkSpec, loss: LossProgram, scaling: Scaling, n: number): Trainee {
  const network = planTraining(spec, loss, n);
  const { theta, embedding, target, score } = network;
  return {
    ...network,
    thins: canThin(spec, loss),
    write: (memory, batch) => {
      writeStandardised(memory, batch.theta, scaling.theta, theta);
      writeStandardised(memory, batch.x, scaling.x, embedding.input);
      if (loss.target) new Float32Array(memory.buffer, target, batch.x.n).set(batch.target!);
      if (loss.score) {
        writeScores(memory, { score: batch.score!, theta: batch.theta }, scaling.theta, score);
      }
    },
    program: (options) => emitStep(spec, loss, network, options),
  };
}
