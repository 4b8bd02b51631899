// deno-lint-ignore-file no-console -- a command for people
// Makes the surrogates that ship, and the pages that say how far they can be trusted.
//
//   deno run -A _tools/prebuilt.ts               all, some minutes
//   deno run -A _tools/prebuilt.ts influenza     one

import {
  type Artifact,
  encodeArtifact,
  key,
  maeDistance,
  simulate,
  split,
  standardisation,
} from "@likely/core";
import {
  calibrate,
  calibrationReport,
  calibrationVerdict,
  chooseBeta,
  nle,
  npe,
  trainCost,
} from "@likely/sbi";
import { driftDiffusion, hodgkinHuxley, influenza } from "@likely/simulators";

const here = (name: string) => new URL(`../prebuilt/${name}`, import.meta.url);
const [forTraining, forJudging, forData] = split(key(20261127), 3);

const MAKERS: Readonly<Record<string, () => Promise<Artifact>>> = {
  influenza: async () => {
    const task = influenza();
    const { artifact } = await npe(forTraining, task, { simulations: 100_000 });
    await judged("influenza", artifact, task, {});
    return artifact;
  },
  "drift_diffusion": async () => {
    const task = driftDiffusion();
    const { artifact } = await nle(forTraining, task, { simulations: 50_000 });
    await judged("drift_diffusion", artifact, task, { trials: 50, datasets: 100 });
    return artifact;
  },
  "hodgkin_huxley": async () => {
    const task = hodgkinHuxley();
    const dataset = await simulate(forData, task, 20_000);
    const distance = maeDistance({ scale: standardisation(dataset.x).std });
    const pairs = { simulator: task.name, prior: task.prior, dataset };
    const { artifact } = await trainCost(forTraining, pairs, { distance });
    // A cost claims no share of truths: which temperature comes closest is all that can be told.
    const { beta } = await chooseBeta(forJudging, artifact, task.simulator, { datasets: 20 });
    console.log(`hodgkin_huxley: simulations come closest at beta ${beta}`);
    return artifact;
  },
};

async function judged(
  name: string,
  artifact: Artifact,
  { simulator }: ReturnType<typeof influenza>,
  options: { readonly trials?: number; readonly datasets?: number },
): Promise<void> {
  const calibration = await calibrate(forJudging, artifact, simulator, options);
  console.log(`${name}: ${calibrationVerdict(calibration)}`);
  const page = await calibrationReport({ title: `Calibration of ${name}`, artifact, calibration });
  await Deno.writeTextFile(here(`${name}.html`), page);
}

for (const name of Deno.args.length > 0 ? Deno.args : Object.keys(MAKERS)) {
  const bytes = encodeArtifact(await MAKERS[name]!());
  await Deno.writeFile(here(`${name}.safetensors`), bytes);
  console.log(`${name}.safetensors: ${(bytes.length / 1000).toFixed(0)} kB`);
}
Deno.exit(0);
