// Embeddings of single rows, in float64.

import { activated, layerAt, plainStack, type Through, through } from "./_plain_layers.ts";
import type { ConvEmbedding, EmbeddingSpec, SetEmbedding } from "./network_parts.ts";
import type { Weights } from "./weights.ts";

/** What an embedding makes of a row. */
export function plainEmbedding(weights: Weights, embedding: EmbeddingSpec): Through {
  const out = layerAt(weights, "embedding/out");
  if (embedding.kind === "conv") {
    const maps = convolutions(weights, embedding);
    return (row) => through(out, maps(row));
  }
  const { hidden: { length }, activation } = embedding;
  const hidden = plainStack(weights, "embedding", length, activation);
  const pooled = embedding.kind === "set" ? pooling(weights, embedding) : (row: Float64Array) => row;
  return (row) => through(out, hidden(pooled(row)));
}

function pooling(weights: Weights, embedding: SetEmbedding): Through {
  const { element, each, pool, activation } = embedding;
  const seen = plainStack(weights, "embedding/each", each.length, activation);
  return (row) => {
    const sum = new Float64Array(each.at(-1)!);
    for (let i = 0; i < row.length; i += element) {
      seen(row.subarray(i, i + element)).forEach((value, j) => sum[j]! += value);
    }
    return pool === "mean" ? sum.map((value) => value * element / row.length) : sum;
  };
}

/** A map of cells: a line is an image one cell wide. */
interface Cells {
  readonly data: Float64Array;
  readonly height: number;
  readonly width: number;
}

function convolutions(weights: Weights, embedding: ConvEmbedding): Through {
  const { size: [height, width = 1], size, filters, kernel, pool, activation } = embedding;
  const window = { height: kernel, width: size.length === 1 ? 1 : kernel };
  const pools = { height: pool, width: size.length === 1 ? 1 : pool };
  const layers = filters.map((_, i) => layerAt(weights, `embedding/conv${i}`));
  return (row) => {
    let cells: Cells = { data: row, height, width };
    for (const { weight, bias } of layers) {
      const sums = convolved(cells, weight, bias, window);
      sums.forEach((value, k) => sums[k] = activated(value, activation));
      cells = averaged({ ...cells, data: sums }, bias.length, pools);
    }
    return cells.data;
  };
}

type Window = Pick<Cells, "height" | "width">;

/** A "same" convolution: `weight` `[height, width, in, out]` of an odd window. */
function convolved(cells: Cells, weight: Float64Array, bias: Float64Array, window: Window): Float64Array {
  const { data, height, width } = cells;
  const channels = data.length / (height * width);
  const out = new Float64Array(height * width * bias.length);
  for (let at = 0; at < height * width; at++) {
    const place = at * bias.length;
    out.set(bias, place);
    for (let tap = 0; tap < window.height * window.width; tap++) {
      const h = Math.floor(at / width) + Math.floor(tap / window.width) - (window.height - 1) / 2;
      const w = at % width + tap % window.width - (window.width - 1) / 2;
      if (h < 0 || h >= height || w < 0 || w >= width) continue;
      for (let c = 0; c < channels; c++) {
        const value = data[(h * width + w) * channels + c]!;
        const from = (tap * channels + c) * bias.length;
        for (let f = 0; f < bias.length; f++) out[place + f]! += value * weight[from + f]!;
      }
    }
  }
  return out;
}

/** Averages over whole windows; what fills none is dropped. */
function averaged({ data, height, width }: Cells, channels: number, pool: Window): Cells {
  const [rows, columns] = [Math.floor(height / pool.height), Math.floor(width / pool.width)];
  const out = new Float64Array(rows * columns * channels);
  for (let h = 0; h < rows * pool.height; h++) {
    for (let w = 0; w < columns * pool.width; w++) {
      const place = (Math.floor(h / pool.height) * columns + Math.floor(w / pool.width)) * channels;
      for (let c = 0; c < channels; c++) {
        out[place + c]! += data[(h * width + w) * channels + c]! / (pool.height * pool.width);
      }
    }
  }
  return { data: out, height: rows, width: columns };
}
