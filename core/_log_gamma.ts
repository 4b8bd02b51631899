// log Γ for x > 0, ported from FreeBSD's e_lgamma_r.c (fdlibm), relative error about 1 ulp
// even beside its zeros at 1 and 2, where shifting the argument would cancel.
//
// Copyright (C) 1993 by Sun Microsystems, Inc. All rights reserved.
// Developed at SunSoft, a Sun Microsystems, Inc. business. Permission to use, copy, modify,
// and distribute this software is freely granted, provided that this notice is preserved.

import { log } from "./elementary.ts";

/** Coefficients are written from the constant term up. */
export function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i]!;
  return sum;
}

// deno-fmt-ignore -- one line per polynomial
const A = [
  7.72156649015328655494e-02, 3.22467033424113591611e-01, 6.73523010531292681824e-02, 2.05808084325167332806e-02,
  7.38555086081402883957e-03, 2.89051383673415629091e-03, 1.19270763183362067845e-03, 5.10069792153511336608e-04,
  2.20862790713908385557e-04, 1.08011567247583939954e-04, 2.52144565451257326939e-05, 4.48640949618915160150e-05,
];
// deno-fmt-ignore -- as above
const T = [
  4.83836122723810047042e-01, -1.47587722994593911752e-01, 6.46249402391333854778e-02, -3.27885410759859649565e-02,
  1.79706750811820387126e-02, -1.03142241298341437450e-02, 6.10053870246291332635e-03, -3.68452016781138256760e-03,
  2.25964780900612472250e-03, -1.40346469989232843813e-03, 8.81081882437654011382e-04, -5.38595305356740546715e-04,
  3.15632070903625950361e-04, -3.12754168375120860518e-04, 3.35529192635519073543e-04,
];
// deno-fmt-ignore -- as above
const U = [
  -7.72156649015328655494e-02, 6.32827064025093366517e-01, 1.45492250137234768737e+00,
  9.77717527963372745603e-01, 2.28963728064692451092e-01, 1.33810918536787660377e-02,
];
// deno-fmt-ignore -- as above
const V = [
  1, 2.45597793713041134822e+00, 2.12848976379893395361e+00,
  7.69285150456672783825e-01, 1.04222645593369134254e-01, 3.21709242282423911810e-03,
];
// deno-fmt-ignore -- as above
const S = [
  -7.72156649015328655494e-02, 2.14982415960608852501e-01, 3.25778796408930981787e-01, 1.46350472652464452805e-01,
  2.66422703033638609560e-02, 1.84028451407337715652e-03, 3.19475326584100867617e-05,
];
// deno-fmt-ignore -- as above
const R = [
  1, 1.39200533467621045958e+00, 7.21935547567138069525e-01, 1.71933865632803078993e-01,
  1.86459191715652901344e-02, 7.77942496381893596434e-04, 7.32668430744625636189e-06,
];
// deno-fmt-ignore -- as above
const W = [
  8.33333333333329678849e-02, -2.77777777728775536470e-03, 7.93650558643019558500e-04,
  -5.95187557450339963135e-04, 8.36339918996282139126e-04, -1.63092934096575273989e-03,
];

/** Where Γ is smallest on x > 0, and log Γ there (`MINIMUM_TAIL` holds its lost digits). */
const ARGMIN = 1.46163214496836224576;
const MINIMUM = -1.21486290535849611461e-01;
const MINIMUM_TAIL = -3.63867699703950536541e-18;

/** log Γ(1 + y) or log Γ(2 + …) on [0, 2), by how far x is from 1, from the minimum or from 2. */
function nearOne(x: number): number {
  if (x < 0.23164) return aboveOne(x) - log(x);
  if (x < 0.73162) return aroundMinimum(x - (ARGMIN - 1)) - log(x);
  if (x < 0.9) return belowTwo(1 - x) - log(x);
  if (x < 1.23164) return aboveOne(x - 1);
  if (x < 1.73162) return aroundMinimum(x - ARGMIN);
  return belowTwo(2 - x);
}

/** log Γ(1 + y) for small y. */
function aboveOne(y: number): number {
  return -0.5 * y + y * polynomial(U, y) / polynomial(V, y);
}

/** log Γ(ARGMIN + y). */
function aroundMinimum(y: number): number {
  return MINIMUM - (MINIMUM_TAIL - y * y * polynomial(T, y));
}

/** log Γ(2 − y). */
function belowTwo(y: number): number {
  return y * polynomial(A, y) - 0.5 * y;
}

/** log Γ(x) for x in [2, 8), walked down to [2, 3). */
function nearTwo(x: number): number {
  const whole = Math.floor(x);
  const y = x - whole;
  let product = 1;
  for (let k = whole - 1; k >= 2; k--) product *= y + k;
  return 0.5 * y + y * polynomial(S, y) / polynomial(R, y) + log(product);
}

/** What Stirling's formula for log Γ(x) lacks: log Γ(x) − (x − ½) log x + x − ½ log 2π. */
export function stirlingTail(x: number): number {
  if (x >= 8) return polynomial(W, 1 / (x * x)) / x;
  return logGammaPositive(x) - (x - 0.5) * log(x) + x - 0.5 * log(2 * Math.PI);
}

/** log Γ(x); ∞ at 0, NaN below. */
export function logGammaPositive(x: number): number {
  if (!(x > 0)) return x === 0 ? Infinity : NaN;
  if (x < 1e-17) return -log(x);
  if (x === 1 || x === 2) return 0;
  if (x < 2) return nearOne(x);
  if (x < 8) return nearTwo(x);
  // Stirling's formula, arranged as fdlibm does: (x − ½)(log x − 1) + (½ log 2π − ½) + tail.
  return (x - 0.5) * (log(x) - 1) + 4.18938533204672725052e-01 + stirlingTail(x);
}
