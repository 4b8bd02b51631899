// Simulators with levels: what is bought of each, and how what was learned is judged.

import { type Key, type Points, type SimulationSource, type Simulator, split } from "@likely/core";
import { coupledSimulate, type LevelPairs } from "@likely/multilevel";
import type { LevelsMethod } from "@likely/sbi";
import { type CamelsData, camelsData } from "./_levels_camels.ts";
import {
  gAndK,
  gaussianFieldLevels,
  hodgkinHuxleyLevels,
  ornsteinUhlenbeck,
  toggleSwitch,
} from "@likely/simulators";

/** One question: a simulator, a method, and what is bought. */
export interface LevelsCase {
  readonly name: string;
  readonly method: LevelsMethod;
  readonly source: SimulationSource<Simulator>;
  /** Runs of each level in the telescoped modes; pooled and transfer have the same. */
  readonly counts: readonly number[];
  /** Costs of a run of each level alone; of the published cases without any, ours. */
  readonly costs: readonly number[];
  /** Trainings that are joined, in every arm. */
  readonly members?: number;
  /** Whether one run gives a pair. */
  readonly prefix?: boolean;
  /** A finite table instead of a simulator: what is trained on and judged by; the finest alone is its pairs. */
  table?(key: Key): Promise<CamelsData | undefined>;
}

/** What is bought of the finest level alone for the same money, times a factor. */
export function fineRuns({ counts, costs, prefix }: LevelsCase, factor = 1): number {
  return Math.floor(factor * spent({ counts, costs, ...(prefix && { prefix }) }) / costs.at(-1)!);
}

/** What the runs of a case cost. */
export function spent(
  { counts, costs, prefix = false }: Pick<LevelsCase, "counts" | "costs" | "prefix">,
): number {
  return counts.reduce((sum, n, l) => sum + n * (costs[l]! + (l > 0 && !prefix ? costs[l - 1]! : 0)), 0);
}

/** A simulator that is none. */
const NONE: SimulationSource<Simulator> = ornsteinUhlenbeck();

/** Simulates what a case buys. */
export function bought(key: Key, { source, counts }: LevelsCase): Promise<LevelPairs> {
  return coupledSimulate(key, source, counts);
}

/** The finest level by itself, in the shape that training on it alone takes. */
export function fineAlone(key: Key, { source }: LevelsCase, n: number): { theta: Points; x: Points } {
  const [forTheta, forX] = split(key, 2);
  const theta = source.prior.sample(forTheta, n);
  return { theta, x: source.simulator.simulate(forX, theta) };
}

const ou = ornsteinUhlenbeck({ levels: "steps", steps: [5, 20, 100] });

/** By name. */
export const LEVELS_CASES: readonly LevelsCase[] = [
  {
    name: "g-and-k, summaries",
    method: "npe",
    source: gAndK({ summaries: true }),
    counts: [1000, 100],
    costs: [1, 10],
  },
  { name: "g-and-k", method: "nle", source: gAndK(), counts: [10_000, 300], costs: [1, 10] },
  {
    name: "Ornstein-Uhlenbeck, two fidelities",
    method: "npe",
    source: ornsteinUhlenbeck(),
    counts: [1000, 100],
    costs: [1, 10],
  },
  {
    name: "Ornstein-Uhlenbeck, 5, 20, 100 steps",
    method: "npe",
    source: ou,
    counts: [2000, 200, 30],
    costs: [5, 20, 100],
  },
  {
    name: "Ornstein-Uhlenbeck, 5, 20, 100 steps",
    method: "nle",
    source: ou,
    counts: [2000, 200, 30],
    costs: [5, 20, 100],
  },
  {
    name: "Ornstein-Uhlenbeck, 5, 20, 100 steps",
    method: "ace",
    source: ou,
    counts: [2000, 200, 30],
    costs: [5, 20, 100],
  },
  {
    name: "toggle switch",
    method: "nle",
    source: toggleSwitch(),
    counts: [10_000, 500, 100],
    costs: [50, 80, 300],
    prefix: true,
  },
  {
    name: "Gaussian field",
    method: "npe",
    source: gaussianFieldLevels(),
    counts: [2000, 200, 40],
    costs: [256, 1024, 4096],
  },
  {
    name: "Hodgkin-Huxley by time step",
    method: "npe",
    source: hodgkinHuxleyLevels(),
    counts: [2000, 200, 50],
    costs: [7250, 14_500, 72_500],
  },
  {
    name: "CAMELS spectra",
    method: "npe",
    source: NONE,
    counts: [830, 20],
    costs: [1, 20],
    table: camelsData,
  },
  {
    name: "CAMELS spectra, five members",
    method: "npe",
    source: NONE,
    counts: [830, 20],
    costs: [1, 20],
    members: 5,
    table: camelsData,
  },
];
