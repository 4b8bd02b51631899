// Tests that need a GPU, a software one at least. (Named as a test so that it is not published.)

import { openGpu } from "./_gpu_device.ts";

/** Why there are none; empty: there are. Software GPUs are tested through Vulkan alone, see `tensor_engine_test.ts`. */
export const absence: string = await openGpu().then(
  ({ software }) =>
    software && !Deno.env.has("DENO_WEBGPU_BACKEND") ? "a software GPU needs DENO_WEBGPU_BACKEND" : "",
  (error: Error) => error.message,
);

/** A test on WebGPU; where it cannot run its name says why. */
export function webgpuTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: absence ? `${name} (skipped: ${absence})` : name, ignore: absence !== "", fn });
}
