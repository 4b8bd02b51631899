// Density estimators as what they are, in raw units.

import {
  type Artifact,
  type ConditionalDensity,
  logStandardSlopes,
  points,
  rawValue,
  requireSides,
  standardise,
} from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { type DensityMachine, onDensityMachine, requireDensity } from "./_density_machine.ts";
import type { Host } from "./_runner.ts";

/** Prepares log densities and draws of an artifact. */
export async function fusedDensity(host: Host, artifact: Artifact): Promise<ConditionalDensity & Disposable> {
  return await onDensityMachine(host, requireDensity(artifact), conditionalDensity);
}

function conditionalDensity(machine: DensityMachine): ConditionalDensity & Disposable {
  const { spec, by } = machine;
  return {
    get name() {
      return machine.name;
    },
    logDensity: (target, condition) => {
      requireSides(spec, condition, target);
      const rows = {
        n: target.n,
        targets: standardise(target, by.target),
        targetOf: (i: number) => i,
        contexts: machine.contexts(condition),
        contextOf: (i: number) => Math.floor(i * condition.n / target.n),
      };
      const { value } = machine.evaluate(rows, false);
      return logStandardSlopes(by.target, target).map((slopes, i) => {
        const total = value[i]! + slopes;
        return Number.isNaN(total) ? -Infinity : total;
      });
    },
    sample: (key, n, condition) => {
      requireInteger("draw from a density", "n", n, 1);
      requireSides(spec, condition);
      const drawn = machine.draw(key, n, machine.contexts(condition));
      const dim = drawn.length / (n * condition.n);
      const out = points(new Float64Array(drawn.length), dim);
      for (let j = 0; j < dim; j++) {
        for (let k = j; k < drawn.length; k += dim) out.data[k] = rawValue(by.target, j, drawn[k]!);
      }
      return out;
    },
    [Symbol.dispose]: () => machine[Symbol.dispose](),
  };
}
