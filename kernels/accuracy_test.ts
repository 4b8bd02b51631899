import { assert, assertEquals } from "@std/assert";
import { drawNormal, key, stream } from "@likely/core";
import { Code } from "./_code.ts";
import { borrowMachine } from "./_builds.ts";
import { type Machine, reserve, returnMachine } from "./_machine.ts";
import { ACTIVATE, GEMM, PACK_ROWS, PACK_TRANSPOSED, WAVES } from "./_opcodes.ts";

const builds = ["relaxed", "plain"] as const;
/** Behind the zeros that address 0 stands for. */
const BASE = 4096;

function run(machine: Machine, code: Code, from: number): void {
  new Int32Array(machine.memory.buffer, from, code.words.length).set(code.words);
  machine.run(from, from + code.words.length * 4);
}

/** value, first and second derivative in float64. */
const exact: Readonly<Record<string, (z: number) => [number, number, number]>> = {
  silu: (z) => {
    const p = 1 / (1 + Math.exp(-z));
    return [z * p, p + z * p * (1 - p), p * (1 - p) * (2 + z * (1 - 2 * p))];
  },
  tanh: (z) => {
    const t = Math.tanh(z);
    // 1 − t² without cancellation.
    const s = 1 / Math.cosh(z) ** 2;
    return [t, s, -2 * t * s];
  },
  relu: (z) => [Math.max(z, 0), z > 0 ? 1 : 0, 0],
};

for (const build of builds) {
  Object.entries(exact).forEach(([name, f], kind) => {
    Deno.test(`${name} and its derivatives are float32-exact, ${build}`, async () => {
      const machine = await borrowMachine(build);
      const count = 40_000;
      reserve(machine, BASE + count * 4 * 4 + 4096);
      const at = [0, 1, 2, 3].map((i) => BASE + i * count * 4);
      const z = new Float32Array(machine.memory.buffer, at[0], count);
      for (let i = 0; i < count; i++) z[i] = i < count / 2 ? (i - count / 4) / 500 : (i - count * 0.75) / 1e5;
      const code = new Code();
      code.emit(ACTIVATE, kind, count, ...at);
      run(machine, code, BASE + count * 16);
      for (const order of [0, 1, 2]) {
        const values = new Float32Array(machine.memory.buffer, at[order + 1]!, count);
        let worst = 0;
        for (let i = 0; i < count; i++) {
          const expected = f(z[i]!)[order]!;
          // Relative where the function itself is small, as tanh near 0; else to 1.
          const scale = order === 0 ? Math.max(Math.abs(expected), 1e-30) : 1;
          if (order === 0 && Math.abs(z[i]!) > 15) continue;
          worst = Math.max(worst, Math.abs(values[i]! - expected) / scale);
        }
        assert(worst < 6e-7, `order ${order}: ${worst}`);
      }
      returnMachine(machine);
    });
  });

  Deno.test(`activations are the same bits whichever derivatives are asked for, ${build}`, async () => {
    const machine = await borrowMachine(build);
    // An odd number of vectors, as some kernels take two at a time.
    const count = 52;
    const [z, a, s1, s2, b, t1, c, program] = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => BASE + i * 256);
    for (const kind of [0, 1, 2]) {
      const words = new Float32Array(machine.memory.buffer);
      for (let i = 0; i < count; i++) words[z! / 4 + i] = (i - 26) / 4;
      const code = new Code();
      code.emit(ACTIVATE, kind, count, z!, a!, s1!, s2!);
      code.emit(ACTIVATE, kind, count, z!, b!, t1!, 0);
      code.emit(ACTIVATE, kind, count, z!, c!, 0, 0);
      run(machine, code, program!);
      const values = (at: number) => words.slice(at / 4, at / 4 + count);
      for (const other of [b!, c!]) assertEquals(values(other), values(a!));
      assertEquals(values(t1!), values(s1!));
    }
    returnMachine(machine);
  });

  Deno.test(`activations keep NaN and survive the ends of float32, ${build}`, async () => {
    const machine = await borrowMachine(build);
    const code = new Code();
    for (const kind of [0, 1]) code.emit(ACTIVATE, kind, 4, BASE, BASE + 16 + kind * 16, 0, 0);
    new Float32Array(machine.memory.buffer, BASE, 4).set([NaN, 1e38, -1e38, -200]);
    run(machine, code, BASE + 256);
    const [silu, tanh] = [16, 32].map((skip) => [...new Float32Array(machine.memory.buffer, BASE + skip, 4)]);
    assert(Number.isNaN(silu![0]));
    assertEquals(silu![1], Math.fround(1e38));
    assert(Math.abs(silu![3]!) < 1e-30);
    assertEquals(tanh, [NaN, 1, -1, -1]);
    returnMachine(machine);
  });

  Deno.test(`cosines and sines are float32-exact at angles up to 1e4, ${build}`, async () => {
    const machine = await borrowMachine(build);
    const count = 20_000;
    const [x, table, waves] = [BASE, BASE + count * 4, BASE + count * 4 + 16] as const;
    const program = waves + count * 32;
    reserve(machine, program + 4096);
    const numbers = new Float32Array(machine.memory.buffer);
    const angles = numbers.subarray(x >> 2, (x >> 2) + count);
    // Some are next to quarter turns, where one of the two vanishes.
    angles.forEach((_, i) =>
      angles[i] = i % 2 ? (i - count / 2) * Math.PI / 2 * 0.6 : Math.round(i / 4 - count / 8) * Math.PI / 2
    );
    angles.set([NaN, 1e7, -1e20, Infinity]);
    numbers.set([1, 0, 0, 0], table >> 2);
    const code = new Code();
    code.emit(WAVES, count, 1, 4, 1, x, table, waves, 32);
    run(machine, code, program);
    const found = (i: number) => numbers.subarray((waves >> 2) + i * 8, (waves >> 2) + i * 8 + 2);
    let worst = 0;
    angles.forEach((angle, i) => {
      if (i === 0 || i === 3) return assert(found(i).every(Number.isNaN));
      if (i < 3) return assert(found(i).every((value) => Math.abs(value) <= 1));
      const [cosine, sine] = found(i);
      worst = Math.max(worst, Math.abs(cosine! - Math.cos(angle)), Math.abs(sine! - Math.sin(angle)));
    });
    assert(worst < 1.5e-7, `${worst}`);
    returnMachine(machine);
  });

  Deno.test(`products agree with float64 at every edge, transposed or not, ${build}`, async () => {
    const random = stream(key(7));
    const machine = await borrowMachine(build);
    const sizes = [1, 2, 3, 4, 5, 7, 11, 12, 13, 16, 20, 24, 25, 28];
    const pad = (n: number) => Math.ceil(n / 4) * 4;
    for (const m of sizes) {
      for (const n of sizes) {
        const k = sizes[(m + 3 * n) % sizes.length]! + (m === n ? 500 : 0);
        const [a, b, packed, c, bias, program] = [0, 1, 2, 3, 4, 5].map((i) => BASE + i * 2 ** 17) as [
          number,
          number,
          number,
          number,
          number,
          number,
        ];
        reserve(machine, program + 4096);
        for (const transposed of [false, true]) {
          const words = new Float32Array(machine.memory.buffer);
          words.fill(0, BASE >> 2);
          const A = Float64Array.from({ length: m * k }, () => Math.fround(drawNormal(random)));
          const B = Float64Array.from({ length: k * n }, () => Math.fround(drawNormal(random)));
          const start = Float64Array.from({ length: n }, () => Math.fround(drawNormal(random)));
          // A row-major, or transposed in memory; B as W [k, n], or as W [n, k] to be transposed.
          for (let i = 0; i < m; i++) {
            for (let l = 0; l < k; l++) {
              words[(a >> 2) + (transposed ? l * m + i : i * k + l)] = A[i * k + l]!;
            }
          }
          for (let l = 0; l < k; l++) {
            for (let j = 0; j < n; j++) {
              words[(b >> 2) + (transposed ? j * pad(k) + l : l * pad(n) + j)] = B[l * n + j]!;
            }
          }
          start.forEach((value, j) => words[(bias >> 2) + j] = value);
          const code = new Code();
          if (transposed) code.emit(PACK_TRANSPOSED, n, k, b, pad(k) * 4, packed);
          else code.emit(PACK_ROWS, k, pad(n), b, pad(n) * 4, packed, 0, 0, 0, 0);
          const strides = transposed ? [4, m * 4] : [k * 4, 4];
          code.emit(GEMM, m, pad(n), k, a, ...strides, packed, c, pad(n) * 4, 0, 0, bias);
          run(machine, code, program);
          for (let i = 0; i < m; i++) {
            for (let j = 0; j < n; j++) {
              let sum = start[j]!;
              let size = Math.abs(sum);
              for (let l = 0; l < k; l++) {
                sum += A[i * k + l]! * B[l * n + j]!;
                size += Math.abs(A[i * k + l]! * B[l * n + j]!);
              }
              const got = words[(c >> 2) + i * pad(n) + j]!;
              assert(
                Math.abs(got - sum) < 1e-6 * size,
                `${m} × ${n} × ${k} at ${i}, ${j}: ${got} is not ${sum}`,
              );
            }
          }
        }
      }
    }
    returnMachine(machine);
  });
}
