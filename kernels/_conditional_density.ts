// Density estimators as what they are, in raw units.

import {
  type Artifact,
  type ConditionalDensity,
  type Key,
  logStandardSlopes,
  type Points,
  points,
  rawValue,
  requireSides,
  standardise,
} from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { atOnce, type Caller, type Calls } from "./_calls.ts";
import { type DensityArtifact, DensityMachine, requireDensity } from "./_density_machine.ts";
import { ModuleCaller } from "./_module_caller.ts";
import { type Host, onRunner } from "./_runner.ts";

/** What a {@linkcode ConditionalDensity} is before anybody runs its calls. */
export interface AskedDensity extends Disposable {
  readonly name: string;
  logDensity(target: Points, condition: Points): Calls<Float64Array>;
  sample(key: Key | readonly Key[], n: number, condition: Points): Calls<Points>;
}

/** Prepares log densities and draws of an artifact. */
export async function fusedDensity(host: Host, artifact: Artifact): Promise<ConditionalDensity & Disposable> {
  const density = requireDensity(artifact);
  return await onRunner(host, (runner) => {
    const caller = new ModuleCaller(runner, "density");
    const asked = atOnce(caller, askedDensity(caller, density));
    return {
      get name() {
        return asked.name;
      },
      logDensity: (target, condition) => atOnce(caller, asked.logDensity(target, condition)),
      sample: (key, n, condition) => atOnce(caller, asked.sample(key, n, condition)),
      [Symbol.dispose]: () => asked[Symbol.dispose](),
    };
  });
}

/** Prepares a density where its calls are run. */
export function* askedDensity(
  caller: Caller,
  artifact: DensityArtifact,
): Calls<AskedDensity> {
  const machine = yield* DensityMachine.make(caller, artifact);
  return {
    get name() {
      return machine.name;
    },
    logDensity: (target, condition) => logDensities(machine, target, condition),
    sample: (key, n, condition) => draws(machine, key, n, condition),
    [Symbol.dispose]: () => machine[Symbol.dispose](),
  };
}

function* logDensities(machine: DensityMachine, target: Points, condition: Points): Calls<Float64Array> {
  const { spec, by } = machine;
  requireSides(spec, condition, target);
  const rows = {
    n: target.n,
    targets: standardise(target, by.target),
    targetOf: (i: number) => i,
    contexts: yield* machine.contexts(condition),
    contextOf: (i: number) => Math.floor(i * condition.n / target.n),
  };
  const { value } = yield* machine.evaluate(rows, false);
  return logStandardSlopes(by.target, target).map((slopes, i) => {
    const total = value[i]! + slopes;
    return Number.isNaN(total) ? -Infinity : total;
  });
}

function* draws(
  machine: DensityMachine,
  key: Key | readonly Key[],
  n: number,
  condition: Points,
): Calls<Points> {
  const { spec, by } = machine;
  requireInteger("draw from a density", "n", n, 1);
  requireSides(spec, condition);
  const drawn = yield* machine.draw(key, n, yield* machine.contexts(condition));
  const dim = drawn.length / (n * condition.n);
  const out = points(new Float64Array(drawn.length), dim);
  for (let j = 0; j < dim; j++) {
    for (let k = j; k < drawn.length; k += dim) out.data[k] = rawValue(by.target, j, drawn[k]!);
  }
  return out;
}
