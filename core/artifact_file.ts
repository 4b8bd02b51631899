/**
 * Artifacts as files: one `.safetensors` file holds the weights, and in its metadata all the
 * rest as JSON. Python's `safetensors` package reads it as it is.
 *
 * Metadata: `likely.format` is `"1"`; `kind` is the artifact's; `spec`, `prior`, `scaling`,
 * `provenance` and, where there is one, `reference` are JSON. So is `others` of an ensemble, a list with
 * `spec`, `scaling` and `provenance` of its second member and those that follow; weights of these are
 * named `member1/…`, `member2/…`. A file is hostile until proven otherwise: what is read has been checked
 * to the last number.
 *
 * What the weights mean is written in `docs/artifact.md`, with a reader in numpy. In Python:
 *
 * ```py
 * from safetensors import safe_open
 *
 * with safe_open("flu.safetensors", "np") as file:
 *     scaling = json.loads(file.metadata()["scaling"])
 *     weight = file.get_tensor("trunk/0/weight")  # [in, out]
 *
 * def standardised(side, rows):  # side is scaling["theta"] or scaling["x"]
 *     seen = np.array(rows, dtype=float)
 *     for j in range(seen.shape[1]):
 *         low, fold = (side.get(name, [None] * (j + 1))[j] for name in ("log", "fold"))
 *         if low is not None: seen[:, j] = np.log(seen[:, j] - low)
 *         elif fold: seen[:, j] = np.arcsinh((seen[:, j] - fold["at"]) / fold["unit"])
 *     return (seen - side["mean"]) / side["std"]
 * ```
 *
 * @module
 */

import * as v from "valibot";
import { requireLength } from "./check.ts";
import type { Artifact, Member, Provenance } from "./artifact.ts";
import type { DataReference } from "./data_reference.ts";
import { checkMeaning } from "./check_meaning.ts";
import { checkSpec } from "./check_spec.ts";
import { checkWeights } from "./check_weights.ts";
import { ensemble, membersOf } from "./ensemble.ts";
import { FormatError } from "./errors.ts";
import { curvesApart, curvesBack } from "./_long_curves.ts";
import { priorShape } from "./prior_from.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import type { Standardisation } from "./scaling.ts";
import type { Spec } from "./spec.ts";
import type { ThetaRegression } from "./theta_regression.ts";
import { type Weight, type Weights, weightShapes } from "./weights.ts";

const FORMAT = "1";
const PARTS = ["spec", "prior", "scaling", "provenance"] as const;

const COUNT = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const FINITE = v.pipe(v.number(), v.finite());
const POSITIVE = v.pipe(FINITE, v.check((value) => value > 0, "Invalid value: Expected a number > 0"));
const KIND = v.picklist(["ratio", "likelihood", "posterior", "cost"]);
const SIDE = v.object({
  mean: v.array(FINITE),
  std: v.array(POSITIVE),
  log: v.exactOptional(v.array(v.nullable(FINITE))),
  upper: v.exactOptional(v.array(v.nullable(FINITE))),
  whole: v.exactOptional(v.array(v.boolean())),
  fold: v.exactOptional(v.array(v.nullable(v.object({ at: FINITE, unit: POSITIVE })))),
});
const SCALING = v.object({ theta: SIDE, x: SIDE });
const RISING = v.pipe(
  v.array(v.pipe(FINITE, v.minValue(0))),
  v.check((all) => all.every((d, i) => i === 0 || d >= all[i - 1]!), "Invalid order: Expected ascending"),
);
const CLOUD = v.object({
  low: v.array(FINITE),
  step: v.array(v.pipe(FINITE, v.minValue(0))),
  codes: v.pipe(v.string(), v.base64()),
  distances: RISING,
});
/** More members than help anyone. */
const MOST_MEMBERS = 100;
const OTHERS = v.pipe(
  v.array(
    v.looseObject({ spec: v.looseObject({}), scaling: v.looseObject({}), provenance: v.looseObject({}) }),
  ),
  v.minLength(1),
  v.maxLength(MOST_MEMBERS - 1),
);
const REFERENCE = v.object({
  x: v.exactOptional(CLOUD),
  embedded: v.exactOptional(CLOUD),
  spreads: v.exactOptional(v.pipe(RISING, v.minLength(1))),
  regression: v.exactOptional(v.object({
    coefficients: v.array(v.array(FINITE)),
    factor: v.array(v.array(FINITE)),
  })),
});
const PROVENANCE = v.object({
  simulator: v.string(),
  xNames: v.exactOptional(v.array(v.string())),
  simulations: COUNT,
  trials: v.exactOptional(COUNT),
  failed: COUNT,
  failedAs: v.exactOptional(v.string()),
  key: v.pipe(v.string(), v.regex(/^[0-9a-f]{8}:[0-9a-f]{8}$/)),
  loss: v.object({
    name: v.string(),
    options: v.record(v.string(), v.union([FINITE, v.string(), v.boolean()])),
  }),
  engine: v.string(),
  versions: v.record(v.string(), v.string()),
  network: v.exactOptional(v.string()),
  advice: v.exactOptional(v.array(v.string())),
  rounds: v.exactOptional(v.object({
    count: COUNT,
    observation: v.pipe(v.array(v.array(FINITE)), v.minLength(1)),
  })),
  levels: v.exactOptional(v.object({
    mode: v.string(),
    counts: v.pipe(v.array(COUNT), v.minLength(2)),
    cost: FINITE,
  })),
  training: v.object({
    loss: FINITE,
    epochs: COUNT,
    history: v.exactOptional(v.object({
      train: v.array(FINITE),
      validation: v.array(FINITE),
      termWeights: v.exactOptional(v.array(v.array(FINITE))),
    })),
  }),
  warnings: v.exactOptional(v.array(v.string())),
});

/**
 * Writes an artifact as a file.
 *
 * @param artifact The trained surrogate. Borrowed.
 * @returns The bytes of the file.
 * @throws {TypeError} If a part does not fit the others or has the wrong type: nothing is
 * written that {@linkcode decodeArtifact} would refuse.
 * @throws {RangeError} If a number is not finite or out of range.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { type Artifact, decodeArtifact, encodeArtifact, initWeights, key } from "@likely/core";
 *
 * const spec: Artifact["spec"] = {
 *   kind: "network",
 *   thetaDim: 1,
 *   xDim: 1,
 *   trunk: { kind: "mlp", hidden: [8], activation: "silu" },
 *   head: { kind: "linear" },
 * };
 * const standard = { mean: [0], std: [1] };
 * const artifact: Artifact = {
 *   kind: "ratio",
 *   spec,
 *   weights: initWeights(key(0), spec),
 *   prior: { kind: "multivariate_normal", names: ["a"], mean: [0], covariance: [[1]] },
 *   scaling: { theta: standard, x: standard },
 *   provenance: {
 *     simulator: "noisy",
 *     simulations: 1000,
 *     failed: 0,
 *     key: "00000000:00000001",
 *     loss: { name: "nre", options: {} },
 *     engine: "tensor",
 *     versions: {},
 *     training: { loss: 0.5, epochs: 20 },
 *   },
 * };
 * assertEquals(decodeArtifact(encodeArtifact(artifact)), artifact);
 * ```
 */
export function encodeArtifact(artifact: Artifact): Uint8Array<ArrayBuffer> {
  // As checked: fields in one order, so that equal artifacts are equal files.
  const checked = checkedToWrite(artifact);
  const [first, ...others] = [checked, ...checked.others ?? []].map(shortened);
  const tensors = Object.assign(
    first!.tensors,
    ...others.map((member, i) => withPrefix(prefix(i), member.tensors)),
  );
  const { kind, reference } = checked;
  const said = { ...checked, provenance: first!.provenance };
  return encodeSafetensors(tensors, {
    "likely.format": FORMAT,
    kind,
    ...Object.fromEntries(PARTS.map((part) => [part, JSON.stringify(said[part])])),
    ...(reference && { reference: JSON.stringify(reference) }),
    ...(others.length > 0 && { others: JSON.stringify(others.map(described)) }),
  });
}

/** What is said of a member, and all that are arrays: weights, and curves that are too long for text. */
function shortened({ spec, scaling, weights, provenance }: Member) {
  const [said, curves] = curvesApart(provenance);
  return { spec, scaling, provenance: said, tensors: { ...inOrder(spec, weights), ...curves } };
}

function checkedToWrite(artifact: Artifact): Artifact {
  try {
    return checkArtifact(artifact);
  } catch (error) {
    const Known = error instanceof RangeError ? RangeError : TypeError;
    throw new Known(`Cannot write an artifact: ${(error as Error).message}`, { cause: error });
  }
}

/** What is said of a member beside its weights. */
function described({ spec, scaling, provenance }: Omit<Member, "weights">): Omit<Member, "weights"> {
  return { spec, scaling, provenance };
}

/** Of the weights of the i-th of the others. */
function prefix(i: number): string {
  return `member${i + 1}/`;
}

function withPrefix(prefix: string, weights: Weights): Weights {
  return Object.fromEntries(Object.entries(weights).map(([name, weight]) => [prefix + name, weight]));
}

/**
 * Reads an artifact from a file.
 *
 * @param bytes The whole file. Borrowed; nothing much larger is allocated.
 * @returns The artifact, every part of it checked.
 * @throws {FormatError} If the file is damaged, hostile, or of another format version or kind.
 *
 * @example Usage
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { decodeArtifact, encodeSafetensors, FormatError } from "@likely/core";
 *
 * const later = encodeSafetensors({}, { "likely.format": "2" });
 * assertThrows(() => decodeArtifact(later), FormatError, 'must be "1"');
 * ```
 */
export function decodeArtifact(bytes: Uint8Array): Artifact {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const format = metadata["likely.format"];
  if (format !== FORMAT) {
    throw new FormatError(
      `Cannot read an artifact as its format must be "${FORMAT}": current value is ${JSON.stringify(format)}`,
    );
  }
  try {
    const parts = Object.fromEntries(PARTS.map((part) => [part, readJson(part, metadata[part])]));
    const { kind, reference, others } = metadata;
    const optional = reference === undefined ? {} : { reference: readJson("reference", reference) };
    const read = others === undefined ? undefined : parse("others", OTHERS, readJson("others", others));
    const [first, ...more] = apart(tensors, read?.length ?? 0);
    const members = read &&
      { others: read.map((member, i) => ({ ...member, ...withCurves(member.provenance, more[i]!) })) };
    const all = { kind, ...parts, ...withCurves(parts.provenance, first!), ...optional, ...members };
    return checkArtifact(all as unknown as Artifact);
  } catch (error) {
    throw new FormatError(`Cannot read an artifact: ${(error as Error).message}`, { cause: error });
  }
}

function withCurves(
  said: unknown,
  arrays: Weights,
): { readonly provenance: unknown; readonly weights: Weights } {
  const [provenance, weights] = curvesBack(said, arrays);
  return { provenance, weights };
}

/** The weights of each member; what names no member there is stays with the first. */
function apart(tensors: Weights, others: number): Weights[] {
  const all: Record<string, Weight>[] = Array.from({ length: others + 1 }, () => Object.create(null));
  for (const [name, weight] of Object.entries(tensors)) {
    const slash = name.indexOf("/") + 1;
    const i = all.findIndex((_, m) => m > 0 && prefix(m - 1) === name.slice(0, slash));
    if (i < 0) all[0]![name] = weight;
    else all[i]![name.slice(slash)] = weight;
  }
  return all;
}

/** Checks every part and how they fit; the result has nothing that is not an artifact's. */
function checkArtifact(artifact: Artifact): Artifact {
  if (artifact.others === undefined) return checkOne(artifact);
  parse("others", OTHERS, artifact.others);
  const all = membersOf(artifact);
  const [first, ...others] = all.map((member, m) => {
    if (m === 0) return checkOne(member);
    try {
      return checkOne(member);
    } catch (error) {
      const Known = error instanceof RangeError ? RangeError : TypeError;
      throw new Known(`member ${m}: ${(error as Error).message}`, { cause: error });
    }
  });
  return ensemble([first!, ...others]);
}

function checkOne(artifact: Artifact): Artifact {
  const { kind, spec, weights, prior, scaling, provenance, reference } = artifact;
  const checked = { kind: parse("kind", KIND, kind), prior: priorShape(prior) };
  checkSpec(spec);
  checkWeights(spec, weights);
  for (const [name, { data }] of Object.entries(weights)) {
    const i = data.findIndex((value) => !Number.isFinite(value));
    if (i >= 0) throw new RangeError(`weight "${name}" must be finite: number ${i} is ${data[i]}`);
  }
  const { theta, x } = parse("scaling", SCALING, scaling);
  for (
    const [name, length, expected] of [
      ["scaling.theta.mean", theta.mean.length, spec.thetaDim],
      ["scaling.theta.std", theta.std.length, spec.thetaDim],
      ["scaling.theta.log", theta.log?.length ?? spec.thetaDim, spec.thetaDim],
      ["scaling.theta.upper", theta.upper?.length ?? spec.thetaDim, spec.thetaDim],
      ["scaling.x.mean", x.mean.length, spec.xDim],
      ["scaling.x.std", x.std.length, spec.xDim],
      ["scaling.x.log", x.log?.length ?? spec.xDim, spec.xDim],
      ["scaling.theta.whole", theta.whole?.length ?? spec.thetaDim, spec.thetaDim],
      ["scaling.x.whole", x.whole?.length ?? spec.xDim, spec.xDim],
      ["scaling.x.upper", x.upper?.length ?? spec.xDim, spec.xDim],
      ["scaling.theta.fold", theta.fold?.length ?? spec.thetaDim, spec.thetaDim],
      ["scaling.x.fold", x.fold?.length ?? spec.xDim, spec.xDim],
    ] as const
  ) requireLength("use this spec", name, length, expected);
  requireEnds("theta", theta);
  requireEnds("x", x);
  checkMeaning("use this spec", {
    kind: checked.kind,
    spec,
    prior: checked.prior.spec,
    scaling: { theta, x },
  });
  return {
    kind: checked.kind,
    spec,
    weights: inOrder(spec, weights),
    prior: checked.prior.spec,
    scaling: { theta, x },
    provenance: checkProvenance(spec, provenance),
    ...(reference !== undefined && { reference: checkReference(spec, reference) }),
  };
}

/** Both ends of a column, where both are named, with room between them. */
function requireEnds(side: string, { log, upper }: Standardisation): void {
  log?.forEach((low, j) => {
    const high = upper?.[j] ?? null;
    if (low === null || high === null || low < high) return;
    throw new RangeError(`scaling.${side} must have log < upper: column ${j} has ${low} and ${high}`);
  });
}

function checkProvenance({ xDim }: Spec, provenance: Provenance): Provenance {
  const checked = parse("provenance", PROVENANCE, provenance);
  requireLength("use this spec", "provenance.xNames", checked.xNames?.length ?? xDim, xDim);
  for (const { length } of checked.rounds?.observation ?? []) {
    requireLength("use this spec", "a row of provenance.rounds.observation", length, xDim);
  }
  return checked;
}

function checkReference(spec: Spec, reference: DataReference): DataReference {
  const { x, embedded, spreads, regression } = parse("reference", REFERENCE, reference);
  const { thetaDim, xDim, embedding } = spec;
  if (regression) checkRegression(regression, thetaDim, 1 + 2 * xDim);
  // What embeds θ says nothing of x.
  const width = spec.kind !== "network" && spec.target === "x" ? 0 : embedding?.out ?? 0;
  for (const [name, cloud, dim] of [["x", x, xDim], ["embedded", embedded, width]] as const) {
    if (!cloud) continue;
    requireLength("use this spec", `reference.${name}.low`, cloud.low.length, dim);
    requireLength("use this spec", `reference.${name}.step`, cloud.step.length, dim);
    const count = atob(cloud.codes).length;
    if (count > 0 && count % dim === 0) continue;
    throw new TypeError(`reference.${name}.codes must hold whole rows of ${dim}: current length is ${count}`);
  }
  return {
    ...(x && { x }),
    ...(embedded && { embedded }),
    ...(spreads && { spreads }),
    ...(regression && { regression }),
  };
}

function checkRegression({ coefficients, factor }: ThetaRegression, dim: number, width: number): void {
  for (
    const [name, rows, columns] of [["coefficients", coefficients, width], ["factor", factor, dim]] as const
  ) {
    requireLength("use this spec", `reference.regression.${name}`, rows.length, dim);
    for (const row of rows) {
      requireLength("use this spec", `a row of reference.regression.${name}`, row.length, columns);
    }
  }
  // A covariance of full rank: something to divide by.
  const j = factor.findIndex((row, j) => !(row[j]! > 0));
  if (j >= 0) {
    throw new TypeError(
      `reference.regression.factor must have a diagonal > 0: entry ${j} is ${factor[j]![j]}`,
    );
  }
}

function inOrder(spec: Spec, weights: Weights): Weights {
  return Object.fromEntries(Object.keys(weightShapes(spec)).map((name) => [name, weights[name]!]));
}

function parse<T>(name: string, schema: v.GenericSchema<unknown, T>, value: unknown): T {
  const { success, output, issues } = v.safeParse(schema, value);
  if (success) return output;
  const path = [name, v.getDotPath(issues[0])].filter(Boolean).join(".");
  throw new TypeError(`${path} must be of the right type: ${issues[0].message}`);
}

function readJson(name: string, text: string | undefined): unknown {
  if (text === undefined) throw new TypeError(`its metadata must have "${name}": there is none`);
  return JSON.parse(text);
}
