// A network being put together from operations on rows: what is known of it is affine since the last
// activation, so scalings and shifts go into the matrix that follows or the one before.

import type { Activation } from "./network_parts.ts";
import { refuseOnnx } from "./_refuse_onnx.ts";

/** A layer, `h · weight + bias`. */
export interface Dense {
  /** `[fanIn, fanOut]`. */
  readonly weight: Float64Array;
  /** `[fanOut]`. */
  readonly bias: Float64Array;
}

/** What may stand between two matrices; a sigmoid is a tanh of half its input. */
export type Bend = Activation | "sigmoid";

/** A chain of layers. */
export class OnnxChain {
  readonly layers: Dense[] = [];
  /** Between them. */
  activation: Activation | undefined;
  /** Numbers in a row at the end of the chain. */
  width: number;
  /** What is done to a row before the next matrix. */
  #scale: Float64Array;
  #shift: Float64Array;
  /** After it. */
  #dense: Dense | undefined;

  /** @param width Numbers in a row of the input. */
  constructor(width: number) {
    this.width = width;
    this.#scale = new Float64Array(width).fill(1);
    this.#shift = new Float64Array(width);
  }

  /** Multiplies column by column; by one number all. */
  times(by: ArrayLike<number>): void {
    const of = this.#column(by);
    const { weight, bias } = this.#dense ?? { weight: this.#scale, bias: this.#shift };
    for (let i = 0; i < weight.length; i++) weight[i]! *= of(i % this.width);
    for (let j = 0; j < this.width; j++) bias[j]! *= of(j);
  }

  /** Adds column by column; one number to all. */
  plus(more: ArrayLike<number>): void {
    const of = this.#column(more);
    const bias = this.#dense?.bias ?? this.#shift;
    for (let j = 0; j < this.width; j++) bias[j]! += of(j);
  }

  /** Multiplies rows by a matrix, `[width, fanOut]`; consumed. */
  matrix(weight: Float64Array, fanIn: number, fanOut: number): void {
    if (this.#dense) refuseOnnx("there must be an activation between two matrices", "none");
    if (fanIn !== this.width) refuseOnnx(`a matrix must have ${this.width} rows here`, fanIn);
    const bias = new Float64Array(fanOut);
    for (let i = 0; i < fanIn; i++) {
      for (let j = 0; j < fanOut; j++) {
        const k = i * fanOut + j;
        bias[j]! += this.#shift[i]! * weight[k]!;
        weight[k]! *= this.#scale[i]!;
      }
    }
    this.#dense = { weight, bias };
    this.width = fanOut;
  }

  /** Ends a layer. */
  bend(kind: Bend): void {
    if (!this.#dense) refuseOnnx("a matrix must come before an activation", `${kind} of what has none`);
    const activation = kind === "sigmoid" ? "tanh" : kind;
    if (this.activation !== undefined && activation !== this.activation) {
      refuseOnnx("all activations must be of one kind", `${kind} after ${this.activation}`);
    }
    // 1 / (1 + exp(−z)) = (1 + tanh(z / 2)) / 2.
    if (kind === "sigmoid") this.times([0.5]);
    this.activation = activation;
    this.layers.push(this.#dense);
    this.#dense = undefined;
    const isSigmoid = kind === "sigmoid";
    this.#scale = new Float64Array(this.width).fill(isSigmoid ? 0.5 : 1);
    this.#shift = new Float64Array(this.width).fill(isSigmoid ? 0.5 : 0);
  }

  /** Ends the last layer. */
  end(): void {
    if (!this.#dense) refuseOnnx("it must end with a matrix, whose output is of any size", "an activation");
    if (this.width !== 1) refuseOnnx("its output must be one number a row", this.width);
    this.layers.push(this.#dense);
  }

  #column(of: ArrayLike<number>): (j: number) => number {
    if (of.length !== 1 && of.length !== this.width) {
      refuseOnnx(`what is applied to rows must have 1 or ${this.width} numbers here`, of.length);
    }
    return (j) => of[of.length === 1 ? 0 : j]!;
  }
}
