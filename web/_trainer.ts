// The page's end of the worker that trains.

import type { TrainingOrder, TrainingSaid, TrainingTold } from "./_training_protocol.ts";

/** How a training ends. */
export type TrainingEnd = Extract<TrainingSaid, { readonly kind: "trained" | "stopped" | "failed" }>;

type Progress<K extends TrainingSaid["kind"]> = Extract<TrainingSaid, { readonly kind: K }> extends
  { readonly progress: infer P } ? P : never;

/** Who is told what. */
export interface TrainerListeners {
  simulating(progress: Progress<"simulating">): void;
  training(progress: Progress<"training">): void;
  ended(order: TrainingOrder, end: TrainingEnd): void;
}

/** Whom to tell: one training at a time. */
export interface Trainer {
  train(order: TrainingOrder): void;
  /** What was learned so far is what comes of it. */
  stop(): void;
}

/** Starts a worker as soon as there is something to train. */
export function trainer({ simulating, training, ended }: TrainerListeners): Trainer {
  let worker: Worker | undefined;
  let order: TrainingOrder | undefined;
  const start = () => {
    const started = new Worker("training/_training_worker.js", { type: "module" });
    started.onmessage = ({ data }: MessageEvent<TrainingSaid>) => {
      if (data.kind === "simulating") return simulating(data.progress);
      if (data.kind === "training") return training(data.progress);
      ended(order!, data);
    };
    started.onerror = ({ message }) => {
      worker = undefined;
      // What stops the worker from loading has no message of its own.
      const text = `Cannot train as this browser must run the page's worker: ${message || "it does not"}`;
      ended(order!, { kind: "failed", message: text });
    };
    return started;
  };
  const tell = (told: TrainingTold) => worker?.postMessage(told);
  return {
    train: (wanted) => {
      order = wanted;
      worker ??= start();
      tell({ kind: "train", order: wanted });
    },
    stop: () => tell({ kind: "stop" }),
  };
}
