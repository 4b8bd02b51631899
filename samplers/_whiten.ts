import { type LogDensity, type Points, row, zeros } from "@likely/core";
import { solveLower } from "@likely/core/cholesky";
import { addScaled, addScaledTransposed, metricFrom } from "./_metric.ts";
import { addRows, noMoments } from "./_moments.ts";

/** A target in coordinates w with `z = mean + L w`, L Lᵀ the rows' covariance. */
export interface Whitened {
  /** The log density of w; the constant `log det L` is left out. */
  readonly target: LogDensity;
  /** `z ↦ w`. */
  inward(z: Points): Points;
  /** `w ↦ z`. */
  outward(w: Points): Points;
}

/**
 * Makes mean 0 and unit covariance of the rows; `spread` `[d]` is the unit of coordinates in which
 * they are all the same.
 */
export function whiten(target: LogDensity, rows: Points, spread: Float64Array): Whitened {
  const { dim } = rows;
  const moments = addRows(noMoments(dim, "dense"), rows);
  const { mean, scatter } = moments;
  const sd = spread.map((unit, j) => Math.sqrt(scatter[j * (dim + 1)]! / (rows.n - 1)) || unit);
  const metric = metricFrom(moments, { root: sd });
  const outward = (w: Points) =>
    mapRows(w, (from, to) => {
      to.set(mean);
      addScaled(to, 1, metric, from);
    });
  return {
    outward,
    inward: (z) =>
      mapRows(z, (from, to) => {
        from.forEach((value, j) => to[j] = value - mean[j]!);
        solveLower(metric.root, to);
      }),
    target: {
      name: target.name,
      dim,
      evaluate: (w, options) => {
        const { value, grad } = target.evaluate(outward(w), options);
        if (!grad) return { value };
        const rows = { data: grad, n: w.n, dim };
        return { value, grad: mapRows(rows, (from, to) => addScaledTransposed(to, 1, metric, from)).data };
      },
    },
  };
}

function mapRows(source: Points, fn: (from: Float64Array, to: Float64Array) => void): Points {
  const out = zeros(source.n, source.dim);
  for (let i = 0; i < source.n; i++) fn(row(source, i), row(out, i));
  return out;
}
