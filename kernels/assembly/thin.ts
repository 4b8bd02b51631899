// Rows that are worth a backward pass: they are chosen, moved together, and their sums brought back.

/**
 * Chooses among `count` rows: the first `always` are kept, and one whose slope is `limit` or more; a smaller one with the
 * probability |slope| / limit, by which its slope is then divided, so that sums over rows stay right on
 * average. Chances are spread evenly over the rows in their order, beginning at `offset` in [0, 1):
 * systematic sampling, which keeps their sum of rows up to one.
 *
 * The places of those kept go to `index`, ascending, their slopes to the front of `slopes`; behind them
 * every row is its own place, of slope 0. How many there are goes to `kept`.
 */
export function chooseRows(
  count: i32,
  always: i32,
  limit: f32, offset: usize, slopes: usize, index: usize, kept: usize): void {
  let sum = <f64>load<f32>(offset);
  let m = 0;
  for (let i = 0; i < count; i++) {
    const slope = load<f32>(slopes + (<usize>i << 2));
    let chance = <f64>abs(slope) / <f64>limit;
    // NaN is kept, too: the loss must show it.
    if (i < always || !(chance < 1)) chance = 1;
    const before = floor(sum);
    sum += chance;
    if (floor(sum) == before) continue;
    store<i32>(index + (<usize>m << 2), i);
    store<f32>(slopes + (<usize>m << 2), <f32>(<f64>slope / chance));
    m++;
  }
  store<i32>(kept, m);
  for (let i = m; i < count; i++) {
    store<i32>(index + (<usize>i << 2), i);
    store<f32>(slopes + (<usize>i << 2), 0);
  }
}

/** Row i becomes row `index[i]`, in place: places ascend, none before its own. */
export function keepRows(rows: i32, n: i32, at: usize, row: usize, index: usize): void {
  let to = at;
  for (let i = 0; i < rows; i++, to += row) {
    const from = at + <usize>load<i32>(index + (<usize>i << 2)) * row;
    if (from != to) memory.copy(to, from, <usize>n << 2);
  }
}

/** `dst[index[i] mod groups] += src[i]`, from 0. */
export function scatterRows(
  rows: i32,
  n: i32,
  groups: i32,
  dst: usize,
  src: usize,
  row: usize,
  index: usize,
): void {
  const bytes = <usize>n << 2;
  for (let g = 0; g < groups; g++) memory.fill(dst + <usize>g * row, 0, bytes);
  for (let i = 0; i < rows; i++, src += row) {
    const to = dst + <usize>(load<i32>(index + (<usize>i << 2)) % groups) * row;
    for (let j: usize = 0; j < bytes; j += 16) {
      v128.store(to + j, f32x4.add(v128.load(to + j), v128.load(src + j)));
    }
  }
}
