// What a plan of training trains.

import { refuseMixed, type TrainPlan } from "@likely/core";
import { lossProgram } from "./_loss_program.ts";
import { networkTrainee } from "./_network_trainee.ts";
import { requireFusable } from "./_support.ts";
import { densityLoss, planDensityTraining } from "./_train_density.ts";
import type { Room } from "./_layer.ts";
import type { LossTerms, Trainee } from "./_trainee.ts";

/** What is trained, for batches of at most n rows. */
export type Train = (n: number, room?: Room) => Trainee;

/**
 * The loss of a plan, and what is planned for it.
 *
 * @throws {UnsupportedError} If there is no program for it.
 */
export function traineeOf({ spec, loss }: TrainPlan): { loss: LossTerms; train: Train } {
  if (spec.kind === "mixed") return refuseMixed();
  if (spec.kind !== "network") {
    return { loss: densityLoss(loss, spec), train: (n, room) => planDensityTraining(spec, n, room) };
  }
  const network = requireFusable(spec);
  const program = lossProgram(loss, network);
  return { loss: program, train: (n, room) => networkTrainee(network, program, n, room) };
}
