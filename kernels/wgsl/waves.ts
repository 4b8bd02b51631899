// Fourier features: cosines and sines of numbers times frequencies, and their products.

import { eachThread, type Kernel, SIZE } from "./kernel.ts";

const TURN = `
/** Sine of quarters and what is left of an angle; a cosine is a quarter further. */
fn wave(quarter: i32, r: f32) -> f32 {
  let square = r * r;
  var s = -1.9515295891e-4 * square + 8.3321608736e-3;
  s = s * square - 1.6666654611e-1;
  s = s * square * r + r;
  var c = 2.443315711809948e-5 * square - 1.388731625493765e-3;
  c = c * square + 4.166664568298827e-2;
  c = c * square * square + (square * -0.5 + 1.0);
  let value = select(s, c, (quarter & 1) != 0);
  return select(value, -value, (quarter & 2) != 0);
}
`;

/** Cosines of each number's products with its column's k frequencies, then sines. */
export const waves = eachThread(
  "count element half k x@ frequencies@ dst@ row@",
  (a) => a[1]! * a[2]! * a[4]!,
  `
  let j = i % k;
  let c = i / k;
  let angle = arena[x + c] * arena[frequencies + c % element * half + j];
  // Where float32 knows no angles any more, some number in [-1, 1].
  let turns = round(clamp(angle, -1e6, 1e6) * 0.6366197723675814);
  var r = angle - turns * 1.5703125;
  r = r - turns * 4.837512969970703125e-4;
  r = r - turns * 7.54978995489188216e-8;
  r = select(clamp(r, -1.0, 1.0), r, isNan(r));
  arena[dst + c * row + j] = wave(i32(turns) + 1, r);
  arena[dst + c * row + k + j] = wave(i32(turns), r);`,
  { of: "count * element * k", outside: TURN },
);

/** Of each of m elements the products of one wave a column, the last column's running fastest. */
export const multiplyWaves: Kernel = {
  args: "rows m element n src@ row@ share~ dst@ dstRow@",
  body: `
  var all = 1u;
  for (var c = 0u; c < element; c++) { all *= n; }
  let r = i / all;
  if (r >= rows) { return; }
  var sum = 0.0;
  for (var e = 0u; e < m; e++) {
    var product = share;
    var digits = i % all;
    for (var c = element; c > 0u; c--) {
      product *= arena[src + ((r * m + e) * element + c - 1u) * row + digits % n];
      digits /= n;
    }
    sum += product;
  }
  arena[dst + r * dstRow + i % all] = sum;`,
  groups: (a) => Math.ceil(a[1]! * a[4]! ** a[3]! / SIZE),
};
