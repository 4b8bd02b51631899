// What the page and the worker that trains tell each other.

import type { SimulationProgress } from "@likely/core";
import type { TrainingProgress } from "@likely/surrogates";
import type { KnownTask } from "./_known_tasks.ts";

/** Who takes the steps of training. */
export type TrainingEngine = "wasm" | "webgpu";

/** What is to be learned. */
export interface TrainingOrder {
  readonly task: KnownTask;
  readonly simulations: number;
  readonly seed: number;
  readonly engine: TrainingEngine;
}

/** What the page says. */
export type TrainingTold =
  | { readonly kind: "train"; readonly order: TrainingOrder }
  | { readonly kind: "stop" };

/** What the worker says, until one of the last three. */
export type TrainingSaid =
  | { readonly kind: "simulating"; readonly progress: SimulationProgress }
  | { readonly kind: "training"; readonly progress: TrainingProgress }
  | { readonly kind: "trained"; readonly trained: TrainedHere }
  /** Stopped before there was anything to learn from. */
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly message: string };

/** What came of it. */
export interface TrainedHere {
  /** The file of the surrogate. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The task's own, where it has one. */
  readonly observation?: readonly number[];
  readonly epochs: number;
  /** Of the rows set aside, in nats. */
  readonly best: number;
  /** Who took the steps, by the engine's name. */
  readonly engine: string;
  /** Whether it was stopped before its time. */
  readonly isStopped: boolean;
  /** What would help, in sentences. */
  readonly advice: readonly string[];
  readonly milliseconds: number;
}
