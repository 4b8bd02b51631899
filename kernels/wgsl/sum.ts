// Sums to one number, in one order: each thread of a workgroup adds up its own, then halves meet.

/** Threads of the workgroup. */
export const SUMMERS = 256;

/** `sumAll` of what each of the {@linkcode SUMMERS} threads brings; all get the sum. */
export const SUM_ALL = `
var<workgroup> brought: array<f32, ${SUMMERS}>;
fn sumAll(lane: u32, value: f32) -> f32 {
  workgroupBarrier();
  brought[lane] = value;
  for (var half = ${SUMMERS / 2}u; half > 0u; half = half >> 1u) {
    workgroupBarrier();
    if (lane < half) { brought[lane] += brought[lane + half]; }
  }
  workgroupBarrier();
  return brought[0];
}
`;
