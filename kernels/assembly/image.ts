// Convolution as a matrix product: patches out, patches back in, and average pooling.
// Maps are `[n, height, width]` cells of `row` bytes each; a line has height 1.

import { LEAST } from "./activation";
import { flush } from "./vector";

/**
 * Patch rows `[ky, kx, channels]` of each cell, zeros outside ("same" padding), for some of the
 * lines of the maps: src and dst are the first one's, and `left` lines follow until the last
 * map's end, itself included. A row is written upwards, each piece rounded up to whole vectors:
 * rows need room for three numbers more, unless channels are a multiple of four.
 */
export function patches(
  lines: i32,
  left: i32,
  height: i32,
  width: i32,
  channels: i32,
  kh: i32,
  kw: i32,
  src: usize,
  row: usize,
  dst: usize,
  dstRow: usize,
): void {
  const bytes = <usize>channels << 2;
  const run = bytes * <usize>kw;
  const before = kw >> 1;
  // Cells that see nothing outside; without gaps between cells, they see one run of a line.
  const inner = row == bytes ? max(0, width - kw + 1) : 0;
  for (; lines > 0; lines--, left--, src += <usize>width * row, dst += <usize>width * dstRow) {
    const y = height - 1 - (left - 1) % height;
    let to = dst;
    for (let dy = -(kh >> 1); dy < kh - (kh >> 1); dy++, to += run) {
      if (<u32>(y + dy) >= <u32>height) {
        copyRuns(width, run, to, dstRow, 0, 0);
        continue;
      }
      const from = src + <usize>(dy * width) * row;
      copyRuns(inner, run, to + <usize>before * dstRow, dstRow, from, row);
      for (let x = 0; x < width; x++) {
        if (x == before) x += inner;
        for (let k = 0; k < kw && x < width; k++) {
          const at = x + k - before;
          const cell = <u32>at < <u32>width ? from + <usize>at * row : 0;
          copyRuns(1, bytes, to + <usize>x * dstRow + <usize>k * bytes, 1, cell, 0);
        }
      }
    }
  }
}

/** Copies n runs, each rounded up to whole vectors; from address 0, zeros. */
function copyRuns(n: i32, bytes: usize, dst: usize, dstRow: usize, src: usize, row: usize): void {
  const last = dst + <usize>n * dstRow;
  if (bytes <= 16) {
    for (; dst < last; dst += dstRow, src += row) v128.store(dst, v128.load(src));
    return;
  }
  for (; dst < last; dst += dstRow, src += row) {
    let at: usize = 0;
    for (; at + 64 <= bytes; at += 64) {
      v128.store(dst + at, v128.load(src + at));
      v128.store(dst + at, v128.load(src + at, 16), 16);
      v128.store(dst + at, v128.load(src + at, 32), 32);
      v128.store(dst + at, v128.load(src + at, 48), 48);
    }
    for (; at < bytes; at += 16) v128.store(dst + at, v128.load(src + at));
  }
}

/** The adjoint of {@link patches}: adds up in each cell what patch rows, src, hold of it. */
export function unpatch(
  lines: i32,
  left: i32,
  height: i32,
  width: i32,
  channels: i32,
  kh: i32,
  kw: i32,
  dst: usize,
  row: usize,
  src: usize,
  srcRow: usize,
): void {
  const bytes = <usize>channels << 2;
  // The next tap that sees the same cell is a patch to the left, or a line above.
  const next = bytes - srcRow;
  const nextLine = bytes * <usize>kw - srcRow * <usize>width;
  for (; lines > 0; lines--, left--) {
    const y = height - 1 - (left - 1) % height;
    const firstY = max(0, y + (kh >> 1) - height + 1);
    const endY = min(kh, y + (kh >> 1) + 1);
    for (let x = 0; x < width; x++, dst += row, src += srcRow) {
      const firstX = max(0, x + (kw >> 1) - width + 1);
      const endX = min(kw, x + (kw >> 1) + 1);
      // The patch that sees this cell last, at its first tap.
      const first = src + <usize>(((kh >> 1) - firstY) * width + (kw >> 1) - firstX) * srcRow +
        <usize>(firstY * kw + firstX) * bytes;
      sumTaps(bytes, dst, first, endX - firstX, endY - firstY, next, nextLine, 1);
    }
  }
}

/** One cell: `dst = c · Σ src` over ny lines of nx taps, four vectors at a time where there are. */
function sumTaps(
  bytes: usize,
  dst: usize,
  src: usize,
  nx: i32,
  ny: i32,
  next: usize,
  nextLine: usize,
  c: f32,
): void {
  const end = dst + bytes;
  const scale = f32x4.splat(c);
  for (; dst + 64 <= end; dst += 64, src += 64) {
    let sum0 = f32x4.splat(0);
    let sum1 = sum0;
    let sum2 = sum0;
    let sum3 = sum0;
    for (let y = 0, line = src; y < ny; y++, line += nextLine) {
      for (let x = 0, from = line; x < nx; x++, from += next) {
        sum0 = f32x4.add(sum0, v128.load(from));
        sum1 = f32x4.add(sum1, v128.load(from, 16));
        sum2 = f32x4.add(sum2, v128.load(from, 32));
        sum3 = f32x4.add(sum3, v128.load(from, 48));
      }
    }
    v128.store(dst, f32x4.mul(sum0, scale));
    v128.store(dst, f32x4.mul(sum1, scale), 16);
    v128.store(dst, f32x4.mul(sum2, scale), 32);
    v128.store(dst, f32x4.mul(sum3, scale), 48);
  }
  for (; dst + 16 <= end; dst += 16, src += 16) {
    let sum = f32x4.splat(0);
    for (let y = 0, line = src; y < ny; y++, line += nextLine) {
      for (let x = 0, from = line; x < nx; x++, from += next) sum = f32x4.add(sum, v128.load(from));
    }
    v128.store(dst, f32x4.mul(sum, scale));
  }
  for (; dst < end; dst += 4, src += 4) {
    let sum: f32 = 0;
    for (let y = 0, line = src; y < ny; y++, line += nextLine) {
      for (let x = 0, from = line; x < nx; x++, from += next) sum += load<f32>(from);
    }
    store<f32>(dst, sum * c);
  }
}

/** Means of `ph × pw` windows; what does not fill a window is dropped. */
export function averagePool(
  n: i32,
  height: i32,
  width: i32,
  ph: i32,
  pw: i32,
  src: usize,
  row: usize,
  dst: usize,
): void {
  const share = <f32>1 / <f32>(ph * pw);
  const line = <usize>width * row;
  for (let i = 0; i < n; i++, src += <usize>height * line) {
    for (let y = 0; y + ph <= height; y += ph) {
      for (let x = 0; x + pw <= width; x += pw, dst += row) {
        sumTaps(row, dst, src + <usize>y * line + <usize>x * row, pw, ph, row, line, share);
      }
    }
  }
}

/** The adjoint of {@link averagePool}, then of the activation before it, whose slopes are s1. */
export function spreadPool(
  n: i32,
  height: i32,
  width: i32,
  ph: i32,
  pw: i32,
  src: usize,
  row: usize,
  dst: usize,
  s1: usize,
): void {
  const share = <f32>1 / <f32>(ph * pw);
  const line = <usize>width * row;
  const map = <usize>height * line;
  // Dropped cells.
  memory.fill(dst, 0, map * <usize>n);
  for (let i = 0; i < n; i++, dst += map, s1 += map) {
    for (let y = 0; y + ph <= height; y += ph) {
      for (let x = 0; x + pw <= width; x += pw, src += row) {
        for (let py = y; py < y + ph; py++) {
          const first = <usize>py * line + <usize>x * row;
          spreadLine(row, dst + first, src, s1 + first, <usize>pw * row, share);
        }
      }
    }
  }
}

/** Cells of one line of a window, `bytes` in all: `dst = c · src · slope`, what is tiny 0. */
function spreadLine(row: usize, dst: usize, src: usize, slope: usize, bytes: usize, c: f32): void {
  for (let at: usize = 0; at < row; at += 16) {
    const part = f32x4.mul(f32x4.splat(c), v128.load(src + at));
    for (let to = at; to < bytes; to += row) {
      v128.store(dst + to, flush(f32x4.mul(v128.load(slope + to), part), LEAST));
    }
  }
}
