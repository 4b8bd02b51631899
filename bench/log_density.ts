/** How many log densities a second, with gradients, by batch size? */

import { key, posteriorDensity, priorFrom } from "@likely/core";
import { useBackend } from "@likely/core/tensor";
import { fusedEngine } from "@likely/kernels";
import { fromRows } from "@likely/core";
import { twoMoons } from "@likely/simulators";
import { tensorEngine } from "@likely/surrogates";
import { medianSeconds, type Row } from "./_measure.ts";
import { artifactOf, SPECS } from "./_surrogate.ts";

/** The question of the table. */
export const question =
  "Log posterior densities with gradients a second, prior included, by points in a call";

/** Points a second. */
export async function rows(): Promise<Row[]> {
  await useBackend("wasm");
  const out: Row[] = [];
  for (const [name, spec] of Object.entries(SPECS)) {
    const artifact = await artifactOf(spec);
    for (const engine of [fusedEngine(), tensorEngine()]) {
      using output = await engine.logDensity(artifact, fromRows([[0.1, 0.2]]));
      const target = posteriorDensity(priorFrom(artifact.prior), output);
      for (const n of [1, 20, 1000]) {
        const theta = twoMoons().prior.sample(key(3), n);
        const seconds = await medianSeconds(() => target.evaluate(theta));
        out.push({ what: `${name}, ${engine.name}, ${n} a call`, value: n / seconds, unit: "points/s" });
      }
    }
  }
  return out;
}
