// Elementary functions of float32, as those of `assembly/`: what a driver's own are worth is left
// open by WGSL. Compilers may assume that there is no NaN, so tests for it look at bits.

/** 1 / 7, of bounded log-scales, is written out where it is used. */
export const ELEMENTARY = `
const BOUND: f32 = 7.0;
const LOG_ROOT: f32 = 0.9189385332046727;
const LOWEST: f32 = -3.4028234e38;

fn isNan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }

/** Relative error below 3e-7 on [-87, 88]; clamped outside. */
fn expOf(x: f32) -> f32 {
  let c = clamp(x, -87.0, 88.0);
  let k = round(c * 1.44269504088896341);
  // ln 2 in two parts, the first exact, so that r keeps its low bits.
  let r = (c - k * 0.693359375) + k * 2.12194440e-4;
  var p = 1.9875691500e-4 * r + 1.3981999507e-3;
  p = p * r + 8.3334519073e-3;
  p = p * r + 4.1665795894e-2;
  p = p * r + 1.6666665459e-1;
  p = p * r + 5.0000001201e-1;
  p = p * (r * r) + (r + 1.0);
  let e = bitcast<f32>(bitcast<i32>(p) + (i32(k) << 23u));
  return select(e, x, isNan(x));
}

/** log(1 + u) for u in [0, 1]. */
fn log1pOf(u: f32) -> f32 {
  let s = u / (2.0 + u);
  let t = s * s;
  var p = 0.06666666667 * t + 0.07692307692;
  p = p * t + 0.09090909091;
  p = p * t + 0.11111111111;
  p = p * t + 0.14285714286;
  p = p * t + 0.2;
  p = p * t + 0.33333333333;
  return 2.0 * s * (p * t + 1.0);
}

/** log u of normal u; what is infinite or no number stays as it is. */
fn logOf(u: f32) -> f32 {
  let bits = bitcast<u32>(u);
  if ((bits & 0x7fffffffu) >= 0x7f800000u) { return u; }
  let k = f32(i32(bits >> 23u) - 127);
  return k * 0.6931471805599453 + log1pOf(bitcast<f32>((bits & 0x7fffffu) | 0x3f800000u) - 1.0);
}

fn tanhOf(z: f32) -> f32 {
  let size = abs(z);
  if (size < 0.625) {
    let q = z * z;
    var p = -5.70498872745e-3 * q + 2.06390887954e-2;
    p = p * q - 5.37397155531e-2;
    p = p * q + 1.33314422036e-1;
    p = p * q - 3.33332819422e-1;
    return (p * q) * z + z;
  }
  let far = 1.0 - 2.0 / (expOf(size + size) + 1.0);
  return select(select(far, -far, z < 0.0), z, isNan(z));
}

/** log(1 + eʰ), and its derivative, given e = exp(−|h|). */
fn softplusOf(h: f32, e: f32) -> f32 { return max(h, 0.0) + log1pOf(e); }
fn sigmoidOf(h: f32, e: f32) -> f32 { return select(1.0, e, h < 0.0) / (1.0 + e); }

/** Log of the sum of exp of k numbers. */
fn logSumExp(at: u32, k: u32) -> f32 {
  var top = arena[at];
  for (var c = 1u; c < k; c++) { top = max(top, arena[at + c]); }
  var sum = 0.0;
  for (var c = 0u; c < k; c++) { sum += expOf(arena[at + c] - top); }
  return top + logOf(sum);
}
`;
