/** How many training steps a second, on either engine? */

import { type Engine, foldIn, initWeights, key, type NetworkSpec } from "@likely/core";
import { useBackend } from "@likely/core/tensor";
import { fusedEngine } from "@likely/kernels";
import { bce } from "@likely/losses";
import { tensorEngine } from "@likely/surrogates";
import { medianSeconds, type Row } from "./_measure.ts";
import { pairs, SPECS } from "./_surrogate.ts";

/** The question of the table. */
export const question =
  "Training steps a second: binary cross-entropy, 200 + 200 pairs of two_moons, Adam and pairing included";

/** Steps a second. */
export async function rows(): Promise<Row[]> {
  await useBackend("wasm");
  const out: Row[] = [];
  for (const [name, spec] of Object.entries(SPECS)) {
    for (const engine of [fusedEngine(), tensorEngine()]) {
      out.push({ what: `${name}, ${engine.name}`, value: await rate(engine, spec), unit: "steps/s" });
    }
  }
  return out;
}

async function rate(engine: Engine, spec: NetworkSpec): Promise<number> {
  const { dataset, scaling } = await pairs(2000);
  const loss = bce();
  const state = { weights: initWeights(key(1), spec), steps: 0 };
  using step = await engine.trainStep({ spec, loss, scaling, state, clipNorm: 5 });
  const minibatch = Uint32Array.from({ length: 200 }, (_, i) => i);
  let i = 0;
  return 1 /
    await medianSeconds(() => step.step(loss.assemble(foldIn(key(2), i++), dataset, minibatch), 5e-4), 3);
}
