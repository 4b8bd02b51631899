// One transform of a masked autoregressive flow, see `MafSpec`.

import { exp } from "./elementary.ts";
import { bound } from "./_bound.ts";
import { activate, activated, joined, layerAt, type PlainLayer, through } from "./_plain_layers.ts";
import type { Transform } from "./_transform.ts";
import type { MafSpec } from "./density_spec.ts";
import { densityWidths } from "./density_widths.ts";
import { maskedRank } from "./weight_masks.ts";
import type { Weights } from "./weights.ts";

/** Transform t. To the base in one pass; back coordinate by coordinate, each with its own units. */
export function maskedAffine(weights: Weights, spec: MafSpec, t: number): Transform {
  const { hidden, activation } = spec;
  const dim = densityWidths(spec).target;
  const layers = hidden.map((_, i) => layerAt(weights, `transform${t}/${i}`));
  const out = layerAt(weights, `transform${t}/out`);
  const skip = layerAt(weights, `transform${t}/skip`);

  return {
    toBase: (y, c) => {
      const seen = joined(y, c);
      const h = layers.reduce((row, layer) => activate(through(layer, row), activation), seen);
      const outputs = through(out, h);
      const line = through(skip, seen);
      let logDet = 0;
      const row = y.map((value, j) => {
        const logScale = bound(outputs[dim + j]!);
        logDet += logScale;
        return (value - outputs[j]! - line[j]!) * exp(logScale);
      });
      return { row, logDet };
    },
    toTarget: (z, c) => {
      const seen = joined(new Float64Array(dim), c);
      const rows = layers.map(({ bias }) => new Float64Array(bias.length));
      let logDet = 0;
      for (let rank = 0; rank < dim; rank++) {
        layers.forEach((layer, i) => {
          const width = rows[i]!.length;
          for (let k = firstUnit(rank, width, dim); k < firstUnit(rank + 1, width, dim); k++) {
            rows[i]![k] = activated(column(layer, rows[i - 1] ?? seen, k), activation);
          }
        });
        const h = rows.at(-1) ?? seen;
        const j = maskedRank(rank, t, dim);
        const logScale = bound(column(out, h, dim + j));
        seen[j] = column(out, h, j) + column(skip, seen, j) + z[j]! * exp(-logScale);
        logDet -= logScale;
      }
      return { row: seen.slice(0, dim), logDet };
    },
  };
}

/** The first hidden unit of a degree: units of one degree stand together. */
function firstUnit(degree: number, width: number, dim: number): number {
  return Math.ceil(degree * width / dim);
}

/** One output of a layer. Units not reached yet are 0, and so are the weights to them. */
function column({ weight, bias }: PlainLayer, row: Float64Array, j: number): number {
  const width = bias.length;
  let sum = bias[j]!;
  for (let i = 0; i < row.length; i++) sum += row[i]! * weight[i * width + j]!;
  return sum;
}
