// Of what the rows of a last layer are made, where they are more than one number.

import {
  type DensitySpec,
  densityWidths,
  type MeasuringHead,
  measuringHead,
  type PartSpec,
} from "@likely/core";

/** Outputs beside the q that are compared with x. */
const OTHERS: Readonly<Record<MeasuringHead["kind"], (q: number) => number>> = {
  quadratic: () => 1,
  absolute: (q) => q,
};

/** Widths of the parts of an output row, each of which begins a vector; absent for one number. */
export function outputParts(spec: PartSpec): readonly number[] | undefined {
  if (spec.kind !== "network") return densityParts(spec);
  const measuring = measuringHead(spec.head);
  if (!measuring) return undefined;
  const { kind, weights: { length: q } } = measuring;
  return [q, OTHERS[kind](q)];
}

/** Splines have theirs coordinate after coordinate, too small to begin a vector each. */
function densityParts(spec: DensitySpec): readonly number[] | undefined {
  const { target: d } = densityWidths(spec);
  if (spec.kind === "maf") return [d, d];
  if (spec.kind === "nsf") return undefined;
  if (spec.kind === "categorical") return [spec.categories];
  const { components: k } = spec;
  return [k, k * d, k * d, k * d * (d - 1) / 2];
}
