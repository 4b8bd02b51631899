// The most multiply-adds that WebAssembly gets out of this core: sums in registers, no memory.

import asc from "assemblyscript/asc";

/** Chains of dependent sums: two units of latency four or five are full with ten. */
const CHAINS = 12;
const ROUNDS = 100_000;
/** Floating-point operations of one call of {@linkcode peakRunner}'s kernel. */
export const PEAK_FLOP: number = ROUNDS * CHAINS * 4 * 2;

/** Compiles a kernel of nothing but `relaxed_madd` on registers. */
export async function peakRunner(): Promise<() => void> {
  const outputs = new Map<string, string | Uint8Array>();
  const flags = ["-O0", "--runtime", "stub", "--enable", "simd,relaxed-simd", "--outFile", "peak.wasm"];
  const { error, stderr } = await asc.main(["peak.ts", ...flags], {
    readFile: (name: string) => name === "peak.ts" ? source() : null,
    writeFile: (name: string, content: string | Uint8Array) => void outputs.set(name, content),
    listFiles: () => [],
  });
  const bytes = outputs.get("peak.wasm");
  if (error || !(bytes instanceof Uint8Array)) throw new Error(`Cannot build the peak kernel: ${stderr}`);
  const { instance } = await WebAssembly.instantiate(new Uint8Array(bytes));
  const { peak } = instance.exports as { peak(rounds: number): number };
  return () => peak(ROUNDS);
}

function source(): string {
  const chains = Array.from({ length: CHAINS }, (_, i) => `c${i}`);
  return `export function peak(rounds: i32): f32 {
    const shrink = f32x4.splat(0.999);
    const add = f32x4.splat(0.001);
    ${chains.map((c, i) => `let ${c} = f32x4.splat(${i + 1});`).join("\n")}
    for (let i = 0; i < rounds; i++) {
      ${chains.map((c) => `${c} = f32x4.relaxed_madd(${c}, shrink, add);`).join("\n")}
    }
    return f32x4.extract_lane(${chains.reduce((sum, c) => `f32x4.add(${sum}, ${c})`)}, 0);
  }`;
}
