// onnxruntime from npm as a second reader of our files, where it is installed: `npm install
// onnxruntime-web@1.30.0` somewhere, and LIKELY_ONNXRUNTIME names that folder.

import type { Points } from "@likely/core";

const FOLDER = Deno.env.get("LIKELY_ONNXRUNTIME");

/** Whether it is there. */
export const hasOnnxRuntime = FOLDER !== undefined;

/** The outputs of a network whose input is rows. */
export async function runOnnx(file: Uint8Array, { data, n, dim }: Points): Promise<Float64Array> {
  const folder = new URL(`node_modules/onnxruntime-web/dist/`, new URL(`file://${FOLDER}/`));
  const { InferenceSession, Tensor, env } = await import(`${folder}ort.wasm.min.mjs`);
  env.wasm.wasmPaths = folder.href;
  env.wasm.numThreads = 1;
  const session = await InferenceSession.create(file);
  const rows = new Tensor("float32", Float32Array.from(data), [n, dim]);
  const [output] = Object.values(await session.run({ [session.inputNames[0]]: rows })) as {
    readonly data: Float32Array;
  }[];
  await session.release();
  return Float64Array.from(output!.data);
}
