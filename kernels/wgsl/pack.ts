// Packing for products. B `[k, n]` lies row by row here: panels are for caches.

import { eachThread } from "./kernel.ts";

/** Column sums are the next dispatch. */
export const packRows = eachThread(
  "k n src@ row@ dst@ scale@ plus@ plusRows",
  (a) => a[1]! * a[2]!,
  `
  let r = i / n;
  let at = r * row + i % n;
  var value = arena[src + at];
  if (scale != 0u) { value *= arena[scale + r]; }
  if (r < plusRows) { value += arena[plus + at]; }
  arena[dst + i] = value;`,
  { of: "k * n" },
);

/** The transpose of W `[rows, k]`, columns padded with zeros to four. */
export const packTransposed = eachThread(
  "rows k src@ row@ dst@",
  (a) => a[2]! * (a[1]! + 3 & ~3),
  `
  let n = (rows + 3u) & ~3u;
  let j = i % n;
  var value = 0.0;
  if (j < rows) { value = arena[src + j * row + i / n]; }
  arena[dst + i] = value;`,
  { of: "k * ((rows + 3u) & ~3u)" },
);
