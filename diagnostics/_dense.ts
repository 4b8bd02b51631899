// The one loop under a small network: products of rows with rows.

/** A row-major matrix. */
export interface Matrix {
  /** `[rows, cols]`. */
  readonly data: Float64Array;
  /** Number of rows. */
  readonly rows: number;
  /** Numbers in a row. */
  readonly cols: number;
}

/** A matrix of zeros. */
export function matrix(rows: number, cols: number): Matrix {
  return { data: new Float64Array(rows * cols), rows, cols };
}

/** Aᵀ. */
export function transpose({ data, rows, cols }: Matrix): Matrix {
  const out = matrix(cols, rows);
  for (let i = 0; i < rows; i++) for (let j = 0; j < cols; j++) out.data[j * rows + i] = data[i * cols + j]!;
  return out;
}

/** A Bᵀ, for A `[m, k]` and B `[n, k]`: rows of one with rows of the other. */
export function timesTransposed(a: Matrix, b: Matrix): Matrix {
  const out = matrix(a.rows, b.rows);
  const evenRows = a.rows - a.rows % 4;
  const evenCols = b.rows - b.rows % 2;
  for (let i = 0; i < evenRows; i += 4) {
    for (let j = 0; j < evenCols; j += 2) block(a, b, { out, i, j });
  }
  for (let i = 0; i < a.rows; i++) {
    for (let j = i < evenRows ? evenCols : 0; j < b.rows; j++) out.data[i * b.rows + j] = dot(a, i, b, j);
  }
  return out;
}

// Four rows by two: eight sums stay in registers while six numbers are loaded, which is three
// times as fast as one sum at a time. No destructuring here: it costs more than the sums.
function block(a: Matrix, b: Matrix, { out, i, j }: { out: Matrix; i: number; j: number }): void {
  const k = a.cols;
  const p = a.data;
  const q = b.data;
  let p0 = i * k;
  let q0 = j * k;
  let s00 = 0;
  let s01 = 0;
  let s10 = 0;
  let s11 = 0;
  let s20 = 0;
  let s21 = 0;
  let s30 = 0;
  let s31 = 0;
  for (const end = p0 + k; p0 < end; p0++, q0++) {
    const u = q[q0]!;
    const v = q[q0 + k]!;
    const w0 = p[p0]!;
    const w1 = p[p0 + k]!;
    const w2 = p[p0 + 2 * k]!;
    const w3 = p[p0 + 3 * k]!;
    s00 += w0 * u, s01 += w0 * v;
    s10 += w1 * u, s11 += w1 * v;
    s20 += w2 * u, s21 += w2 * v;
    s30 += w3 * u, s31 += w3 * v;
  }
  const r = out.cols;
  const at = i * r + j;
  out.data[at] = s00, out.data[at + 1] = s01;
  out.data[at + r] = s10, out.data[at + r + 1] = s11;
  out.data[at + 2 * r] = s20, out.data[at + 2 * r + 1] = s21;
  out.data[at + 3 * r] = s30, out.data[at + 3 * r + 1] = s31;
}

function dot(a: Matrix, i: number, b: Matrix, j: number): number {
  const k = a.cols;
  let sum = 0;
  for (let c = 0; c < k; c++) sum += a.data[i * k + c]! * b.data[j * k + c]!;
  return sum;
}
