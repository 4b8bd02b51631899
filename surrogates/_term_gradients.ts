// The gradient of a loss with the terms that aid it: in one pass, or apart to weigh them.

import { type Estimate, type Loss, reweigh, type TensorBatch, type TermGradient } from "@likely/core";
import { tf } from "@likely/core/lazy-tensor";
import type { Scalar, Tensor, Vector } from "@likely/core/tensor";
import type { FlatWeights } from "./_flat_weights.ts";
import { read } from "./_read.ts";

/** The loss, and the gradient `[P]` of it and all terms, weighted; owned by the caller. */
export type LossGradient = { readonly value: Scalar; readonly gradient: Vector };

type Formula = (estimate: Estimate, batch: TensorBatch) => Scalar;

/** Gradients of a loss at given weights `[P]`. */
export interface TermGradients {
  /** The loss by which training is judged. */
  judge(at: Vector, batch: () => TensorBatch): Scalar;
  /** Whether the terms are to be weighed anew in the step after so many. */
  weighs(steps: number): boolean;
  /** The loss without the terms. */
  alone(at: Vector, batch: () => TensorBatch): LossGradient;
  /** One pass over everything, terms weighted as given. */
  together(at: Vector, batch: () => TensorBatch, termWeights?: readonly number[]): LossGradient;
  /**
   * A pass for each term; hands on the gradient, and weights for the steps to come. The first
   * ever look weighs this gradient too.
   */
  apart<T>(
    at: Vector,
    batch: () => TensorBatch,
    before: readonly number[] | undefined,
    use: (found: LossGradient, termWeights: number[]) => T | Promise<T>,
  ): T | Promise<T>;
}

/** Prepares the gradients of a loss in the weights of a network. */
export function termGradients(
  flat: FlatWeights,
  loss: Loss,
  estimate: (weights: Record<string, Tensor>) => Estimate,
): TermGradients {
  const { aid } = loss;
  const weighting = aid?.weighting;
  const adaptive = weighting === undefined || weighting.rule === "fixed" ? undefined : weighting;
  const fixed = weighting?.rule === "fixed" ? weighting.weight : 1;
  const from = adaptive?.over === "trunk" ? flat.trunkAt : 0;
  const terms = aid?.terms.length ?? 0;

  // The loss itself leaves the tape beside the sum that is differentiated.
  const gradient = (at: Vector, batch: () => TensorBatch, formula: Formula): LossGradient => {
    let value: Scalar | undefined;
    const found = tf.tidy(() => {
      const weights = flat.tensors(at);
      const { grads } = tf.engine().gradients(
        () => {
          const rows = batch();
          const total = formula(estimate(weights), rows);
          value ??= tf.keep(total);
          return total;
        },
        Object.values(weights),
        undefined,
        true,
      );
      return flat.vector(grads);
    });
    return { value: value!, gradient: found };
  };

  return {
    judge: (at, batch) =>
      tf.tidy(() => {
        const [estimated, rows] = [estimate(flat.tensors(at)), batch()];
        const value = loss.compute(estimated, rows);
        if (!aid || aid.judged === 0) return value;
        return aid.compute(estimated, rows).reduce<Scalar>(
          (sum, term) => tf.add(sum, tf.mul(term, aid.judged / terms)),
          value,
        );
      }),
    weighs: (steps) => adaptive !== undefined && steps % adaptive.every === 0,
    alone: (at, batch) => gradient(at, batch, loss.compute),
    together: (at, batch, termWeights) => {
      if (!aid) return gradient(at, batch, loss.compute);
      let value: Scalar | undefined;
      const found = gradient(at, batch, (estimated, rows) => {
        const first = loss.compute(estimated, rows);
        value = tf.keep(first);
        return aid.compute(estimated, rows).reduce<Scalar>(
          (sum, term, k) => tf.add(sum, tf.mul(term, termWeights?.[k + 1] ?? fixed)),
          tf.mul(first, termWeights?.[0] ?? 1),
        );
      });
      found.value.dispose();
      return { value: value!, gradient: found.gradient };
    },
    apart: (at, batch, before, use) => {
      const formulas: Formula[] = [
        loss.compute,
        ...Array.from(
          { length: terms },
          (_, k): Formula => (estimated, rows) => tf.tidy(() => aid!.compute(estimated, rows)[k]!),
        ),
      ];
      const found = formulas.map((formula) => gradient(at, batch, formula));
      return read(tf.tidy(() => tf.stack(looks(found, from))), (numbers) => {
        const weights = reweigh(
          adaptive!,
          found.map((_, k) => termGradient(numbers, k)),
          flat.size - from,
          before,
        );
        // The step that looks still has the weights it came with, if it came with any.
        const now = before ?? weights;
        const sum = tf.tidy(() => tf.addN(found.map(({ gradient }, k) => tf.mul(gradient, now[k]!))));
        for (const [k, { value, gradient }] of found.entries()) {
          gradient.dispose();
          if (k > 0) value.dispose();
        }
        return use({ value: found[0]!.value, gradient: sum as Vector }, weights);
      });
    },
  };
}

const NUMBERS = 4;

function looks(found: readonly LossGradient[], from: number): Scalar[] {
  const part = (gradient: Vector) => tf.slice(gradient, from);
  const first = part(found[0]!.gradient);
  return found.flatMap(({ value, gradient }) => {
    const own = part(gradient);
    return [value, tf.sum(tf.square(own)), tf.sum(tf.mul(own, first)), tf.sum(own)] as Scalar[];
  });
}

function termGradient(numbers: Float32Array, k: number): TermGradient {
  const [value, squared, dot, sum] = numbers.subarray(k * NUMBERS, (k + 1) * NUMBERS);
  return { value: value!, squared: squared!, dot: dot!, sum: sum! };
}
