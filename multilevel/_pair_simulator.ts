// A level beside the one below as one simulator, whose rows are both: what simulates, stores and shares out
// rows knows nothing of levels, and a pair of which one side failed has failed.

import {
  type AnySimulator,
  type AsyncCall,
  type AsyncLevel,
  type AsyncRows,
  isAsync,
  type Key,
  type Level,
  type LevelPair,
  type LoadedSimulator,
  loadSimulator,
  type Points,
  points,
  row,
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
export function levelSimulator(simulator: AnySimulator, l: number): AnySimulator {
  requireLevels(simulator);
  const { name, thetaDim, xDim } = simulator;
  const called = {
    name: l === 0 ? `${name}, level 0` : `${name}, level ${l} beside ${l - 1}`,
    thetaDim,
    xDim: l === 0 ? xDim : 2 * xDim,
  };
  const beside = (sides: LevelPair) => together(name, l, sides, xDim);
  if (isAsync(simulator)) {
    const { levels = [], concurrency, close } = simulator;
    return {
      ...called,
      ...(concurrency !== undefined && { concurrency }),
      ...(close && { close: () => close.call(simulator) }),
      simulateAsync: (key, theta, call) => {
        const own = levels[l]!;
        return l === 0
          ? own.simulateAsync(key, theta, call)
          : pairAsync([levels[l - 1]!, own], { key, theta, call }, beside);
      },
    };
  }
  const levels = simulator.levels!;
  const own = levels[l]!;
  return {
    ...called,
    simulate: (key, theta, first) =>
      l === 0 ? own.simulate(key, theta, first) : beside(pairOf(levels, l, { key, theta, first })),
  };
}

interface AskedLater {
  readonly key: Key;
  readonly theta: Points;
  readonly call: AsyncCall | undefined;
}

/** One after the other: how many calls are under way is the run's to say. */
async function pairAsync(
  [below, own]: readonly [AsyncLevel, AsyncLevel],
  { key, theta, call }: AskedLater,
  beside: (sides: LevelPair) => Points,
): Promise<AsyncRows> {
  const fine = await own.simulateAsync(key, theta, call);
  const coarse = await below.simulateAsync(key, theta, call);
  return {
    x: beside({ fine: fine.x, coarse: coarse.x }),
    failures: [...fine.failures ?? [], ...coarse.failures ?? []].sort((a, b) => a.row - b.row),
  };
}

/** Rows of both in one. */
function together(name: string, l: number, { fine, coarse }: LevelPair, xDim: number): Points {
  requireWidths(name, l, fine, coarse, xDim);
  const out = zeros(fine.n, 2 * xDim);
  for (let i = 0; i < fine.n; i++) {
    const to = row(out, i);
    to.set(row(fine, i));
    to.set(row(coarse, i), xDim);
  }
  return out;
}

/** Takes rows of both apart. */
export function apart(both: Points): LevelPair {
  const dim = both.dim / 2;
  const side = (from: number) =>
    points(both.data.filter((_, k) => k % both.dim >= from && k % both.dim < from + dim), dim);
  return { fine: side(0), coarse: side(dim) };
}

/** The levels of a simulator. */
export function requireLevels({ name, levels = [] }: AnySimulator): readonly (Level | AsyncLevel)[] {
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
