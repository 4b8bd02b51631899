// Convolution as a matrix product: patches out, patches back in, and average pooling.

import { eachThread, type Words } from "./kernel.ts";

/** Cell and number in it of what a thread has; lines are whole maps, one after another. */
const CELL = `
  let x = i / n % width;
  let line = i / n / width;
  let y = line % height;`;

/** Zeros outside. */
export const patches = eachThread(
  "lines left height width channels kh kw src@ row@ dst@ dstRow@",
  (a) => a[1]! * a[4]! * a[5]! * a[6]! * a[7]!,
  `
  let n = channels * kh * kw;
  ${CELL}
  let j = i % n;
  let fromX = i32(x + j / channels % kw) - i32(kw / 2u);
  let fromY = i32(y + j / (channels * kw)) - i32(kh / 2u);
  var value = 0.0;
  if (fromX >= 0 && fromX < i32(width) && fromY >= 0 && fromY < i32(height)) {
    let cell = (line - y + u32(fromY)) * width + u32(fromX);
    value = arena[src + cell * row + j % channels];
  }
  arena[dst + i / n * dstRow + j] = value;`,
  { of: "lines * width * channels * kh * kw" },
);

/** Adds up in each cell what patch rows hold of it. */
export const unpatch = eachThread(
  "lines left height width channels kh kw dst@ row@ src@ srcRow@",
  (a) => a[1]! * a[4]! * a[5]!,
  `
  let n = channels;
  ${CELL}
  var sum = 0.0;
  for (var ky = 0u; ky < kh; ky++) {
    let atY = i32(y + kh / 2u) - i32(ky);
    if (atY < 0 || atY >= i32(height)) { continue; }
    for (var kx = 0u; kx < kw; kx++) {
      let atX = i32(x + kw / 2u) - i32(kx);
      if (atX < 0 || atX >= i32(width)) { continue; }
      let cell = (line - y + u32(atY)) * width + u32(atX);
      sum += arena[src + cell * srcRow + (ky * kw + kx) * channels + i % n];
    }
  }
  arena[dst + i / n * row + i % n] = sum;`,
  { of: "lines * width * channels" },
);

const pooledCells = (a: Words): number => Math.floor(a[2]! / a[4]!) * Math.floor(a[3]! / a[5]!);

export const averagePool = eachThread(
  "maps height width ph pw src@ row@ dst@",
  (a) => a[1]! * pooledCells(a) * a[7]! / 4,
  `
  let wide = width / pw;
  let high = height / ph;
  let c = i / row;
  let first = ((c / (wide * high) * height + c / wide % high * ph) * width + c % wide * pw) * row + i % row;
  var sum = 0.0;
  for (var y = 0u; y < ph; y++) {
    for (var x = 0u; x < pw; x++) { sum += arena[src + first + (y * width + x) * row]; }
  }
  arena[dst + i] = sum * (1.0 / f32(ph * pw));`,
  { of: "maps * (width / pw) * (height / ph) * row" },
);

/** The adjoint, then of the activation before it; cells that fill no window get 0. */
export const spreadPool = eachThread(
  "maps height width ph pw src@ row@ dst@ s1@",
  (a) => a[1]! * a[2]! * a[3]! * a[7]! / 4,
  `
  let wide = width / pw;
  let high = height / ph;
  let n = row;
  ${CELL}
  var value = 0.0;
  if (x / pw < wide && y / ph < high) {
    let cell = (line / height * high + y / ph) * wide + x / pw;
    value = arena[s1 + i] * (arena[src + cell * row + i % row] * (1.0 / f32(ph * pw)));
  }
  arena[dst + i] = value;`,
  { of: "maps * height * width * row" },
);
