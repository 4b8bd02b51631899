// A level beside the one below as one simulator, whose rows are both: what simulates, stores and shares out
// rows knows nothing of levels, and a pair of which one side failed has failed.

import {
  type Key,
  type Level,
  type LevelPair,
  type LoadedSimulator,
  loadSimulator,
  type Points,
  points,
  row,
  type Simulator,
  type SimulatorModule,
  zeros,
} from "@likely/core";

/** What a worker is told. */
export interface PairArgument {
  readonly source: SimulatorModule;
  readonly level: number;
}

/** For workers: loads the simulator that the argument names. */
export async function pairModule({ source, level }: PairArgument): Promise<LoadedSimulator> {
  const { simulator, ...rest } = await loadSimulator(source);
  return { ...rest, simulator: levelSimulator(simulator, level) };
}

/** Level l as a simulator: rows `(fine, coarse)`, at the lowest `(fine)`. */
export function levelSimulator(simulator: Simulator, l: number): Simulator {
  const { name, thetaDim, xDim } = simulator;
  const levels = requireLevels(simulator);
  const own = levels[l]!;
  if (l === 0) {
    return {
      name: `${name}, level 0`,
      thetaDim,
      xDim,
      simulate: (key, theta, first) => own.simulate(key, theta, first),
    };
  }
  return {
    name: `${name}, level ${l} beside ${l - 1}`,
    thetaDim,
    xDim: 2 * xDim,
    simulate: (key, theta, first) => {
      const { fine, coarse } = pairOf(levels, l, { key, theta, first });
      requireWidths(name, l, fine, coarse, xDim);
      const out = zeros(theta.n, 2 * xDim);
      for (let i = 0; i < theta.n; i++) {
        const to = row(out, i);
        to.set(row(fine, i));
        to.set(row(coarse, i), xDim);
      }
      return out;
    },
  };
}

/** Takes rows of both apart. */
export function apart(both: Points): LevelPair {
  const dim = both.dim / 2;
  const side = (from: number) =>
    points(both.data.filter((_, k) => k % both.dim >= from && k % both.dim < from + dim), dim);
  return { fine: side(0), coarse: side(dim) };
}

/** The levels of a simulator. */
export function requireLevels({ name, levels = [] }: Simulator): readonly Level[] {
  if (levels.length >= 2) return levels;
  throw new TypeError(
    `Cannot simulate "${name}" by levels as it must have two at least: current number is ${levels.length}`,
  );
}

interface Asked {
  readonly key: Key;
  readonly theta: Points;
  readonly first: number | undefined;
}

/** On the same random numbers: the same key, rows counted alike. */
function pairOf(levels: readonly Level[], l: number, { key, theta, first }: Asked): LevelPair {
  const [below, own] = [levels[l - 1]!, levels[l]!];
  if (own.simulatePair) return own.simulatePair(key, theta, first);
  return { fine: own.simulate(key, theta, first), coarse: below.simulate(key, theta, first) };
}

function requireWidths(name: string, l: number, fine: Points, coarse: Points, xDim: number): void {
  if (fine.dim === xDim && coarse.dim === xDim) return;
  throw new TypeError(
    `Cannot pair levels ${l} and ${l - 1} of "${name}" as both must have ${xDim} numbers: ` +
      `current widths are ${fine.dim} and ${coarse.dim}`,
  );
}
