// Simulates from posterior draws: what the model, given what it has learned, expects to be observed.

import { foldIn, gatherRows, key, type Points, points, row, type Task } from "@likely/core";
import { quantile } from "@likely/diagnostics/quantile";
import type { Band, PredictionAsked, PredictionSaid } from "./_prediction_protocol.ts";
import { TASKS } from "./_tasks.ts";

/** Apart from whatever the draws were made with. */
const STREAM = 0x70726564;
/** Milliseconds of simulating between two looks at what has come. */
const BREATH = 20;

const scope = self as unknown as Worker;
let latest = 0;

scope.onmessage = ({ data }: MessageEvent<PredictionAsked>) => {
  latest = data.id;
  answer(data).catch((error: Error) => say({ kind: "failed", id: data.id, message: error.message }));
};

async function answer({ id, task: name, names, theta, width, seed }: PredictionAsked): Promise<void> {
  const task = TASKS[name]();
  requireTask(task, names, width);
  const rows = await simulated(task, points(theta, names.length), { id, seed });
  if (!rows) return;
  if (rows.length === 0) {
    throw new RangeError("Cannot predict as a simulation of the draws must succeed: all failed");
  }
  const bands = Array.from({ length: width }, (_, j) => bandOf(rows.map((x) => x[j]!)));
  say({ kind: "predicted", id, bands, simulations: rows.length });
}

/** Another simulator of the same name is known by its parameters or its data. */
function requireTask({ prior, simulator }: Task, names: readonly string[], width: number): void {
  if (prior.names.join() === names.join() && simulator.xDim === width) return;
  throw new TypeError(
    `Cannot predict as the simulator must be the page's own of that name, of ${prior.names.join(", ")} and ` +
      `${simulator.xDim} numbers of data: it has ${names.join(", ")} and ${width}`,
  );
}

/** Rows of x that did not fail; undefined where something newer was asked meanwhile. */
async function simulated(
  { simulator }: Task,
  theta: Points,
  { id, seed }: Pick<PredictionAsked, "id" | "seed">,
): Promise<Float64Array[] | undefined> {
  const forX = foldIn(key(seed), STREAM);
  const rows: Float64Array[] = [];
  let breath = -Infinity;
  for (let first = 0; first < theta.n; first++) {
    if (performance.now() - breath > BREATH) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (id !== latest) return undefined;
      breath = performance.now();
    }
    const x = row(simulator.simulate(forX, gatherRows(theta, [first]), first), 0);
    if (x.every(Number.isFinite)) rows.push(x);
  }
  return rows;
}

function bandOf(values: readonly number[]): Band {
  const at = (p: number) => quantile(values, p);
  return { q5: at(0.05), q25: at(0.25), q50: at(0.5), q75: at(0.75), q95: at(0.95) };
}

function say(said: PredictionSaid): void {
  scope.postMessage(said);
}
