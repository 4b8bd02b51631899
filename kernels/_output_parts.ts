// Of what the outputs of a head that measures x are made.

import { type HeadSpec, type MeasuringHead, measuringHead } from "@likely/core";

/** Outputs beside the q that are compared with x. */
const OTHERS: Readonly<Record<MeasuringHead["kind"], (q: number) => number>> = {
  quadratic: () => 1,
  absolute: (q) => q,
};

/** Widths of the parts of an output row, each of which begins a vector; absent for other heads. */
export function outputParts(head: HeadSpec): readonly [q: number, others: number] | undefined {
  const measuring = measuringHead(head);
  if (!measuring) return undefined;
  const { kind, weights: { length: q } } = measuring;
  return [q, OTHERS[kind](q)];
}
