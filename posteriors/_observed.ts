import { type Artifact, fromRows, type Points } from "@likely/core";

/** The observation as rows, `[m, p]`, of finite numbers that a surrogate can be conditioned on. */
export function observed(artifact: Artifact, x: ArrayLike<number> | Points): Points {
  const { spec, kind } = artifact;
  if (kind === "posterior" && spec.kind === "network") {
    throw new TypeError(
      `Cannot condition an artifact as its kind must be ratio, likelihood or cost: current value is ${kind}`,
    );
  }
  const rows = "data" in x ? x : fromRows([x]);
  if (kind === "posterior" && rows.n > 1) {
    throw new TypeError(
      `Cannot condition a posterior on several observations as it was learned from one: current value is ${rows.n}`,
    );
  }
  const { data, dim, n } = rows;
  if (dim !== spec.xDim || n === 0) {
    throw new TypeError(
      `Cannot condition on x as a row must have length ${spec.xDim}: current length is ${dim}`,
    );
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`Cannot condition on x as it must be finite: x[${bad}] is ${data[bad]}`);
  requireBetweenEnds(artifact, rows);
  return rows;
}

/** Beyond an end no simulation came: a likelihood is 0 there, and a condition in logarithms nothing. */
function requireBetweenEnds({ scaling: { x: { log, upper } } }: Artifact, { data, dim }: Points): void {
  const low = (j: number) => log?.[j] ?? -Infinity;
  const high = (j: number) => upper?.[j] ?? Infinity;
  const k = data.findIndex((value, i) => value <= low(i % dim) || value >= high(i % dim));
  if (k < 0) return;
  const j = k % dim;
  throw new RangeError(
    `Cannot condition on x as column ${j} must be in (${low(j)}, ${high(j)}): current value is ${data[k]}`,
  );
}
