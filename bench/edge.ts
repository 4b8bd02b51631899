/** How heavy is a surrogate's service, how soon does it answer, and how often? */

import { encodeArtifact, key } from "@likely/core";
import { handler, kernels, openSurrogate } from "@likely/edge";
import { prebuilt } from "@likely/prebuilt";
import { influenza, npe, nre, twoMoons } from "@likely/sbi";
import { clocked, median, type Row } from "./_measure.ts";

export const question =
  "A surrogate as a service: its bundle, and CPU milliseconds of a warm request in the handler, medians of 50";

const WORKER = `
  import { handler, kernels, openSurrogate } from "@likely/edge";
  export const open = async (bytes) => handler(await openSurrogate(bytes, kernels));`;
const OWN_KERNELS = `
  import { handler } from "@likely/edge/handler";
  import { openSurrogate } from "@likely/edge/open-surrogate";
  export const open = async (bytes, kernels) => handler(await openSurrogate(bytes, kernels));`;

/** Kilobytes, then milliseconds. */
export async function rows(): Promise<Row[]> {
  const out: Row[] = [];
  const wasm = await zipped(await Deno.readFile("edge/kernels.wasm"));
  out.push({
    what: "one script with the kernels in it, gzip",
    value: await bundled(WORKER) / 1000,
    unit: "KB",
  });
  const beside = await bundled(OWN_KERNELS);
  out.push({ what: "script and kernels.wasm beside it, gzip", value: (beside + wasm) / 1000, unit: "KB" });
  const small = { simulations: 2000, maxEpochs: 5 } as const;
  const artifacts = {
    "posterior flow, 1,000 draws": [(await npe(key(0), twoMoons(), small)).artifact, 1000],
    "posterior flow, 100 draws": [(await npe(key(0), twoMoons(), small)).artifact, 100],
    "ratio of two moons, 200 draws": [(await nre(key(0), twoMoons(), small)).artifact, 200],
    "ratio of influenza, 200 draws": [
      (await nre(key(0), influenza(), { simulations: 5000, maxEpochs: 30 })).artifact,
      200,
    ],
    "posterior flow of influenza, 1,000 draws": [await prebuilt("influenza"), 1000],
  } as const;
  for (const [what, [artifact, draws]] of Object.entries(artifacts)) {
    const answer = handler(await openSurrogate(encodeArtifact(artifact), kernels));
    const took: number[] = [];
    // What training saw in the middle, to the digits that people write.
    const x = artifact.scaling.x.mean.map((value) => value.toFixed(3));
    for (let i = 0; i < 60; i++) {
      const url = `http://localhost/posterior?x=${x}&draws=${draws}&seed=${i}`;
      const { seconds } = await clocked(async () => (await answer(new Request(url))).arrayBuffer());
      // The first ones wait for V8 to compile.
      if (i >= 10) took.push(1000 * seconds);
    }
    out.push({ what, value: median(took), unit: "ms" });
  }
  return out;
}

async function bundled(program: string): Promise<number> {
  const folder = await Deno.makeTempDir({ dir: "bench", prefix: "tmp_" });
  try {
    await Deno.writeTextFile(`${folder}/entry.ts`, program);
    const args = ["bundle", "--quiet", "--platform", "browser", "--minify", "--output", `${folder}/out.js`];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [...args, `${folder}/entry.ts`],
    })
      .output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return await zipped(await Deno.readFile(`${folder}/out.js`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function zipped(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).arrayBuffer()).byteLength;
}
