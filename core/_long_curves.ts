// Learning curves of very many epochs, which as text would not fit into the header of a file: they are arrays there.

import type { Provenance } from "./artifact.ts";
import type { LearningCurves } from "./learning_curves.ts";
import type { Weight, Weights } from "./weights.ts";

/** Epochs whose losses are kept as text. */
const MOST_AS_TEXT = 10_000;
const PREFIX = "history/";

/** What is said, and the curves that are too long for it. */
export function curvesApart(provenance: Provenance): readonly [Provenance, Weights] {
  const { history, ...training } = provenance.training;
  if (history === undefined || history.validation.length <= MOST_AS_TEXT) return [provenance, {}];
  const arrays = Object.entries(history).map(([name, curve]) => [PREFIX + name, arrayOf(curve)] as const);
  return [{ ...provenance, training }, Object.fromEntries(arrays)];
}

/** The other way round: what is said with its curves, and the arrays that are weights. */
export function curvesBack(provenance: unknown, arrays: Weights): readonly [unknown, Weights] {
  const entries = Object.entries(arrays);
  const curves = entries.filter(([name]) => name.startsWith(PREFIX));
  const { training } = (provenance ?? {}) as Partial<Provenance>;
  if (curves.length === 0) return [provenance, arrays];
  const history = Object.fromEntries(
    curves.map(([name, curve]) => [name.slice(PREFIX.length), curveOf(curve)]),
  );
  return [
    { ...provenance as Provenance, training: { ...training, history } },
    Object.fromEntries(entries.filter(([name]) => !name.startsWith(PREFIX))),
  ];
}

function arrayOf(curve: LearningCurves[keyof LearningCurves]): Weight {
  const rows = curve!.map((value) => typeof value === "number" ? [value] : value);
  const width = rows[0]?.length ?? 1;
  return {
    shape: typeof curve![0] === "number" ? [rows.length] : [rows.length, width],
    data: Float32Array.from(rows.flat()),
  };
}

function curveOf({ shape: [n, width], data }: Weight): number[] | number[][] {
  if (width === undefined) return Array.from(data);
  return Array.from({ length: n! }, (_, i) => Array.from(data.subarray(i * width, (i + 1) * width)));
}
