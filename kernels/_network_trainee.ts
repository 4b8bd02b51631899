// Training of scalar networks.

import type { NetworkSpec } from "@likely/core";
import type { Room } from "./_layer.ts";
import type { LossProgram } from "./_loss_program.ts";
import { canThin, emitStep, planTraining } from "./_step_program.ts";
import type { Trainee } from "./_trainee.ts";

/** Plans a network for batches of at most n rows of x. */
export function networkTrainee(spec: NetworkSpec, loss: LossProgram, n: number, room: Room = {}): Trainee {
  const network = planTraining(spec, loss, n, room);
  const { theta, embedding, target, score } = network;
  return {
    ...network,
    thins: canThin(spec, loss),
    intake: {
      theta,
      x: embedding.input,
      target: loss.target ? target : undefined,
      score: loss.score ? score : undefined,
    },
    program: (options) => emitStep(spec, loss, network, options),
  };
}
