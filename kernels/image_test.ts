import { assert, assertEquals } from "@std/assert";
import { drawNormal, key, stream } from "@likely/core";
import { padded } from "./_arena.ts";
import { Code } from "./_code.ts";
import { borrowMachine } from "./_builds.ts";
import { reserve, returnMachine } from "./_machine.ts";
import { AVERAGE_POOL, PATCHES, SPREAD_POOL, UNPATCH } from "./_opcodes.ts";

/** Behind the zeros that address 0 stands for: places of this size, then the program. */
const PLACE = 2 ** 18;
const CELLS = PLACE;
const PATCH = 2 * PLACE;
const OTHER = 3 * PLACE;
const SLOPES = 4 * PLACE;
const PROGRAM = 5 * PLACE;
const END = 6 * PLACE;

/** Maps, their channels, and the kernel. */
const shapes = [
  { n: 3, height: 1, width: 7, channels: 1, kh: 1, kw: 3 },
  { n: 2, height: 5, width: 4, channels: 1, kh: 3, kw: 3 },
  { n: 2, height: 3, width: 2, channels: 3, kh: 5, kw: 5 },
  { n: 2, height: 4, width: 6, channels: 4, kh: 3, kw: 3 },
  { n: 3, height: 6, width: 5, channels: 21, kh: 3, kw: 3 },
  { n: 1, height: 2, width: 9, channels: 16, kh: 1, kw: 5 },
] as const;

type Shape = typeof shapes[number];

/** Runs instructions over noise, and shows the memory. */
async function onNoise(build: "relaxed" | "plain", code: Code): Promise<[Float32Array, Float32Array]> {
  const machine = await borrowMachine(build);
  reserve(machine, END);
  const words = new Float32Array(machine.memory.buffer, 0, END / 4);
  const random = stream(key(11));
  words.fill(0, 0, CELLS / 4);
  for (let i = CELLS / 4; i < PROGRAM / 4; i++) words[i] = drawNormal(random);
  const before = words.slice();
  new Int32Array(machine.memory.buffer, PROGRAM).set(code.words);
  machine.run(PROGRAM, PROGRAM + code.words.length * 4);
  const after = words.slice();
  returnMachine(machine);
  return [before, after];
}

/** Emits the instruction in two parts, the second beginning within a map. */
function emitLines(code: Code, opcode: number, shape: Shape, ld: number, patchLd: number): void {
  const { n, height, width, channels, kh, kw } = shape;
  const all = n * height;
  const half = Math.floor(all / 2);
  for (const [first, lines] of [[0, half], [half, all - half]] as const) {
    const cell = first * width * 4;
    const at = [CELLS + cell * ld, ld * 4, PATCH + cell * patchLd, patchLd * 4];
    code.emit(opcode, lines, all - first, height, width, channels, kh, kw, ...at);
  }
}

/** Visits what patches see inside: a cell, the column of its patch, and the cell that is seen. */
function forSeen(shape: Shape, visit: (cell: number, column: number, seen: number) => void): void {
  const { n, height, width, channels, kh, kw } = shape;
  for (let cell = 0; cell < n * height * width; cell++) {
    for (let tap = 0; tap < kh * kw; tap++) {
      const dy = Math.floor(tap / kw) - (kh >> 1);
      const dx = tap % kw - (kw >> 1);
      const [y, x] = [Math.floor(cell / width) % height + dy, cell % width + dx];
      if (y < 0 || y >= height || x < 0 || x >= width) continue;
      visit(cell, tap * channels, cell + dy * width + dx);
    }
  }
}

for (const build of ["relaxed", "plain"] as const) {
  for (const shape of shapes) {
    const { n, height, width, channels, kh, kw } = shape;
    const name = `${height} × ${width} × ${channels} cells and a ${kh} × ${kw} kernel, ${build}`;
    const fanIn = kh * kw * channels;
    const patchLd = padded(fanIn + (channels % 4 === 0 ? 0 : 3));

    for (const ld of [channels, padded(channels) + 4]) {
      Deno.test(`patches hold what cells see, ${ld} numbers apart: ${name}`, async () => {
        const code = new Code();
        emitLines(code, PATCHES, shape, ld, patchLd);
        const [before, after] = await onNoise(build, code);
        const expected = new Float32Array(n * height * width * patchLd);
        forSeen(shape, (cell, column, seen) => {
          const from = CELLS / 4 + seen * ld;
          expected.set(before.subarray(from, from + channels), cell * patchLd + column);
        });
        for (let cell = 0; cell < n * height * width; cell++) {
          const at = cell * patchLd;
          const got = after.subarray(PATCH / 4 + at, PATCH / 4 + at + fanIn);
          assertEquals(got, expected.subarray(at, at + fanIn), `cell ${cell}`);
        }
        const end = PATCH / 4 + n * height * width * patchLd;
        assertEquals(after.subarray(end, end + 16), before.subarray(end, end + 16));
      });
    }

    Deno.test(`cells get back what patches hold of them: ${name}`, async () => {
      const ld = padded(channels);
      const code = new Code();
      emitLines(code, UNPATCH, shape, ld, patchLd);
      const [before, after] = await onNoise(build, code);
      // What pads a cell is left alone.
      const expected = Float64Array.from(before.subarray(CELLS / 4, CELLS / 4 + n * height * width * ld));
      expected.forEach((_, i) => i % ld < channels && (expected[i] = 0));
      forSeen(shape, (cell, column, seen) => {
        for (let c = 0; c < channels; c++) {
          expected[seen * ld + c]! += before[PATCH / 4 + cell * patchLd + column + c]!;
        }
      });
      expected.forEach((value, i) => assert(Math.abs(after[CELLS / 4 + i]! - value) < 5e-6, `${i}`));
    });

    Deno.test(`windows are averaged, and their adjoints spread: ${name}`, async () => {
      const ld = padded(channels);
      const [ph, pw] = [Math.min(2, height), 2];
      const sizes = [n, height, width, ph, pw];
      const code = new Code();
      code.emit(AVERAGE_POOL, ...sizes, CELLS, ld * 4, PATCH);
      code.emit(SPREAD_POOL, ...sizes, PATCH, ld * 4, OTHER, SLOPES);
      const [before, after] = await onNoise(build, code);
      const [high, wide] = [Math.floor(height / ph), Math.floor(width / pw)];
      const sums = new Float64Array(n * high * wide * ld);
      const pooled = (i: number) => {
        const cell = Math.floor(i / ld);
        const [y, x] = [Math.floor(cell / width) % height, cell % width].map((at) => Math.floor(at / 2));
        const window = height === 1 ? 0 : y!;
        if (window >= high || x! >= wide) return -1;
        return ((Math.floor(cell / width / height) * high + window) * wide + x!) * ld + i % ld;
      };
      const count = n * height * width * ld;
      for (let i = 0; i < count; i++) if (pooled(i) >= 0) sums[pooled(i)]! += before[CELLS / 4 + i]!;
      sums.forEach((sum, i) => assert(Math.abs(after[PATCH / 4 + i]! - sum / ph / pw) < 1e-6));
      for (let i = 0; i < count; i++) {
        const mean = pooled(i) < 0 ? 0 : sums[pooled(i)]! / ph / pw;
        const expected = mean / ph / pw * before[SLOPES / 4 + i]!;
        assert(Math.abs(after[OTHER / 4 + i]! - expected) < 1e-6, `${i}`);
      }
    });
  }
}
