// Kernels that go number by number, and sums along rows and columns.

import { eachThread, type Kernel } from "./kernel.ts";

const elementwise = (args: string, body: string): Kernel =>
  eachThread(args, (a) => a[1]!, body, { of: "count" });

export const add = elementwise("count dst@ x@ y@", "arena[dst + i] = arena[x + i] + arena[y + i];");

export const mul = elementwise("count dst@ x@ y@", "arena[dst + i] = arena[x + i] * arena[y + i];");

export const mulMulAdd = elementwise(
  "count dst@ x@ y@ u@ v@",
  "arena[dst + i] = arena[x + i] * arena[y + i] + arena[u + i] * arena[v + i];",
);

/** Kinds: 0 SiLU, 1 tanh, 2 ReLU. Derivatives are left where there is an address. */
export const activate = eachThread(
  "kind count z@ a@ s1@ s2@",
  (a) => a[2]!,
  `
  let x = arena[z + i];
  var value = 0.0;
  var slope = 0.0;
  var bend = 0.0;
  if (kind == 0u) {
    let e = expOf(-x);
    let p = 1.0 / (1.0 + e);
    let q = e * p; // 1 − p without cancellation
    value = x * p;
    slope = value * q + p;
    bend = p * q * (x * (q - p) + 2.0);
  } else if (kind == 1u) {
    value = tanhOf(x);
    slope = 1.0 - value * value;
    bend = -2.0 * value * slope;
  } else {
    let off = x <= 0.0 && !isNan(x);
    value = select(x, 0.0, off);
    slope = select(1.0, 0.0, off);
  }
  arena[a + i] = value;
  if (s1 != 0u) { arena[s1 + i] = slope; }
  if (s2 != 0u) { arena[s2 + i] = bend; }`,
  { of: "count" },
);

export const activateBack = elementwise(
  "count q@ s1@ s2@",
  `
  let adjoint = arena[q + i];
  if (s2 != 0u) { arena[s2 + i] = arena[s2 + i] * adjoint; }
  arena[q + i] = arena[s1 + i] * adjoint;`,
);

export const fillRows = eachThread(
  "rows row@ n dst@ src@",
  (a) => a[1]! * a[3]!,
  "arena[dst + i / n * row + i % n] = arena[src + i % n];",
  { of: "rows * n" },
);

export const scaleRows = eachThread(
  "rows row@ n dst@ src@ scale@ plus@ plusRows",
  (a) => a[1]! * a[3]!,
  `
  let r = i / n;
  let at = r * row + i % n;
  var value = arena[scale + r] * arena[src + at];
  if (r < plusRows) { value += arena[plus + at]; }
  arena[dst + at] = value;`,
  { of: "rows * n" },
);

export const sumRuns = eachThread(
  "count runs dst@ src@ step@",
  (a) => a[1]!,
  `
  var sum = arena[src + i];
  for (var g = 1u; g < runs; g++) { sum += arena[src + g * step + i]; }
  arena[dst + i] = sum;`,
  { of: "count" },
);

export const poolRows = eachThread(
  "rows m row@ c~ dst@ src@",
  (a) => a[1]! * a[3]! / 4,
  `
  let first = src + i / row * m * row + i % row;
  var sum = 0.0;
  for (var e = 0u; e < m; e++) { sum += arena[first + e * row]; }
  arena[dst + i] = sum * c;`,
  { of: "rows * row" },
);

export const spreadRows = eachThread(
  "rows m row@ c~ dst@ src@",
  (a) => a[1]! * a[2]! * a[3]! / 4,
  "arena[dst + i] = c * arena[src + i / (m * row) * row + i % row];",
  { of: "rows * m * row" },
);

export const copyRuns = eachThread(
  "n m width dst@ dstOuter@ dstInner@ src@ srcOuter@ srcInner@",
  (a) => a[1]! * a[2]! * a[3]!,
  `
  let outer = i / (m * width);
  let inner = i / width % m;
  let j = i % width;
  arena[dst + outer * dstOuter + inner * dstInner + j] =
    arena[src + outer * srcOuter + inner * srcInner + j];`,
  { of: "n * m * width" },
);

export const pickColumns = eachThread(
  "rows n dst@ dstRow@ src@ srcRow@ index@",
  (a) => a[1]! * a[2]!,
  "arena[dst + i / n * dstRow + i % n] = arena[src + i / n * srcRow + u32(arena[index + i % n])];",
  { of: "rows * n" },
);

/** Columns differ: no two threads meet. */
export const spreadColumns = eachThread(
  "rows n dst@ dstRow@ src@ srcRow@ index@",
  (a) => a[1]! * a[2]!,
  `
  let at = dst + i / n * dstRow + u32(arena[index + i % n]);
  arena[at] = arena[at] + arena[src + i / n * srcRow + i % n];`,
  { of: "rows * n" },
);

/** Sixteen lines of sixteen threads; each line ends in one sum, always in the same order. */
const LINES = `
var<workgroup> lines: array<f32, 256>;
fn sumLine(lane: u32, value: f32) -> f32 {
  lines[lane] = value;
  for (var half = 8u; half > 0u; half = half >> 1u) {
    workgroupBarrier();
    if (lane % 16u < half) { lines[lane] += lines[lane + half]; }
  }
  workgroupBarrier();
  return lines[lane - lane % 16u];
}
`;

/** A line of threads a row. */
export const dotRows: Kernel = {
  args: "rows row@ n a@ w@ bias@ dst@",
  size: 256,
  outside: LINES,
  body: `
  let r = group * 16u + lane / 16u;
  var sum = 0.0;
  if (r < rows) {
    for (var j = lane % 16u; j < n; j += 16u) { sum += arena[a + r * row + j] * arena[w + j]; }
  }
  sum = sumLine(lane, sum);
  if (r < rows && lane % 16u == 0u) { arena[dst + r] = sum + arena[bias]; }`,
  groups: (a) => Math.ceil(a[1]! / 16),
};

/** Rows from which columns are long, rows of a part of them, and most parts. */
const LONG = 4096;
const PART = 1024;
const MOST_PARTS = 64;

/** In how many parts columns are summed up. */
export function partsOfColumns(rows: number): number {
  return rows < LONG ? 1 : Math.min(MOST_PARTS, Math.floor(rows / PART));
}

/** Sixteen columns at a time, so that what is read lies side by side; `parts` of them, to scratch if several. */
export const sumColumns: Kernel = {
  args: "rows row@ n a@ scale@ dst@ accumulate parts",
  size: 256,
  outside: `
var<workgroup> lines: array<f32, 256>;
`,
  body: `
  let column = group / parts * 16u + lane % 16u;
  let part0 = group % parts;
  let each = (rows + parts - 1u) / parts;
  let end = min(rows, (part0 + 1u) * each);
  var sum = 0.0;
  if (column < n) {
    for (var r = part0 * each + lane / 16u; r < end; r += 16u) {
      var s = 1.0;
      if (scale != 0u) { s = arena[scale + r]; }
      sum += s * arena[a + r * row + column];
    }
  }
  lines[lane] = sum;
  for (var half = 128u; half >= 16u; half = half >> 1u) {
    workgroupBarrier();
    if (lane < half) { lines[lane] += lines[lane + half]; }
  }
  if (lane < 16u && column < n) {
    var total = lines[lane];
    if (parts > 1u) {
      scratch[part0 * n + column] = total;
    } else {
      if (accumulate != 0u) { total += arena[dst + column]; }
      arena[dst + column] = total;
    }
  }`,
  groups: (a) => Math.ceil(a[3]! / 16) * a[8]!,
};

/** The parts of columns that were summed up in parts. */
export const addColumns = eachThread(
  "rows row@ n a@ scale@ dst@ accumulate parts",
  (a) => a[3]!,
  `
  var sum = 0.0;
  if (accumulate != 0u) { sum = arena[dst + i]; }
  for (var q = 0u; q < parts; q++) { sum += scratch[q * n + i]; }
  arena[dst + i] = sum;`,
  { of: "n" },
);
