// Every instruction on WebGPU by itself, beside float64: at odd sizes, of no rows, past a workgroup.

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { drawNormal, foldIn, key, type Stream, stream } from "@likely/core";
import { Arena, GUARD, padded, stride } from "./_arena.ts";
import { borrowMachine } from "./_builds.ts";
import { float } from "./_code.ts";
import { gpuArena, readBack } from "./_gpu_arena.ts";
import { openGpu } from "./_gpu_device.ts";
import { gpuProgram } from "./_gpu_program.ts";
import { reserve, returnMachine } from "./_machine.ts";
import * as op from "./_opcodes.ts";
import { NOT_ON_GPU } from "./_cases_test.ts";
import { webgpuTest } from "./_webgpu_test.ts";
import { planProduct } from "./wgsl/gemm.ts";

const covered = new Set<number>();

/** Numbers in an arena, a program on them, and what it should leave where. */
class Sheet {
  readonly arena = new Arena();
  readonly random: Stream;
  readonly #inputs = new Map<number, Float32Array>();
  readonly #words: number[] = [];
  readonly #ignored: (readonly [number, number])[] = [];
  readonly #expected: { at: number; step: number; values: ArrayLike<number>; tolerance: number }[] = [];

  constructor(seed: number) {
    this.random = stream(foldIn(key(5), seed));
    this.arena.take("zeros", 1300);
  }

  /** An address with these numbers. */
  put(values: ArrayLike<number>): number {
    const at = this.arena.take("numbers", Math.max(1, values.length));
    this.#inputs.set(at, Float32Array.from(values));
    return at;
  }

  /** Numbers at random, and their address. */
  some(count: number, scale = 1): [number, Float32Array] {
    const values = Float32Array.from({ length: count }, () => scale * drawNormal(this.random));
    return [this.put(values), values];
  }

  emit(opcode: number, ...args: readonly number[]): void {
    covered.add(opcode);
    this.#words.push(opcode, ...args, ...new Array(op.INSTRUCTION_WORDS - 1 - args.length).fill(0));
  }

  /** What the program should leave, every so many places; relative to the largest where there is cancellation. */
  expect(at: number, values: ArrayLike<number>, tolerance = 3e-6, step = 1): void {
    this.#expected.push({ at, step, values, tolerance });
  }

  /** These may hold anything. */
  ignore(at: number, count: number): void {
    this.#ignored.push([at / 4, at / 4 + count]);
  }

  /** The same as the WebAssembly module leaves, which is float64 where it matters. */
  async expectAsModule(at: number, count: number, tolerance: number, step = 1): Promise<void> {
    const machine = await borrowMachine("plain");
    const program = Int32Array.from(this.#words);
    reserve(machine, this.arena.bytes + program.byteLength);
    this.arena.prepare(machine.memory);
    for (const [to, values] of this.#inputs) new Float32Array(machine.memory.buffer, to).set(values);
    new Int32Array(machine.memory.buffer, this.arena.bytes).set(program);
    machine.run(this.arena.bytes, this.arena.bytes + program.byteLength);
    const left = step === 2
      ? Array.from(new Float64Array(machine.memory.buffer, at, count))
      : new Float32Array(machine.memory.buffer, at, count).slice();
    returnMachine(machine);
    this.expect(at, left, tolerance, step);
  }

  /** Runs it, and finds what is expected and nothing else changed. */
  async check(what: string): Promise<void> {
    const gpu = await openGpu();
    const buffer = gpuArena(gpu, this.arena);
    for (const [at, values] of this.#inputs) gpu.write(buffer, at, values);
    using program = gpuProgram(gpu, this.#words);
    const scratch = gpu.buffer("scratch", program.scratch * 4);
    const before = gpu.device.createCommandEncoder();
    const [first] = await readBack(gpu, before, [{ buffer, at: 0, bytes: this.arena.bytes }]);
    const encoder = gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    program.encode(pass, buffer, scratch);
    pass.end();
    const [after] = await readBack(gpu, encoder, [{ buffer, at: 0, bytes: this.arena.bytes }]);
    buffer.destroy();
    scratch.destroy();
    const free = new Uint8Array(this.arena.bytes / 4);
    for (const { at, step, values, tolerance } of this.#expected) {
      let most = 1e-30;
      for (let k = 0; k < values.length; k++) {
        if (Number.isFinite(values[k])) most = Math.max(most, Math.abs(values[k]!));
      }
      for (let k = 0; k < values.length; k++) {
        const place = at / 4 + step * k;
        free[place] = 1;
        const [actual, wanted] = [after![place]!, values[k]!];
        if (actual === wanted || Math.abs(actual - wanted) <= tolerance * most) continue;
        assertAlmostEquals(actual, wanted, tolerance * most, `${what}, ${k}`);
      }
    }
    for (const [start, end] of this.#ignored) free.fill(1, start, end);
    for (const { name, at, bytes } of this.arena.parts) {
      if (name === "scratch") free.fill(1, at / 4, (at + bytes) / 4);
    }
    const [was, is] = [first!, after!].map(({ buffer }) => new Int32Array(buffer));
    const changed = was!.findIndex((word, k) => word !== is![k] && free[k] === 0);
    assertEquals(changed, -1, `${what}: written elsewhere`);
  }
}

/** Runs a case at sizes: odd ones, none, and past a workgroup. */
function atSizes(
  name: string,
  sizes: readonly (readonly number[])[],
  make: (sheet: Sheet, ...size: number[]) => void | Promise<void>,
): void {
  webgpuTest(`on WebGPU: ${name}, at odd sizes, of none and past a workgroup`, async () => {
    for (const [k, size] of sizes.entries()) {
      const sheet = new Sheet(k);
      await make(sheet, ...size);
      await sheet.check(`${name} of ${size}`);
    }
  });
}

function list<T>(count: number, value: (k: number) => T): T[] {
  return Array.from({ length: count }, (_, k) => value(k));
}

const sum = (count: number, value: (k: number) => number) => {
  let total = 0;
  for (let k = 0; k < count; k++) total += value(k);
  return total;
};
const softplus = (h: number) => Math.max(h, 0) + Math.log1p(Math.exp(-Math.abs(h)));
const sigmoid = (h: number) => 1 / (1 + Math.exp(-h));
const COUNTS = [[0], [1], [63], [257], [70001]];

/** So many inputs of n numbers. */
function inputs(sheet: Sheet, many: number, n: number): { at: number[]; of: Float32Array[] } {
  const all = list(many, () => sheet.some(n));
  return { at: all.map(([at]) => at), of: all.map(([, values]) => values) };
}

/** So many addresses with room for n numbers. */
function rooms(sheet: Sheet, many: number, n: number): number[] {
  return list(many, () => sheet.put(new Float32Array(n)));
}

atSizes("elementwise instructions", COUNTS, (sheet, n) => {
  const { at: [x, y, u, v], of: [a, b, c, d] } = inputs(sheet, 4, n!);
  const [added, multiplied, both] = rooms(sheet, 3, n!);
  sheet.emit(op.ADD, n!, added!, x!, y!);
  sheet.emit(op.MUL, n!, multiplied!, x!, y!);
  sheet.emit(op.MUL_MUL_ADD, n!, both!, x!, y!, u!, v!);
  sheet.expect(added!, a!.map((value, k) => value + b![k]!));
  sheet.expect(multiplied!, a!.map((value, k) => value * b![k]!));
  sheet.expect(both!, a!.map((value, k) => value * b![k]! + c![k]! * d![k]!));
});

const ACTIVATIONS: Readonly<Record<string, (t: number) => readonly [number, number, number]>> = {
  SiLU: (t) => {
    const [p, q] = [sigmoid(t), sigmoid(-t)];
    return [t * p, p + t * p * q, p * q * (2 + t * (q - p))];
  },
  tanh: (t) => [Math.tanh(t), 1 - Math.tanh(t) ** 2, -2 * Math.tanh(t) * (1 - Math.tanh(t) ** 2)],
  ReLU: (t) => [Math.max(t, 0), Number(t > 0), 0],
};

Object.entries(ACTIVATIONS).forEach(([name, activation], kind) =>
  atSizes(`activation ${name}`, [[0], [5], [1000]], (sheet, n) => {
    const x = Float32Array.from([...[0, 90, -90, 1e-3, -0.6], ...sheet.some(n!, 4)[1]].slice(0, n));
    const z = sheet.put(x);
    const to = rooms(sheet, 3, n!);
    const [alone] = rooms(sheet, 1, n!);
    sheet.emit(op.ACTIVATE, kind, n!, z, ...to);
    sheet.emit(op.ACTIVATE, kind, n!, z, alone!, 0, 0);
    to.forEach((at, order) => sheet.expect(at, Array.from(x, (t) => activation(t)[order]!)));
    sheet.expect(alone!, Array.from(x, (t) => activation(t)[0]));
  })
);

atSizes("adjoint of activations", COUNTS, (sheet, n) => {
  const { at: [q, s1, s2], of: [a, b, c] } = inputs(sheet, 3, n!);
  const [plain, values] = sheet.some(n!);
  sheet.emit(op.ACTIVATE_BACK, n!, q!, s1!, s2!);
  sheet.emit(op.ACTIVATE_BACK, n!, plain, s1!, 0);
  sheet.expect(q!, a!.map((value, k) => value * b![k]!));
  sheet.expect(s2!, a!.map((value, k) => value * c![k]!));
  sheet.expect(plain, values.map((value, k) => value * b![k]!));
});

const TABLES = [[0, 8], [1, 4], [7, 12], [130, 68], [1025, 4], [5000, 20]];

atSizes("instructions on rows", TABLES, (sheet, n, width) => {
  const ld = width! + 4;
  const [src, a] = sheet.some(n! * ld);
  const [plus, b] = sheet.some(n! * ld);
  const [scale, s] = sheet.some(n!);
  const [one, row] = sheet.some(width!);
  const some = Math.ceil(n! / 3);
  const [filled, scaled] = rooms(sheet, 2, n! * ld);
  sheet.emit(op.FILL_ROWS, n!, ld * 4, width!, filled!, one);
  sheet.emit(op.SCALE_ROWS, n!, ld * 4, width!, scaled!, src, scale, plus, some);
  const value = (i: number, j: number) => s[i]! * a[i * ld + j]! + (i < some ? b[i * ld + j]! : 0);
  for (let i = 0; i < n!; i++) {
    sheet.expect(filled! + i * ld * 4, row);
    sheet.expect(scaled! + i * ld * 4, list(width!, (j) => value(i, j)));
  }
});

atSizes("sums of rows and columns", TABLES, (sheet, n, width) => {
  const ld = width! + 4;
  const [src, a] = sheet.some(n! * ld);
  const [scale, s] = sheet.some(n!);
  const [weights, w] = sheet.some(width!);
  const [bias, [b]] = sheet.some(1) as [number, Float32Array];
  const [into, before] = sheet.some(width!);
  const [dots, plain, total] = [n!, width!, 1].map((count) => rooms(sheet, 1, count)[0]!);
  sheet.emit(op.DOT_ROWS, n!, ld * 4, width!, src, weights, bias, dots!);
  sheet.emit(op.SUM_COLUMNS, n!, ld * 4, width!, src, scale, into, 1);
  sheet.emit(op.SUM_COLUMNS, n!, ld * 4, width!, src, 0, plain!, 0);
  sheet.emit(op.SUM_VECTOR, n!, scale, total!);
  sheet.expect(dots!, list(n!, (i) => b! + sum(width!, (j) => a[i * ld + j]! * w[j]!)));
  sheet.expect(into, list(width!, (j) => before[j]! + sum(n!, (i) => s[i]! * a[i * ld + j]!)), 1e-5);
  sheet.expect(plain!, list(width!, (j) => sum(n!, (i) => a[i * ld + j]!)), 1e-5);
  sheet.expect(total!, [sum(n!, (i) => s[i]!)], 1e-5);
});

atSizes(
  "sums of runs and pooling of rows",
  [[0, 3, 8], [5, 1, 4], [37, 6, 12], [300, 3, 68]],
  (sheet, n, m, ld) => {
    const [src, a] = sheet.some(n! * m! * ld!);
    const [runs, pooled] = rooms(sheet, 2, n! * ld!);
    const [spread] = rooms(sheet, 1, n! * m! * ld!);
    const size = n! * ld!;
    sheet.emit(op.SUM_RUNS, size, m!, runs!, src, size * 4);
    sheet.emit(op.POOL_ROWS, n!, m!, ld! * 4, float(0.5), pooled!, src);
    sheet.emit(op.SPREAD_ROWS, n!, m!, ld! * 4, float(2), spread!, pooled!);
    const poolOf = (i: number, j: number) => 0.5 * sum(m!, (e) => a[(i * m! + e) * ld! + j]!);
    sheet.expect(runs!, list(size, (k) => sum(m!, (g) => a[g * size + k]!)));
    sheet.expect(pooled!, list(size, (k) => poolOf(Math.floor(k / ld!), k % ld!)));
    sheet.expect(spread!, list(size * m!, (k) => 2 * poolOf(Math.floor(k / (m! * ld!)), k % ld!)));
  },
);

atSizes("copies", [[0, 2, 3], [1, 1, 5], [40, 3, 7], [1, 1, 3000]], (sheet, n, m, width) => {
  const [outer, inner] = [m! * width! + 3, width! + 1];
  const [src, a] = sheet.some(n! * (outer + m! + 4));
  const [dst] = rooms(sheet, 1, n! * (outer + m! + 4));
  sheet.emit(op.COPY_RUNS, n!, m!, width!, dst!, (outer + m!) * 4, inner * 4, src, outer * 4, width! * 4);
  for (let i = 0; i < n!; i++) {
    for (let j = 0; j < m!; j++) {
      const first = i * outer + j * width!;
      sheet.expect(dst! + (i * (outer + m!) + j * inner) * 4, a.subarray(first, first + width!));
    }
  }
});

atSizes("picks of columns", [[0, 3], [9, 5], [500, 2]], (sheet, n, width) => {
  const ld = 8;
  const columns = [6, 0, 3, 5, 1].slice(0, width);
  const [src, a] = sheet.some(n! * ld);
  const [into, b] = sheet.some(n! * ld);
  const [dst] = rooms(sheet, 1, n! * ld);
  const index = sheet.put(columns);
  sheet.emit(op.PICK_COLUMNS, n!, width!, dst!, ld * 4, src, ld * 4, index);
  sheet.emit(op.SPREAD_COLUMNS, n!, width!, into, ld * 4, src, ld * 4, index);
  for (let i = 0; i < n!; i++) {
    sheet.expect(dst! + i * ld * 4, columns.map((c) => a[i * ld + c]!));
    columns.forEach((c, j) => sheet.expect(into + (i * ld + c) * 4, [b[i * ld + c]! + a[i * ld + j]!]));
  }
});

// Small tiles, parts of the inner sum, middle, large and tall tiles.
const PRODUCTS = [
  ...[[0, 8, 5], [1, 4, 1], [33, 12, 7], [5, 36, 1500], [130, 68, 70]],
  ...[[700, 640, 9], [1300, 1290, 9], [12500, 28, 20]],
];

webgpuTest("products of all tiles are tested, in one part and in several", () => {
  const ways = PRODUCTS.map(([m, n, k]) => planProduct([0, m!, padded(n!), k!, 0, 4 * k!, 4], false));
  assertEquals([...new Set(ways.map(({ tile }) => tile))].sort(), [0, 1, 2, 3]);
  assert(ways.some(({ parts }) => parts > 1));
  return Promise.resolve();
});

for (const transposed of [false, true]) {
  atSizes(`product with A ${transposed ? "transposed" : "as it is"}`, PRODUCTS, (sheet, m, wide, k) => {
    const n = padded(wide!);
    const [ldA, ldC] = [transposed ? m! + 3 : k! + 1, n + 4];
    const [a, A] = sheet.some(ldA * (transposed ? k! : m!));
    const [w, W] = sheet.some(k! * (n + 8));
    const [init, I] = sheet.some(m! * ldC);
    const [bias, B] = sheet.some(n);
    const [scale, S] = sheet.some(k!);
    const scratch = sheet.arena.take("scratch", k! * n);
    const [sums, plain, scaled] = [n, m! * ldC, m! * ldC].map((count) => rooms(sheet, 1, count)[0]!);
    const [row, step] = transposed ? [4, ldA * 4] : [ldA * 4, 4];
    sheet.emit(op.PACK_ROWS, k!, n, w, (n + 8) * 4, scratch, 0, 0, 0, 0, 0);
    sheet.emit(op.GEMM, m!, n, k!, a, row, step, scratch, plain!, ldC * 4, 0, 0, 0);
    sheet.emit(op.PACK_ROWS, k!, n, w, (n + 8) * 4, scratch, scale, 0, 0, sums!, 0);
    sheet.emit(op.GEMM, m!, n, k!, a, row, step, scratch, scaled!, ldC * 4, init, ldC * 4, bias);
    const at = (i: number, q: number) => transposed ? A[q * ldA + i]! : A[i * ldA + q]!;
    const b = (q: number, j: number) => W[q * (n + 8) + j]!;
    const tolerance = 1e-6 * Math.sqrt(k!) + 1e-6;
    sheet.expect(sums!, list(n, (j) => sum(k!, (q) => S[q]! * b(q, j))), tolerance);
    // Every number where they are few, some rows where they are many.
    for (let i = 0; i < m!; i += m! > 500 ? 97 : 1) {
      sheet.expect(plain! + i * ldC * 4, list(n, (j) => sum(k!, (q) => at(i, q) * b(q, j))), tolerance);
    }
    for (let i = 0; i < m!; i++) {
      if (m! > 500 && i % 97 > 0) {
        sheet.ignore(plain! + i * ldC * 4, n);
        sheet.ignore(scaled! + i * ldC * 4, n);
        continue;
      }
      const rest = (j: number) => I[i * ldC + j]! + B[j]!;
      sheet.expect(
        scaled! + i * ldC * 4,
        list(n, (j) => rest(j) + sum(k!, (q) => at(i, q) * S[q]! * b(q, j))),
        tolerance,
      );
    }
  });
}

atSizes(
  "product with B transposed, and what is added to B",
  [[3, 7, 5], [300, 37, 21]],
  (sheet, m, rows, k) => {
    const [a, A] = sheet.some(m! * rows!);
    const [w, W] = sheet.some(rows! * padded(k!));
    const n = padded(rows!);
    const [x, X] = sheet.some(m! * k!);
    const scratch = sheet.arena.take("scratch", k! * n);
    const [back] = rooms(sheet, 1, m! * n);
    sheet.emit(op.PACK_TRANSPOSED, rows!, k!, w, padded(k!) * 4, scratch);
    sheet.emit(op.GEMM, m!, n, k!, x, k! * 4, 4, scratch, back!, n * 4, 0, 0, 0);
    for (let i = 0; i < m!; i++) {
      sheet.expect(
        back! + i * n * 4,
        list(n, (j) => j < rows! ? sum(k!, (q) => X[i * k! + q]! * W[j * padded(k!) + q]!) : 0),
        1e-5,
      );
    }
    // Rows that get others added, and sums of columns that go on.
    const wide = padded(k!);
    const [d, D] = sheet.some(m! * wide);
    const [e, E] = sheet.some(m! * wide);
    const [sums, before] = sheet.some(wide);
    const packed = sheet.arena.take("scratch", m! * wide);
    const some = Math.ceil(m! / 2);
    const [gradient] = rooms(sheet, 1, rows! * wide);
    sheet.emit(op.PACK_ROWS, m!, wide, d, wide * 4, packed, 0, e, some, sums, 1);
    sheet.emit(op.GEMM, rows!, wide, m!, a, 4, rows! * 4, packed, gradient!, wide * 4, 0, 0, 0);
    const both = (i: number, j: number) => D[i * wide + j]! + (i < some ? E[i * wide + j]! : 0);
    sheet.expect(sums, list(wide, (j) => before[j]! + sum(m!, (i) => both(i, j))), 1e-5);
    for (let r = 0; r < rows!; r++) {
      sheet.expect(
        gradient! + r * wide * 4,
        list(wide, (j) => sum(m!, (i) => A[i * rows! + r]! * both(i, j))),
        1e-5,
      );
    }
  },
);

const BATCHES = [[1], [5], [300], [1000]];

atSizes("loss of classification", BATCHES, (sheet, n) => {
  const [h, logits] = sheet.some(2 * n!, 3);
  const [r] = rooms(sheet, 1, 2 * n!);
  const [slot] = rooms(sheet, 1, 1);
  for (const balance of [0, 10]) {
    const [r, slot] = [2 * n!, 1].map((count) => rooms(sheet, 1, count)[0]!);
    sheet.emit(op.CROSS_ENTROPY, n!, float(balance), h, r!, slot!);
    const share = 0.5 / n!;
    const excess = 2 * share * sum(2 * n!, (k) => sigmoid(logits[k]!)) - 1;
    const value = share * sum(2 * n!, (k) => softplus(k < n! ? -logits[k]! : logits[k]!));
    sheet.expect(slot!, [value + balance * excess ** 2]);
    sheet.expect(
      r!,
      Array.from(logits, (t, k) => {
        const own = k < n! ? -sigmoid(-t) : sigmoid(t);
        return share * (own + 4 * balance * excess * sigmoid(t) * sigmoid(-t));
      }),
    );
  }
  sheet.expect(r!, new Float32Array(2 * n!));
  sheet.expect(slot!, [0]);
});

atSizes("loss of contrasts", [[1, 1], [5, 3], [300, 2]], (sheet, n, k) => {
  const [gamma, offset] = [1.5, Math.log(1.5 / k!)];
  const [h, logits] = sheet.some((k! + 1) * n!, 3);
  const [r, slot] = [(k! + 1) * n!, 1].map((count) => rooms(sheet, 1, count)[0]!);
  sheet.emit(op.CONTRAST, n!, k!, float(gamma), float(offset), h, r!, slot!);
  const share = 1 / ((1 + gamma) * n!);
  const slopes = new Float64Array((k! + 1) * n!);
  let value = 0;
  for (let i = 0; i < n!; i++) {
    for (const [first, weight] of [[1, share], [0, share * gamma]] as const) {
      const own = list(k!, (a) => logits[(first + a) * n! + i]!);
      const total = sum(k!, (a) => Math.exp(own[a]!));
      const s = Math.log(total) + offset;
      value += weight * softplus(s);
      own.forEach((t, a) => slopes[(first + a) * n! + i]! += weight * sigmoid(s) * Math.exp(t) / total);
    }
    value -= share * gamma * (logits[i]! + offset);
    slopes[i]! -= share * gamma;
  }
  sheet.expect(slot!, [value], 1e-5);
  sheet.expect(r!, slopes, 1e-5);
});

atSizes("losses of regression, of scores and of densities", BATCHES, (sheet, n) => {
  const { at: [out, target], of: [a, b] } = inputs(sheet, 2, n!);
  const [r, slot] = [n!, 1].map((count) => rooms(sheet, 1, count)[0]!);
  sheet.emit(op.SQUARED_ERROR, n!, out!, target!, r!, slot!);
  sheet.expect(slot!, [sum(n!, (k) => (a![k]! - b![k]!) ** 2) / n!]);
  sheet.expect(r!, list(n!, (k) => 2 * (a![k]! - b![k]!) / n!));
  const [d, ld] = [3, 4];
  const { at: [g, s], of: [G, S] } = inputs(sheet, 2, n! * ld);
  const [weights, w] = sheet.some(d);
  const [sofar, [before]] = sheet.some(1) as [number, Float32Array];
  const [v] = rooms(sheet, 1, n! * ld);
  sheet.emit(op.SCORE_RESIDUAL, n!, d, ld * 4, float(0.25), weights, g!, s!, v!, sofar);
  const miss = (k: number) => G![k]! - S![k]!;
  const all = list(n! * ld, (k) => k).filter((k) => k % ld < d);
  sheet.expect(sofar, [before! + all.reduce((sum, k) => sum + 0.25 * w[k % ld]! * miss(k) ** 2, 0)]);
  for (const k of all) sheet.expect(v! + k * 4, [0.5 * w[k % ld]! * miss(k)], 1e-5);
  const [values, many] = sheet.some(2 * n!);
  const [mean] = rooms(sheet, 1, 1);
  sheet.emit(op.NEGATIVE_MEAN, n!, values, mean!);
  sheet.expect(mean!, [-sum(n!, (k) => many[2 * k]!) / n!], 1e-5);
});

atSizes("softplus head", COUNTS, (sheet, n) => {
  const [h, x] = sheet.some(n!, 5);
  const [out, slope] = rooms(sheet, 2, n!);
  sheet.emit(op.SOFTPLUS_HEAD, n!, float(1.5), h, out!, slope!);
  sheet.expect(out!, Array.from(x, (t) => 1.5 * softplus(t)));
  sheet.expect(slope!, Array.from(x, (t) => 1.5 * sigmoid(t)));
});

atSizes("norm and Adam", [[1], [300], [5000], [70001]], (sheet, n) => {
  for (const limit of [1e-3, 3.4e38]) {
    const { at: [w, g], of: [W, G] } = inputs(sheet, 2, n!);
    const m = list(n!, (k) => 0.01 * (k % 7));
    const v = list(n!, (k) => 0.001 * (k % 5));
    const [first, second] = [sheet.put(m), sheet.put(v)];
    const average = limit < 1 ? sheet.put(m) : 0;
    const rates = sheet.put([1e-2, 5, 20, 0.25, limit, 0, 0]);
    sheet.emit(op.GRADIENT_NORM, n!, g!, rates + 16, rates + 20, rates + 24);
    sheet.emit(op.ADAM, n!, w!, first, second, g!, rates, rates + 24, average);
    const norm = Math.sqrt(sum(n!, (k) => G![k]! ** 2));
    const factor = Math.min(1, limit / norm);
    const moved = list(n!, (k) => {
      const slope = G![k]! * factor;
      return [0.9 * m[k]! + 0.1 * slope, 0.999 * v[k]! + 0.001 * slope ** 2];
    });
    sheet.expect(rates + 20, [norm]);
    sheet.expect(rates + 24, [factor]);
    sheet.expect(first, moved.map(([a]) => a!));
    sheet.expect(second, moved.map(([, b]) => b!));
    const next = moved.map(([a, b], k) => W![k]! - 1e-2 * 5 * a! / (Math.sqrt(20 * b!) + 1e-8));
    sheet.expect(w!, next, 1e-5);
    if (average > 0) sheet.expect(average, next.map((value, k) => m[k]! + 0.25 * (value - m[k]!)), 1e-5);
  }
});

atSizes(
  "patches",
  [[0, 4, 5, 2, 3, 3], [1, 1, 7, 3, 1, 5], [30, 6, 5, 4, 3, 3]],
  (sheet, n, h, w, c, kh, kw) => {
    const cells = n! * h! * w!;
    const width = c! * kh! * kw!;
    const ld = stride(width + 3);
    const [src, a] = sheet.some(cells * c!);
    const [rows, b] = sheet.some(cells * ld);
    const [dst] = rooms(sheet, 1, cells * ld);
    const [back] = rooms(sheet, 1, cells * c!);
    const sizes = [n! * h!, n! * h!, h!, w!, c!, kh!, kw!];
    sheet.emit(op.PATCHES, ...sizes, src, c! * 4, dst!, ld * 4);
    sheet.emit(op.UNPATCH, ...sizes, back!, c! * 4, rows, ld * 4);
    const sums = new Float64Array(cells * c!);
    for (let cell = 0; cell < cells; cell++) {
      const [y, x, map] = [Math.floor(cell / w!) % h!, cell % w!, Math.floor(cell / w! / h!)];
      const patch = list(width, (j) => {
        const [ky, kx] = [Math.floor(j / (c! * kw!)), Math.floor(j / c!) % kw!];
        const [toY, toX] = [y + ky - (kh! >> 1), x + kx - (kw! >> 1)];
        if (toY < 0 || toY >= h! || toX < 0 || toX >= w!) return 0;
        const at = ((map * h! + toY) * w! + toX) * c! + j % c!;
        sums[at]! += b[cell * ld + j]!;
        return a[at]!;
      });
      sheet.expect(dst! + cell * ld * 4, patch);
    }
    sheet.expect(back!, sums);
  },
);

atSizes("pooling", [[0, 4, 5, 2, 2], [3, 1, 7, 1, 2], [20, 7, 6, 2, 3]], (sheet, n, h, w, ph, pw) => {
  const ld = 8;
  const [high, wide] = [Math.floor(h! / ph!), Math.floor(w! / pw!)];
  const [src, a] = sheet.some(n! * h! * w! * ld);
  const [s1, s] = sheet.some(n! * h! * w! * ld);
  const [d, D] = sheet.some(n! * high * wide * ld);
  const [dst] = rooms(sheet, 1, n! * high * wide * ld);
  const [back] = rooms(sheet, 1, n! * h! * w! * ld);
  sheet.emit(op.AVERAGE_POOL, n!, h!, w!, ph!, pw!, src, ld * 4, dst!);
  sheet.emit(op.SPREAD_POOL, n!, h!, w!, ph!, pw!, d, ld * 4, back!, s1);
  const means = new Float64Array(n! * high * wide * ld);
  const spread = new Float64Array(n! * h! * w! * ld);
  for (let k = 0; k < spread.length; k++) {
    const [j, x, y] = [k % ld, Math.floor(k / ld) % w!, Math.floor(k / ld / w!) % h!];
    const map = Math.floor(k / ld / w! / h!);
    const [py, px] = [Math.floor(y / ph!), Math.floor(x / pw!)];
    if (py >= high || px >= wide) continue;
    const to = ((map * high + py) * wide + px) * ld + j;
    means[to]! += a[k]! / (ph! * pw!);
    spread[k] = s[k]! * D[to]! / (ph! * pw!);
  }
  sheet.expect(dst!, means);
  sheet.expect(back!, spread);
});

atSizes("heads that measure", [[0, 4], [7, 8], [130, 4]], (sheet, n, q) => {
  for (const [opcode, others] of [[op.PARABOLOID, 4], [op.ABSOLUTE_HEAD, q!]] as const) {
    for (const plus of [0, 1]) {
      const ld = q! + others;
      const [o, O] = sheet.some(n! * ld);
      const [x, X] = sheet.some(n! * q!);
      const weights = list(q!, (j) => 0.5 + j);
      const w = sheet.put(weights);
      const [d, D] = sheet.some(n! * ld);
      const [out, alone] = rooms(sheet, 2, n!);
      sheet.emit(opcode, n!, q!, ld * 4, o, x, q! * 4, w, float(0.7), out!, d, plus);
      sheet.emit(opcode, n!, q!, ld * 4, o, x, q! * 4, w, float(0.7), alone!, 0, 0);
      const values = list(n!, (i) => {
        const slopes = new Float64Array(ld);
        let value = 0;
        for (let j = 0; j < q!; j++) {
          const away = O[i * ld + j]! - X[i * q! + j]!;
          if (opcode === op.PARABOLOID) {
            value += weights[j]! * away ** 2;
            slopes[j] = 2 * weights[j]! * away;
          } else {
            const s = softplus(O[i * ld + q! + j]!) + 1e-6;
            const steps = Math.abs(away) / s;
            value += weights[j]! * (Math.abs(away) + 2 * s * softplus(-steps));
            slopes[j] = weights[j]! * Math.sign(away) * Math.tanh(steps / 2);
            slopes[q! + j] = weights[j]! * (2 * softplus(-steps) + 2 * steps * sigmoid(-steps)) *
              sigmoid(O[i * ld + q! + j]!);
          }
        }
        if (opcode === op.PARABOLOID) {
          value += 0.7 * softplus(O[i * ld + q!]!);
          slopes[q!] = 0.7 * sigmoid(O[i * ld + q!]!);
        }
        sheet.expect(d + i * ld * 4, slopes.map((slope, j) => slope + plus * D[i * ld + j]!), 1e-5);
        return value;
      });
      sheet.expect(out!, values);
      sheet.expect(alone!, values);
    }
  }
});

atSizes(
  "waves and their products",
  [[0, 1, 1, 1], [5, 3, 2, 3], [90, 2, 3, 1], [40, 1, 2, 5]],
  (sheet, n, m, e, k) => {
    const half = padded(k!);
    const [x, X] = sheet.some(n! * m! * e!, 10);
    const frequencies = list(e! * half, (j) => j % half < k! ? 0.3 + j : 0);
    const [table, row] = [sheet.put(frequencies), 2 * half];
    const [all] = rooms(sheet, 1, n! * m! * e! * row);
    const count = (2 * k!) ** e!;
    const [dst] = rooms(sheet, 1, n! * count);
    sheet.emit(op.WAVES, n! * m!, e!, half, k!, x, table, all!, row * 4);
    sheet.emit(op.MULTIPLY_WAVES, n!, m!, e!, 2 * k!, all!, row * 4, float(1 / m!), dst!, count * 4);
    const wave = (c: number, j: number) => {
      const angle = Math.fround(X[c]! * Math.fround(frequencies[c % e! * half + j % k!]!));
      return j < k! ? Math.cos(angle) : Math.sin(angle);
    };
    for (let c = 0; c < n! * m! * e!; c++) sheet.expect(all! + c * row * 4, list(2 * k!, (j) => wave(c, j)));
    sheet.expect(
      dst!,
      list(n! * count, (i) =>
        sum(m!, (q) => {
          let [product, digits] = [1 / m!, i % count];
          for (let c = e! - 1; c >= 0; c--, digits = Math.floor(digits / (2 * k!))) {
            product *= wave((Math.floor(i / count) * m! + q) * e! + c, digits % (2 * k!));
          }
          return product;
        })),
      1e-5,
    );
  },
);

const BOUND = 7;
const bounded = (h: number) => BOUND * Math.tanh(h / BOUND);

atSizes("masked affine transforms and their base", [[0, 3], [7, 5], [150, 2]], (sheet, n, d) => {
  const [ld, outLd] = [12, 2 * padded(d!)];
  const [out, O] = sheet.some(n! * outLd);
  const [y, Y] = sheet.some(n! * ld);
  const [z, values] = [n! * ld, 2 * n!].map((count) => rooms(sheet, 1, count)[0]!);
  sheet.emit(op.AFFINE, n!, d!, out, outLd * 4, y, ld * 4, z!, ld * 4, values!, 0);
  const scaleOf = (i: number, j: number) => bounded(O[i * outLd + padded(d!) + j]!);
  const moved = (i: number, j: number) => (Y[i * ld + j]! - O[i * outLd + j]!) * Math.exp(scaleOf(i, j));
  const logDets = list(n!, (i) => sum(d!, (j) => scaleOf(i, j)));
  for (let i = 0; i < n!; i++) sheet.expect(z! + i * ld * 4, list(d!, (j) => moved(i, j)));
  // The base adds to what is there, and starts the way back.
  const [adjoint] = sheet.some(n! * ld);
  sheet.emit(op.NORMAL_BASE, n!, d!, z!, ld * 4, values!, adjoint, ld * 4, 10, float(-0.5));
  const base = (i: number) => -0.5 * sum(d!, (j) => moved(i, j) ** 2) - d! * Math.log(2 * Math.PI) / 2;
  sheet.expect(values!, logDets.map((logDet, i) => logDet + base(i)), 1e-5, 2);
  for (let i = 0; i < n!; i++) {
    sheet.expect(adjoint + i * ld * 4, list(10, (j) => j < d! ? 0.5 * moved(i, j) : 0), 1e-5);
  }
  // On the way back, by itself.
  const { at: [back, given], of: [D, Z] } = inputs(sheet, 2, n! * ld);
  const [outD] = rooms(sheet, 1, n! * outLd);
  sheet.emit(op.AFFINE_BACK, n!, d!, out, outLd * 4, given!, ld * 4, back!, ld * 4, outD!, float(-0.5));
  for (let i = 0; i < n!; i++) {
    const after = (j: number) => D![i * ld + j]! * Math.exp(scaleOf(i, j));
    sheet.expect(back! + i * ld * 4, list(d!, after), 1e-5);
    const turn = (j: number) => 1 - Math.tanh(O[i * outLd + padded(d!) + j]! / BOUND) ** 2;
    const slopes = new Float64Array(outLd);
    for (let j = 0; j < d!; j++) {
      slopes[j] = -after(j);
      slopes[padded(d!) + j] = (D![i * ld + j]! * Z![i * ld + j]! - 0.5) * turn(j);
    }
    sheet.expect(outD! + i * outLd * 4, slopes, 1e-5);
  }
});

atSizes("splines", [[0, 1, 3], [9, 2, 5], [150, 3, 8]], async (sheet, n, moved, k) => {
  const [each, ld] = [3 * k! + 1, 8];
  const outLd = stride(moved! * each);
  const index = sheet.put([5, 0, 3].slice(0, moved));
  for (const opcode of [op.SPLINE, op.SPLINE_DRAW]) {
    const [out] = sheet.some(n! * outLd);
    const [line] = sheet.some(n! * 4);
    const [y] = sheet.some(n! * ld, 2);
    const [values] = rooms(sheet, 1, 2 * n!);
    const places = [out, outLd * 4, line, 16, y, ld * 4, index];
    sheet.emit(opcode, n!, moved!, k!, float(3), ...places, ...opcode === op.SPLINE ? [values!, 0] : []);
    await sheet.expectAsModule(y, n! * ld, 2e-5);
    if (opcode === op.SPLINE_DRAW) {
      sheet.ignore(out, n! * outLd);
      continue;
    }
    await sheet.expectAsModule(values!, n!, 2e-5, 2);
    // Shares and what the spline was given are kept for the way back.
    const [adjoint] = sheet.some(n! * ld);
    sheet.emit(op.SPLINE_BACK, n!, moved!, k!, float(3), ...places.with(4, adjoint), float(-0.5));
    await sheet.expectAsModule(out, n! * outLd, 1e-4);
    await sheet.expectAsModule(line, n! * 4, 1e-4);
    await sheet.expectAsModule(adjoint, n! * ld, 1e-4);
  }
});

atSizes("mixtures", [[0, 2, 2], [7, 1, 1], [9, 3, 5], [150, 5, 3]], async (sheet, n, k, d) => {
  const parts = [k!, k! * d!, k! * d!, k! * d! * (d! - 1) / 2];
  const width = parts.reduce((sum, part) => sum + padded(part), 0);
  const ld = 8;
  const out = sheet.put(list(n! * width, (place) => {
    let j = place % width;
    for (const part of parts) {
      if (j < padded(part)) return j < part ? drawNormal(sheet.random) : 0;
      j -= padded(part);
    }
    return 0;
  }));
  const [outD] = rooms(sheet, 1, n! * width);
  const [y] = sheet.some(n! * ld);
  const [shares] = [sheet.put(list(n!, () => sheet.random.uniform() * 0.999))];
  const [drawn] = sheet.some(n! * ld);
  const [values, adjoint] = [2 * n!, n! * ld].map((count) => rooms(sheet, 1, count)[0]!);
  sheet.emit(op.MIXTURE_DRAW, n!, k!, d!, out, drawn, ld * 4, shares);
  const back = [adjoint!, ld * 4, 7, float(-0.5)];
  sheet.emit(op.MIXTURE, n!, k!, d!, out, width * 4, outD!, y, ld * 4, values!, ...back);
  await sheet.expectAsModule(drawn, n! * ld, 1e-5);
  await sheet.expectAsModule(values!, n!, 1e-5, 2);
  await sheet.expectAsModule(adjoint!, n! * ld, 2e-5);
  await sheet.expectAsModule(out, n! * width, 1e-5);
  await sheet.expectAsModule(outD!, n! * width, 2e-5);
});

atSizes("choices", [[0, 3], [7, 1], [150, 6]], (sheet, n, k) => {
  const [width, ld] = [padded(k!), 4];
  const [out, O] = sheet.some(n! * width);
  // The third is no category.
  const wanted = list(n!, (i) => i === 2 ? 0.5 : i % k!);
  const y = sheet.put(list(n! * ld, (j) => j % ld === 0 ? wanted[j / ld]! : 0));
  const drawn = sheet.put(new Float32Array(n! * ld));
  const [shares, S] = [0].map(() => {
    const values = list(n!, () => sheet.random.uniform() * 0.999);
    return [sheet.put(values), values] as const;
  })[0]!;
  const [outD, values] = [n! * width, 2 * n!].map((count) => rooms(sheet, 1, count)[0]!);
  const [adjoint] = sheet.some(n! * ld);
  const back = [adjoint, ld * 4, 3, float(-0.5)];
  sheet.emit(op.CATEGORICAL, n!, k!, out, width * 4, outD!, y, ld * 4, values!, ...back);
  if (n! > 0) sheet.emit(op.CATEGORICAL_DRAW, n!, k!, out, drawn, ld * 4, shares);
  const shareOf = (i: number, c: number) =>
    Math.exp(O[i * width + c]!) / sum(k!, (j) => Math.exp(O[i * width + j]!));
  const known = (i: number) => wanted[i] !== 0.5;
  const logs = list(n!, (i) => known(i) ? Math.log(shareOf(i, wanted[i]!)) : -Infinity);
  sheet.expect(values!, logs, 1e-5, 2);
  for (let i = 0; i < n!; i++) {
    const slope = (c: number) => -0.5 * (Number(known(i) && c === wanted[i]) - shareOf(i, c));
    sheet.expect(outD! + i * width * 4, list(k!, slope), 1e-5);
    sheet.expect(adjoint + i * ld * 4, [0, 0, 0]);
    let [c, rest] = [0, S[i]! - shareOf(0, 0)];
    while (c < k! - 1 && rest >= 0) rest -= shareOf(0, ++c);
    sheet.expect(drawn + i * ld * 4, [c]);
  }
});

atSizes("draws of masked flows", [[0, 2, 1], [1, 3, 2], [9, 5, 3]], async (sheet, panels, d, c) => {
  for (const [kind, hidden] of [[0, [7, 5]], [1, [6]], [2, []]] as const) {
    for (const backwards of [0, 1]) {
      const piece = padded(d!);
      let [count, fanIn] = [0, d! + c!];
      for (const width of hidden) {
        count += (fanIn + 1) * padded(width);
        fanIn = width;
      }
      const [weights] = sheet.some(count + (fanIn + 1) * 2 * piece + (d! + c!) * piece, 0.5);
      const widths = sheet.put([...hidden, 0]);
      const units = hidden.reduce((sum: number, width) => sum + width, 2);
      const [z] = sheet.some(panels! * d! * 16);
      const [x] = sheet.some(panels! * (d! + c!) * 16);
      const scratch = sheet.arena.take("scratch", panels! * units * 16);
      const sizes = [panels!, d!, c!, hidden.length, widths, kind];
      sheet.emit(op.MASKED_DRAW, ...sizes, weights, z, x, scratch, units * 64, backwards);
      await sheet.expectAsModule(z, panels! * d! * 16, 2e-5);
      await sheet.expectAsModule(x, panels! * (d! + c!) * 16, 2e-5);
    }
  }
});

webgpuTest("every instruction but that of threads was tested on WebGPU", () => {
  const all = Object.entries(op).filter(([name]) => !NOT_ON_GPU.includes(name));
  assertEquals(all.filter(([, opcode]) => !covered.has(opcode)).map(([name]) => name), []);
  return Promise.resolve();
});

webgpuTest("sums on WebGPU are the same bits again, and guards stay what they are", async () => {
  const gpu = await openGpu();
  const arena = new Arena();
  arena.take("zeros", 100);
  const [count, at] = [5000, arena.take("numbers", 5000)];
  const to = arena.take("sum", 1);
  const random = stream(key(3));
  const values = Float32Array.from({ length: count }, () => drawNormal(random));
  using program = gpuProgram(gpu, [op.SUM_VECTOR, count, at, to, ...new Array(12).fill(0)]);
  const scratch = gpu.buffer("scratch", 4);
  const sums = new Set<number>();
  for (let k = 0; k < 3; k++) {
    const buffer = gpuArena(gpu, arena);
    gpu.write(buffer, at, values);
    const encoder = gpu.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    program.encode(pass, buffer, scratch);
    pass.end();
    const [found] = await readBack(gpu, encoder, [{ buffer, at: to, bytes: 32 }]);
    sums.add(found![0]!);
    assertEquals(new Int32Array(found!.buffer).slice(4, 8), new Int32Array(4).fill(GUARD));
    buffer.destroy();
  }
  scratch.destroy();
  assertEquals(sums.size, 1);
});
