import { foldIn, type Kernel, type KernelInfo, type KernelState, type Key } from "@likely/core";

/** A run of transitions: the kernel's own `walk` where it has one, else step by step. */
export function* walk<S extends KernelState>(
  key: Key,
  kernel: Kernel<S>,
  from: { readonly state: S; readonly steps: number },
): Generator<[S, KernelInfo], void, void> {
  if (kernel.walk) return yield* kernel.walk(key, from.state, from.steps);
  let { state } = from;
  for (let t = 0; t < from.steps; t++) {
    const [next, info] = kernel.step(foldIn(key, t), state);
    state = next;
    yield [next, info];
  }
}
