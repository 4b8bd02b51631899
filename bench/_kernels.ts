// The engine's matrix product alone, packing included, for the bench of the kernels.

import { fusedModule } from "@likely/kernels";
import { GEMM, INSTRUCTION_WORDS, PACK_ROWS, PACK_TRANSPOSED } from "../kernels/_opcodes.ts";

/** Which product. */
export interface Product {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** A is stored `[k, m]`; B is stored `[n, k]`. */
  readonly a?: boolean;
  readonly b?: boolean;
}

/** One product as a call. */
export async function runner(build: "relaxed" | "plain", { m, n, k, a, b }: Product): Promise<() => void> {
  const { instance } = await WebAssembly.instantiate(await fusedModule({ simd: build }));
  const { memory, run } = instance.exports as unknown as {
    memory: WebAssembly.Memory;
    run(from: number, to: number): void;
  };
  memory.grow(128);
  const [left, right, packed, out, program] = [1, 2, 3, 4, 5].map((mebi) => mebi << 20) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const words = new Float32Array(memory.buffer);
  words.fill(0.3, left >> 2, (left >> 2) + m * k);
  words.fill(0.7, right >> 2, (right >> 2) + n * k);
  const pack = b ? [PACK_TRANSPOSED, n, k, right, k * 4, packed] : [PACK_ROWS, k, n, right, n * 4, packed];
  const strides = a ? [4, m * 4] : [k * 4, 4];
  const product = [GEMM, m, n, k, left, ...strides, packed, out, n * 4];
  const list = new Int32Array(memory.buffer, program, 2 * INSTRUCTION_WORDS);
  list.set(pack);
  list.set(product, INSTRUCTION_WORDS);
  return () => run(program, program + list.byteLength);
}

/** Best of many calls, in microseconds: on a busy machine the rest is other people's work. */
export function bestMicroseconds(call: () => unknown, seconds: number = 0.7): number {
  for (let i = 0; i < 20; i++) call();
  let best = Infinity;
  for (const end = performance.now() + seconds * 1000; performance.now() < end;) {
    const start = performance.now();
    call();
    best = Math.min(best, performance.now() - start);
  }
  return best * 1000;
}
