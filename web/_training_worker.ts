// Simulates and trains, off the thread that the page is drawn on: what `npe` does anywhere, on one thread.

import { encodeArtifact, type Engine, key } from "@likely/core";
import { fusedEngine } from "@likely/kernels/fused-engine";
import { npe } from "@likely/recipes/npe";
import { tensorEngine } from "@likely/surrogates/tensor-engine";
import { TASKS } from "./_tasks.ts";
import type { TrainingEngine, TrainingOrder, TrainingSaid, TrainingTold } from "./_training_protocol.ts";

/** Times that simulating is heard of, and can be stopped. */
const CHUNKS = 100;

const scope = self as unknown as Worker;
let stop = new AbortController();

scope.onmessage = ({ data }: MessageEvent<TrainingTold>) => {
  stop.abort();
  if (data.kind === "stop") return;
  stop = new AbortController();
  const { signal } = stop;
  train(data.order, signal).catch((error: Error) =>
    say(
      signal.aborted && error === signal.reason
        ? { kind: "stopped" }
        : { kind: "failed", message: error.message },
    )
  );
};

async function train({ task: name, simulations, seed, engine }: TrainingOrder, signal: AbortSignal) {
  const start = performance.now();
  const task = TASKS[name]();
  const { artifact } = await npe(key(seed), task, {
    simulations,
    simulation: {
      workers: 0,
      chunkRows: Math.ceil(simulations / CHUNKS),
      signal,
      onProgress: (progress) => say({ kind: "simulating", progress }),
    },
    engine: await engineOf(engine),
    signal,
    onProgress: (progress) => say({ kind: "training", progress }),
  });
  const bytes = encodeArtifact(artifact);
  const { training, engine: trainedBy, advice = [] } = artifact.provenance;
  const { observation } = task;
  const trained = {
    bytes,
    ...(observation && { observation: [...observation] }),
    epochs: training.epochs,
    best: training.loss,
    engine: trainedBy,
    isStopped: signal.aborted,
    advice,
    milliseconds: performance.now() - start,
  };
  say({ kind: "trained", trained }, [bytes.buffer]);
}

/** WebGPU takes the steps alone: what is asked of a surrogate besides is read at once, which it cannot do. */
async function engineOf(name: TrainingEngine): Promise<Engine> {
  const fused = fusedEngine();
  if (name === "wasm") return fused;
  // By a literal, which bundlers follow.
  const { useBackend } = await import("@likely/core/tensor");
  await useBackend("webgpu");
  return { ...fused, trainStep: tensorEngine().trainStep };
}

function say(said: TrainingSaid, moved: Transferable[] = []): void {
  scope.postMessage(said, moved);
}
