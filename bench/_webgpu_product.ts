// One product on WebGPU, by the kernel that training uses.

import { Arena } from "../kernels/_arena.ts";
import { gpuArena, readBack } from "../kernels/_gpu_arena.ts";
import { openGpu } from "../kernels/_gpu_device.ts";
import { gpuProgram } from "../kernels/_gpu_program.ts";
import { GEMM, INSTRUCTION_WORDS } from "../kernels/_opcodes.ts";

/** Seconds of one product `[m, k] · [k, n]`, of many a submission for so long. */
export async function productSeconds(m: number, n: number, k: number, seconds: number): Promise<number> {
  const gpu = await openGpu();
  const arena = new Arena();
  arena.take("zeros", n);
  const [a, b, c] = [m * k, k * n, m * n].map((count) => arena.take("numbers", count)) as [
    number,
    number,
    number,
  ];
  const words = new Int32Array(INSTRUCTION_WORDS);
  words.set([GEMM, m, n, k, a, k * 4, 4, b, c, n * 4, 0, 0, 0]);
  const many = 2 * m * n * k > 1e10 ? 4 : 64;
  using program = gpuProgram(gpu, Array.from({ length: many }, () => [...words]).flat());
  const buffer = gpuArena(gpu, arena);
  const scratch = gpu.buffer("scratch", program.scratch * 4);
  const turn = async () => {
    const encoder = gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    program.encode(pass, buffer, scratch);
    pass.end();
    await readBack(gpu, encoder, [{ buffer, at: c, bytes: 4 }]);
  };
  await turn();
  const start = performance.now();
  let count = 0;
  for (; performance.now() - start < seconds * 1000; count += many) await turn();
  const elapsed = (performance.now() - start) / 1000;
  buffer.destroy();
  scratch.destroy();
  return elapsed / count;
}
