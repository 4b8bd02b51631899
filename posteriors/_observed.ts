import { type Artifact, checkMeaning, fromRows, type Points, type Standardisation } from "@likely/core";
import { requireOfRounds } from "./_rounds.ts";

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

/** Requires rows that a surrogate can be conditioned on: of its width, finite, of the kind it knows. */
export function requireObservations(artifact: Artifact, x: Points): void {
  const { spec, scaling } = artifact;
  checkMeaning("condition an artifact", artifact);
  const { data, dim, n } = x;
  if (dim !== spec.xDim || n === 0) {
    throw new TypeError(
      `Cannot condition on x as a row must have length ${spec.xDim}: current length is ${dim}`,
    );
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`Cannot condition on x as it must be finite: x[${bad}] is ${data[bad]}`);
  requireInside(scaling.x, x);
  requireOfRounds(artifact, x);
}

/** Requires what the columns of a density of x can be: beyond, it has no mass, and any θ would do. */
function requireInside({ log, upper, whole }: Standardisation, { data, dim }: Points): void {
  data.forEach((value, k) => {
    const j = k % dim;
    const [low, high] = [log?.[j] ?? -Infinity, upper?.[j] ?? Infinity];
    const isWhole = whole?.[j] === true;
    if (value > low && value < high && (!isWhole || Number.isInteger(value))) return;
    throw new RangeError(
      `Cannot condition on x as column ${j} must be ${
        isWhole ? "a whole number " : ""
      }in (${low}, ${high}): ` +
        `current value is ${value}`,
    );
  });
}
