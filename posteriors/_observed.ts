import {
  type Artifact,
  checkMeaning,
  membersOf,
  type Observation,
  observationRows,
  type Points,
  type Standardisation,
} from "@likely/core";
import { requireOfRounds } from "./_rounds.ts";

/** The observation as rows, `[m, p]`, of finite numbers that a surrogate can be conditioned on. */
export function observed(artifact: Artifact, x: Observation): Points {
  const rows = observationRows("condition on x", x, artifact.provenance.xNames);
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
  const { spec } = artifact;
  checkMeaning("condition an artifact", artifact);
  const { data, dim, n } = x;
  if (dim !== spec.xDim || n === 0) {
    throw new TypeError(
      `Cannot condition on x as a row must have length ${spec.xDim}: current length is ${dim}`,
    );
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new RangeError(
      `Cannot condition on x as it must be finite: ${placeOf(artifact, x, bad)} is ${data[bad]}`,
    );
  }
  const reason = beyondEnds(artifact, x);
  if (reason !== undefined) throw new RangeError(reason);
  requireOfRounds(artifact, x);
}

/** Where in rows a number is, by the name of its column where that has one. */
function placeOf(artifact: Artifact, { n, dim }: Points, k: number): string {
  if (!artifact.provenance.xNames && n === 1) return `x[${k}]`;
  const column = columnOf(artifact, k % dim);
  return n === 1 ? column : `${column} of row ${Math.floor(k / dim)}`;
}

function columnOf({ provenance: { xNames } }: Artifact, j: number): string {
  return xNames ? `"${xNames[j]}"` : `column ${j}`;
}

/** Why no simulation made x: beyond an end a likelihood is 0, and a condition in logarithms nothing. */
export function beyondEnds(artifact: Artifact, { data, dim }: Points): string | undefined {
  for (const { scaling } of membersOf(artifact)) {
    const k = data.findIndex((value, i) => !isInside(scaling.x, value, i % dim));
    if (k >= 0) {
      const [low, high] = endsOf(scaling.x, k % dim);
      const what = scaling.x.whole?.[k % dim] ? "a whole number in" : "in";
      return `Cannot condition on x as ${
        columnOf(artifact, k % dim)
      } must be ${what} (${low}, ${high}): current value is ${data[k]}`;
    }
  }
  return undefined;
}

function isInside(side: Standardisation, value: number, j: number): boolean {
  const [low, high] = endsOf(side, j);
  return value > low && value < high && (!side.whole?.[j] || Number.isInteger(value));
}

function endsOf({ log, upper }: Standardisation, j: number): [low: number, high: number] {
  return [log?.[j] ?? -Infinity, upper?.[j] ?? Infinity];
}
