/** What does a training step of C2ST's classifier cost, next to scikit-learn's? */

import process from "node:process";
import { drawNormal, key, type Points, points, stream } from "@likely/core";
import { mlpClassifier } from "@likely/diagnostics";
import type { Row } from "./_measure.ts";

export const question = "C2ST's classifier: CPU ms per training step, batches of 200, 10 d + 10 d units";

const ROWS = 16_000;
const PASSES = 5;
const labels = Uint8Array.from({ length: ROWS }, (_, i) => i % 2);

/** Ours, then scikit-learn's where Python (or what `PYTHON` names) has it. */
export async function rows(): Promise<Row[]> {
  const peer = await scikitLearn();
  const out: Row[] = [];
  for (const dim of [2, 5, 10]) {
    out.push({ what: `mlpClassifier, ${dim}-d`, value: await cpuMs(dim), unit: "ms" });
    if (peer) out.push({ what: `scikit-learn, ${dim}-d`, value: peer[dim]!, unit: "ms" });
  }
  if (!peer) out.push({ what: "scikit-learn: skipped, as Python does not have it", value: NaN, unit: "" });
  return out;
}

async function cpuMs(dim: number): Promise<number> {
  const train = (epochs: number) => mlpClassifier({ epochs, patience: epochs })(key(0), normals(dim), labels);
  await train(1);
  const start = process.cpuUsage();
  await train(PASSES);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000 / (PASSES * ROWS / 200);
}

function normals(dim: number): Points {
  const random = stream(key(1));
  const data = Float64Array.from({ length: ROWS * dim }, () => drawNormal(random, 0, 1));
  return points(data.map((value, k) => value + 0.3 * labels[Math.floor(k / dim)]!), dim);
}

async function scikitLearn(): Promise<Record<number, number> | undefined> {
  const command = new Deno.Command(Deno.env.get("PYTHON") ?? "python3", {
    args: [new URL("peers/c2st.py", import.meta.url).pathname, String(PASSES)],
    env: { OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1" },
  });
  const { success, stdout } = await command.output().catch(() => ({
    success: false,
    stdout: new Uint8Array(),
  }));
  return success ? JSON.parse(new TextDecoder().decode(stdout)) : undefined;
}
