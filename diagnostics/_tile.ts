// The hot loops of a small network as a WebAssembly module of half a kilobyte, assembled here
// and so in need of no build step: several times as fast as the same loops in JavaScript. Plain
// SIMD, whose results are the same on every machine.

/** Rows of C that are summed at once. */
const ROWS = 4;
/** Vectors of four float32 in such a row: 4 × 2 sums and their factors fit 16 registers. */
const VECTORS = 2;

/** What the module exports. Addresses and distances are in bytes. */
export interface TileModule {
  /** Its linear memory. */
  readonly memory: WebAssembly.Memory;
  /**
   * Eight columns of `C = max(floor, bias + A B)`: a multiple of four rows and at least one
   * step of the inner sum, but not none. C's rows are as far apart as B's.
   */
  panel(
    rows: number,
    depth: number,
    a: number,
    aRow: number,
    aStep: number,
    b: number,
    bRow: number,
    c: number,
    bias: number,
    floor: number,
  ): void;
  /** Keeps numbers where `by` has a positive one and clears the others: a multiple of four, not none. */
  mask(count: number, numbers: number, by: number): void;
}

const I32 = 0x7f;
const F32 = 0x7d;
const V128 = 0x7b;
const LOOP = [0x03, 0x40];
const END = [0x0b];
const REPEAT_IF = [0x0d, 0];
const I32_CONST = [0x41];
const I32_ADD = [0x6a];
const I32_SUB = [0x6b];
const ZERO = [0xfd, 0x0c, ...Array<number>(16).fill(0)];
const AND = [0xfd, 0x4e];
const F32X4_SPLAT = [0xfd, 0x13];
const F32X4_GREATER = [0xfd, 0x44];
const F32X4_ADD = [0xfd, 0xe4, 0x01];
const F32X4_MUL = [0xfd, 0xe6, 0x01];
const F32X4_MAX = [0xfd, 0xe9, 0x01];
// Alignment as a power of two, then the offset.
const LOAD_SPLAT = [0xfd, 0x09, 2, 0];
const load = (v: number) => [0xfd, 0x00, 4, 16 * v];
const store = (v: number) => [0xfd, 0x0b, 4, 16 * v];
const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const tee = (local: number) => [0x22, local];
const advance = (pointer: number, by: number[]) => [get(pointer), by, I32_ADD, set(pointer)].flat();
// The end of a loop that runs until the counter is zero.
const countDown = (counter: number, by: number) => [
  ...[get(counter), I32_CONST, [by], I32_SUB, tee(counter), REPEAT_IF, END].flat(),
];

// Locals of `panel`: its parameters, pointers, a counter, a pointer into each row of A; vectors.
const [M, DEPTH, A, A_ROW, A_STEP, B, B_ROW, C, BIAS, FLOOR] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
const [PB, PC, LEFT, ROW] = [10, 11, 12, 13] as const;
const LOWEST = ROW + ROWS;
const SPLAT = LOWEST + 1;
const FACTOR = SPLAT + 1;
const SUM = FACTOR + VECTORS;
const LOCALS = SUM + ROWS * VECTORS;

/** Compiles the module. */
export function tileModule(): TileModule {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes()));
  return exports as unknown as TileModule;
}

function moduleBytes(): Uint8Array<ArrayBuffer> {
  const taking = (types: readonly number[]) => [0x60, types.length, ...types, 0];
  const name = (text: string) => [text.length, ...new TextEncoder().encode(text)];
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [2, ...taking([...Array<number>(9).fill(I32), F32]), ...taking([I32, I32, I32])]),
    ...section(3, [2, 0, 1]),
    ...section(5, [1, 0, 1]), // one memory, a page to begin with
    ...section(7, [3, ...name("memory"), 2, 0, ...name("panel"), 0, 0, ...name("mask"), 0, 1]),
    ...section(10, [2, ...sized(panelCode()), ...sized(maskCode())]),
  ]);
}

function panelCode(): number[] {
  return [
    ...[2, LOWEST - PB, I32, LOCALS - LOWEST, V128],
    ...[get(FLOOR), F32X4_SPLAT, set(LOWEST)].flat(),
    ...LOOP,
    ...each(ROWS * VECTORS, (s) => [get(BIAS), load(s % VECTORS), set(SUM + s)].flat()),
    ...[get(B), set(PB), get(DEPTH), set(LEFT)].flat(),
    ...each(ROWS, (r) => [get(A), set(ROW + r), advance(A, get(A_ROW))].flat()),
    ...LOOP,
    ...each(VECTORS, (v) => [get(PB), load(v), set(FACTOR + v)].flat()),
    ...each(ROWS, addRow),
    ...advance(PB, get(B_ROW)),
    ...countDown(LEFT, 1),
    ...[get(C), set(PC)].flat(),
    ...each(ROWS, storeRow),
    ...[get(PC), set(C)].flat(),
    ...countDown(M, ROWS),
    ...END,
  ];
}

// One step of the inner sum of a row: a number of A times the vectors of B. Each row has its
// own pointer: adding up distances instead costs a quarter of the speed.
function addRow(r: number): number[] {
  return [
    ...[get(ROW + r), LOAD_SPLAT, set(SPLAT)].flat(),
    ...each(VECTORS, (v) => {
      const sum = SUM + r * VECTORS + v;
      return [get(sum), get(SPLAT), get(FACTOR + v), F32X4_MUL, F32X4_ADD, set(sum)].flat();
    }),
    ...advance(ROW + r, get(A_STEP)),
  ];
}

function storeRow(r: number): number[] {
  return [
    ...each(VECTORS, (v) => [get(PC), get(LOWEST), get(SUM + r * VECTORS + v), F32X4_MAX, store(v)].flat()),
    ...advance(PC, get(B_ROW)),
  ];
}

function maskCode(): number[] {
  const [count, numbers, by] = [0, 1, 2] as const;
  return [
    0,
    ...LOOP,
    ...[get(numbers), get(numbers), load(0), get(by), load(0), ZERO, F32X4_GREATER, AND, store(0)].flat(),
    ...advance(numbers, [...I32_CONST, 16]),
    ...advance(by, [...I32_CONST, 16]),
    ...countDown(count, 4),
    ...END,
  ];
}

function each(count: number, make: (i: number) => number[]): number[] {
  return Array.from({ length: count }, (_, i) => make(i)).flat();
}

function section(id: number, bytes: readonly number[]): number[] {
  return [id, ...sized(bytes)];
}

// Two bytes of LEB128 hold any length here: up to 16,383.
function sized(bytes: readonly number[]): number[] {
  return [bytes.length % 128 + 128, Math.floor(bytes.length / 128), ...bytes];
}
