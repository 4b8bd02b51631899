// Repairs the tape of TensorFlow.js 4.22.0, so that gradients of gradients are right.
//
// The fault (tfjs issue #3252): an operation whose gradient needs its own output (tanh, sigmoid,
// exp, elu, softmax, max, pow, …) saves a clone of it, and that clone reaches the tape *before*
// the operation. The second backward pass then finds no path from the input to the saved output:
// it drops the term without a word or, where no other path exists, throws. A loss that holds a
// score, mean |∂f/∂θ|², so gets weight gradients that are wrong by tens of percent.

import * as tfjs from "@tensorflow/tfjs";

interface TapeNode {
  readonly inputs: Readonly<Record<string, tfjs.Tensor | undefined>>;
  readonly outputs: readonly tfjs.Tensor[];
}

interface Engine {
  readonly state: { readonly activeTape: TapeNode[] };
  addTapeNode(
    kernelName: string,
    inputs: unknown,
    outputs: readonly tfjs.Tensor[],
    gradient: unknown,
    saved: readonly tfjs.Tensor[] | undefined,
    attrs: unknown,
  ): void;
}

/**
 * Makes the engine record every operation before the clones of its outputs, and leave
 * comparisons off the tape. To be called once.
 */
export function repairTape(): void {
  const engine: Engine = Object.getPrototypeOf(tfjs.engine());
  const stock = engine.addTapeNode;
  engine.addTapeNode = function (kernelName, inputs, outputs, gradient, saved, attrs): void {
    // Nothing differentiable flows through booleans and whole numbers; without this `where`
    // throws when its condition depends on the variable.
    if (outputs.every(({ dtype }) => dtype === "bool" || dtype === "int32")) {
      for (const tensor of saved ?? []) tensor.dispose();
      return;
    }
    stock.call(this, kernelName, inputs, outputs, gradient, saved, attrs);
    if (saved?.length) moveBeforeClones(this.state.activeTape, outputs);
  };
}

function moveBeforeClones(tape: TapeNode[], outputs: readonly tfjs.Tensor[]): void {
  const last = tape.length - 1;
  let to = last;
  while (to > 0 && isCloneOf(tape[to - 1]!, outputs)) to--;
  if (to === last) return;
  const node = tape[last]!;
  tape.copyWithin(to + 1, to, last);
  tape[to] = node;
}

function isCloneOf(node: TapeNode, outputs: readonly tfjs.Tensor[]): boolean {
  const source = node.inputs.x;
  return source !== undefined && node.outputs.length === 1 && outputs.some(({ id }) => id === source.id);
}
