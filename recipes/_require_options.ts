// Options of recipes, checked while that costs no simulation.

import { type Distance, type Key, key, mseDistance, type TrunkSpec, zeros } from "@likely/core";
import { requireLength } from "@likely/core/check";
import { amortisedCost, bce, noisyTargets, requireRefreshing } from "@likely/losses";
import { requireTraining } from "@likely/surrogates";
import { requireStructure } from "./_cost_head.ts";
import { requireHalf, requireUnrefreshed } from "./_half_rows.ts";
import { requireObservations } from "./_require_observations.ts";
import { requireExactScore } from "./_require_exact_score.ts";
import { requireMembers } from "./_train_members.ts";
import { ratioNetwork } from "./ratio_network.ts";
import type { Planned } from "./_simulate_and_train.ts";
import type { TrainCostOptions } from "./train_cost.ts";
import type { TrainRatioOptions } from "./train_ratio.ts";

/** Throws what `trainRatio` would, as far as that is known without data. */
export function requireRatioOptions(options: TrainRatioOptions, planned: Planned): void {
  requireMembers(options);
  requireUnrefreshed(options);
  const { embedding, trunk, refresh, loss = bce(), half, ...training } = options;
  const { simulator, simulations } = planned;
  const { thetaDim, xDim } = simulator;
  const parts = ratioNetwork({ thetaDim, xDim }, {
    ...(embedding && { embedding }),
    ...(trunk && { trunk }),
  });
  const spec = { kind: "network", thetaDim, xDim, ...parts, head: { kind: "linear" } } as const;
  requireTraining({ ...training, spec, loss }, simulations);
  if (half) requireHalf(simulations, { ...training, loss });
  if (!refresh) return;
  requireRefreshing(refresh);
  requireExactScore(simulator);
}

/** Throws what `trainCost` would, as far as that is known without data. */
export function requireCostOptions(options: TrainCostOptions, planned: Planned): void {
  requireMembers(options);
  const { distance = mseDistance(), structure = "auto", embedding, trunk, logTheta, noisy, ...rest } =
    options;
  const { observations, targetsPerRow, failureCost, half, ...training } = rest;
  const { simulator: { thetaDim, xDim }, simulations } = planned;
  requireStructure(structure, { distance, failed: 0, ...(embedding && { embedding }) });
  const spec = {
    kind: "network",
    thetaDim,
    xDim,
    ...(embedding && { embedding }),
    trunk: trunk ?? ANY_TRUNK,
    head: { kind: "softplus", scale: 1 },
  } as const;
  requireTraining({ ...training, spec }, simulations);
  if (half) requireHalf(simulations, training);
  if (logTheta) requireLength("train a cost", "logTheta", logTheta.length, thetaDim);
  if (observations) requireObservations(observations, xDim);
  // Who uses them knows their rules.
  noisyTargets(ANY_KEY, zeros(1, xDim), noisy);
  amortisedCost({
    distance,
    ...(targetsPerRow !== undefined && { targetsPerRow }),
    ...(failureCost !== undefined && { failureCost }),
  });
  if (BUILT_IN.has(distance.name)) requireMeasures(distance, xDim);
}

/** A distance knows the widths it fits. */
function requireMeasures(distance: Distance, xDim: number): void {
  distance.between(zeros(1, xDim), zeros(1, xDim));
}

const BUILT_IN: ReadonlySet<string> = new Set(["mse", "mae", "mmd", "energy_score"]);

const ANY_TRUNK: TrunkSpec = { kind: "mlp", hidden: [1], activation: "silu" };

// Nothing drawn with it is used.
const ANY_KEY: Key = key(0);
