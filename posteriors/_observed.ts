import { type Artifact, fromRows, type Points } from "@likely/core";

/** The observation as rows, `[m, p]`, of finite numbers that a surrogate can be conditioned on. */
export function observed(artifact: Artifact, x: ArrayLike<number> | Points): Points {
  const rows = "data" in x ? x : fromRows([x]);
  requireObservations(artifact, rows);
  if (artifact.kind === "posterior" && rows.n > 1) {
    throw new TypeError(
      `Cannot condition a posterior on several observations as it was learned from one: current value is ${rows.n}`,
    );
  }
  return rows;
}

/** Requires finite rows of a surrogate's width, and a surrogate that can be conditioned on them. */
export function requireObservations({ spec, kind }: Artifact, { data, dim, n }: Points): void {
  if (kind === "posterior" && spec.kind === "network") {
    throw new TypeError(
      `Cannot condition an artifact as its kind must be ratio, likelihood or cost: current value is ${kind}`,
    );
  }
  if (dim !== spec.xDim || n === 0) {
    throw new TypeError(
      `Cannot condition on x as a row must have length ${spec.xDim}: current length is ${dim}`,
    );
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  throw new RangeError(`Cannot condition on x as it must be finite: x[${bad}] is ${data[bad]}`);
}
