// Packing for products, where more than a copy is asked for. B `[k, n]` lies row by row here: panels are for
// caches.

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
