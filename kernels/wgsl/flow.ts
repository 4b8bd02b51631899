// Masked affine transforms and what all flows share. Log densities lie two places apart.

import { eachThread } from "./kernel.ts";

const rowwise = (args: string, body: string) => eachThread(args, (a) => a[1]!, body, { of: "rows" });

/** What pads m and h: columns before the next whole vector. */
const WHOLE = "let whole = (d + 3u) & ~3u;";

/** `z_j = (y_j − m_j) exp bound(h_j)`. */
export const affine = rowwise(
  "rows d m@ outRow@ y@ yRow@ z@ zRow@ values@ plus",
  `
  ${WHOLE}
  let o = m + i * outRow;
  var logDet = 0.0;
  for (var j = 0u; j < d; j++) {
    let b = BOUND * tanhOf(arena[o + whole + j] / BOUND);
    arena[z + i * zRow + j] = (arena[y + i * yRow + j] - arena[o + j]) * expOf(b);
    logDet += b;
  }
  if (plus != 0u) { logDet += arena[values + 2u * i]; }
  arena[values + 2u * i] = logDet;`,
);

export const affineBack = rowwise(
  "rows d m@ outRow@ z@ zRow@ adjoint@ adjointRow@ outD@ seed~",
  `
  ${WHOLE}
  let o = m + i * outRow;
  let p = outD + i * outRow;
  for (var j = 0u; j < whole; j++) {
    var ofShift = 0.0;
    var ofScale = 0.0;
    if (j < d) {
      let at = adjoint + i * adjointRow + j;
      let t = tanhOf(arena[o + whole + j] / BOUND);
      let before = arena[at];
      let after = before * expOf(BOUND * t);
      ofShift = -after;
      ofScale = (before * arena[z + i * zRow + j] + seed) * (1.0 - t * t);
      arena[at] = after;
    }
    arena[p + j] = ofShift;
    arena[p + whole + j] = ofScale;
  }`,
);

/** Adds the standard normal log density; the adjoint's rows become `(−seed z, 0)`. */
export const normalBase = rowwise(
  "rows d z@ zRow@ values@ adjoint@ adjointRow@ width seed~",
  `
  var squares = 0.0;
  for (var j = 0u; j < d; j++) {
    let value = arena[z + i * zRow + j];
    squares += value * value;
  }
  arena[values + 2u * i] = arena[values + 2u * i] - 0.5 * squares - f32(d) * LOG_ROOT;
  if (adjoint == 0u) { return; }
  for (var j = 0u; j < width; j++) {
    var slope = 0.0;
    if (j < d) { slope = -seed * arena[z + i * zRow + j]; }
    arena[adjoint + i * adjointRow + j] = slope;
  }`,
);
