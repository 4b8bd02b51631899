// Convolution as a matrix product: patches out, patches back in, and average pooling.
// Maps are `[n, height, width]` cells of `row` bytes each; a line has width 1.

/** Patch rows `[ky, kx, channels]` of each cell, zeros outside ("same" padding). */
export function patches(
  n: i32,
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
  for (let i = 0; i < n; i++, src += <usize>(height * width) * row) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, dst += dstRow) {
        let to = dst;
        for (let ky = 0; ky < kh; ky++) {
          for (let kx = 0; kx < kw; kx++, to += bytes) {
            const sy = y + ky - (kh >> 1);
            const sx = x + kx - (kw >> 1);
            const inside = <u32>sy < <u32>height && <u32>sx < <u32>width;
            copyOrClear(to, inside ? src + <usize>(sy * width + sx) * row : 0, bytes);
          }
        }
      }
    }
  }
}

/** A few words: a loop beats `memory.copy`. */
// @ts-ignore: decorator
@inline
function copyOrClear(dst: usize, src: usize, bytes: usize): void {
  let at: usize = 0;
  if (src) {
    for (; at + 16 <= bytes; at += 16) v128.store(dst + at, v128.load(src + at));
    for (; at < bytes; at += 4) store<f32>(dst + at, load<f32>(src + at));
  } else {
    for (; at < bytes; at += 4) store<f32>(dst + at, 0);
  }
}

/** The adjoint of {@link patches}: adds patch rows back onto `dst`, cleared first. */
export function unpatch(
  n: i32,
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
  const map = <usize>(height * width) * row;
  memory.fill(dst, 0, map * <usize>n);
  for (let i = 0; i < n; i++, dst += map) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, src += srcRow) {
        let from = src;
        for (let ky = 0; ky < kh; ky++) {
          for (let kx = 0; kx < kw; kx++, from += bytes) {
            const sy = y + ky - (kh >> 1);
            const sx = x + kx - (kw >> 1);
            if (<u32>sy >= <u32>height || <u32>sx >= <u32>width) continue;
            const to = dst + <usize>(sy * width + sx) * row;
            for (let at: usize = 0; at < bytes; at += 4) {
              store<f32>(to + at, load<f32>(to + at) + load<f32>(from + at));
            }
          }
        }
      }
    }
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
  const share = f32x4.splat(<f32>1 / <f32>(ph * pw));
  const map = <usize>(height * width) * row;
  for (let i = 0; i < n; i++, src += map) {
    for (let y = 0; y + ph <= height; y += ph) {
      for (let x = 0; x + pw <= width; x += pw, dst += row) {
        for (let at: usize = 0; at < row; at += 16) {
          let sum = f32x4.splat(0);
          for (let py = 0; py < ph; py++) {
            for (let px = 0; px < pw; px++) {
              sum = f32x4.add(sum, v128.load(src + <usize>((y + py) * width + x + px) * row + at));
            }
          }
          v128.store(dst + at, f32x4.mul(sum, share));
        }
      }
    }
  }
}

/** The adjoint of {@link averagePool}: dropped cells get zeros. */
export function spreadPool(
  n: i32,
  height: i32,
  width: i32,
  ph: i32,
  pw: i32,
  src: usize,
  row: usize,
  dst: usize,
): void {
  const share = f32x4.splat(<f32>1 / <f32>(ph * pw));
  const map = <usize>(height * width) * row;
  memory.fill(dst, 0, map * <usize>n);
  for (let i = 0; i < n; i++, dst += map) {
    for (let y = 0; y + ph <= height; y += ph) {
      for (let x = 0; x + pw <= width; x += pw, src += row) {
        for (let at: usize = 0; at < row; at += 16) {
          const part = f32x4.mul(share, v128.load(src + at));
          for (let py = 0; py < ph; py++) {
            for (let px = 0; px < pw; px++) {
              v128.store(dst + <usize>((y + py) * width + x + px) * row + at, part);
            }
          }
        }
      }
    }
  }
}
