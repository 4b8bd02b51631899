// Log densities with θ-gradients: observations embedded once, then one call for each run of
// points.

import {
  type Artifact,
  checkSpec,
  type LogDensity,
  type ObservedDensities,
  type Points,
  UnsupportedError,
} from "@likely/core";
import { type Asked, promptDensities, type Way } from "./_asked.ts";
import { atOnce, type Caller, type Calls } from "./_calls.ts";
import { requireDensity } from "./_density_machine.ts";
import { densityOfTheta, requireOneObservation } from "./_density_of_theta.ts";
import { requireObservation } from "./_host_rows.ts";
import { withoutLinearTrunk } from "./_linear_trunk.ts";
import { ModuleCaller } from "./_module_caller.ts";
import { networkOfTheta } from "./_network_of_theta.ts";
import { type Host, onRunner } from "./_runner.ts";
import { requireFusable } from "./_support.ts";

/** Prepares the artifact's network as a function of θ at the rows of x, added up. */
export async function fusedLogDensity(
  host: Host,
  artifact: Artifact,
  x: Points,
): Promise<LogDensity & Disposable> {
  return await onModule(host, asking(artifact, x, { apart: false }));
}

/** Prepares the artifact's network as a function of θ at each row of x. */
export async function fusedLogDensities(
  host: Host,
  artifact: Artifact,
  x: Points,
): Promise<ObservedDensities> {
  return await onModule(host, asking(artifact, x, { apart: true }));
}

function onModule(host: Host, ask: Ask): Promise<ObservedDensities> {
  return onRunner(host, (runner) => {
    const caller = new ModuleCaller(runner, "log density");
    return promptDensities(caller, atOnce(caller, ask(caller)));
  });
}

/** Prepares log densities where their calls are run. */
export type Ask = (caller: Caller) => Calls<Asked>;

/**
 * How an artifact is asked about rows of x: each by itself, or all of them added up.
 *
 * @throws {TypeError | RangeError} If it is not to be asked about them.
 * @throws {UnsupportedError} If there is no program for it.
 */
export function asking(artifact: Artifact, x: Points, way: Way): Ask {
  if (artifact.spec.kind !== "network") return askingDensity(artifact, x, way);
  if (artifact.kind === "posterior") {
    throw new UnsupportedError("Cannot evaluate a posterior artifact as a network of (θ, x)");
  }
  checkSpec(artifact.spec);
  const fusable = withoutLinearTrunk(artifact);
  requireFusable(fusable.spec);
  requireObservation(x, artifact.spec.xDim);
  return (caller) => networkOfTheta(caller, fusable, x, way);
}

function askingDensity(artifact: Artifact, x: Points, way: Way): Ask {
  const density = requireDensity(artifact);
  requireObservation(x, density.spec.xDim);
  if (!way.apart) requireOneObservation(artifact, x);
  return (caller) => densityOfTheta(caller, density, x, way);
}
