/**
 * Priors read back from plain data.
 *
 * @module
 */

import { independentPrior } from "./_independent_prior.ts";
import { requireArray, requireNames, requireObject, show, unknownKind } from "./_plain_data.ts";
import { requireLength } from "./check.ts";
import type { Interval } from "./interval.ts";
import type { Marginal } from "./marginal.ts";
import { marginalFrom } from "./marginal_from.ts";
import { multivariateNormal } from "./multivariate_normal.ts";
import type { CustomPriorSpec, IndependentSpec, Prior, PriorSpec } from "./prior.ts";

const ACTION = "read a prior";

/**
 * Builds the prior that a spec describes: `priorFrom(prior.spec)` is `prior` again, also after
 * a trip through JSON. The spec may come from a hostile file: every value is checked.
 *
 * @param spec The prior as plain data; a prior will do.
 * @param own The prior itself, where it is the user's own and its spec has but a name; for any spec, one
 * of the same parameters and support is taken in its place.
 * @returns The prior.
 * @throws {TypeError} If a part has the wrong type, a kind is unknown or lengths disagree; if the prior is
 * the user's own and not given, or is another one.
 * @throws {RangeError} If a value is missing or out of range, or a name is empty, a whole
 * number or repeated.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { independent, normal, priorFrom } from "@likely/core";
 *
 * const prior = independent({ mu: normal(0, 1) });
 * assertEquals(priorFrom(JSON.parse(JSON.stringify(prior.spec))).spec, prior.spec);
 * ```
 */
export function priorFrom(spec: PriorSpec | Prior, own?: Prior | PriorSpec): Prior {
  requireObject(ACTION, "its spec", spec);
  if ("sample" in spec) return priorFrom(priorSpec(spec), own ?? spec);
  if (own) return requireSame("sample" in own ? own : priorFrom(own), spec);
  switch (spec.kind) {
    case "custom":
      throw new TypeError(
        `Cannot ${ACTION} as ${
          show(spec.name)
        } is one of the user's own, of which a file knows the name alone: ` +
          "pass it as the option `prior`",
      );
    case "independent":
      requireArray(ACTION, "parameters", spec.parameters);
      return independentPrior(spec.parameters.map(readParameter));
    case "multivariate_normal":
      return multivariateNormal(spec.names, spec.mean, spec.covariance);
    default:
      throw unknownKind(ACTION, spec satisfies never);
  }
}

/** Requires a prior of the parameters and support that its spec tells. */
function requireSame(own: Prior, spec: PriorSpec): Prior {
  const wanted = priorShape(spec);
  const [here, there] = [own, wanted].map(({ names, support }) =>
    names.map((name, j) => `${name} in (${support[j]!.low}, ${support[j]!.high})`).join(", ")
  );
  if (here === there) return own;
  throw new TypeError(`Cannot take a prior as it must be of ${there}: current value is ${here}`);
}

/** What a prior is of, without its density. */
export type PriorShape = Pick<Prior, "names" | "dim" | "support" | "spec">;

/**
 * Reads what a prior is of: for one of the user's own too, of which a file knows no more.
 *
 * @param spec The prior as plain data; may come from a hostile file.
 * @returns Names and support.
 * @throws {TypeError | RangeError} As {@linkcode priorFrom}.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { priorShape } from "@likely/core";
 *
 * const support = [{ low: 0, high: null }];
 * const { dim } = priorShape({ kind: "custom", name: "mine", names: ["rate"], support });
 * assertEquals(dim, 1);
 * ```
 */
export function priorShape(spec: PriorSpec): PriorShape {
  requireObject(ACTION, "its spec", spec);
  if (spec.kind !== "custom") return priorFrom(spec);
  requireArray(ACTION, "names", spec.names);
  requireArray(ACTION, "support", spec.support);
  requireNames(ACTION, spec.names);
  requireLength(ACTION, "support", spec.support.length, spec.names.length);
  const { kind, name, names } = spec;
  if (typeof name !== "string") {
    throw new TypeError(`Cannot ${ACTION} as its name must be a string: current value is ${show(name)}`);
  }
  const support = spec.support.map(readInterval);
  return {
    names,
    dim: names.length,
    support,
    spec: { kind, name, names, support: spec.support.map(({ low, high }) => ({ low, high })) },
  };
}

function readInterval(interval: CustomPriorSpec["support"][number], j: number): Interval {
  requireObject(ACTION, `support ${j}`, interval);
  const { low, high } = interval;
  const ends = [low ?? -Infinity, high ?? Infinity] as const;
  const isInterval = [low, high].every((end) => end === null || Number.isFinite(end)) && ends[0] < ends[1];
  if (isInterval) return { low: ends[0], high: ends[1] };
  throw new RangeError(
    `Cannot ${ACTION} as support ${j} must rise from low to high: current value is ${show(interval)}`,
  );
}

/**
 * What an artifact stores of a prior: its spec, if that can be read back, or else its name, parameters and
 * support.
 *
 * @param prior Any prior; one of the user's own may come without a spec, or with one of its own kind.
 * @returns Plain data.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { independent, normal, type Prior, priorSpec } from "@likely/core";
 *
 * const prior = independent({ mu: normal(0, 1) });
 * assertEquals(priorSpec(prior), prior.spec);
 * const own = { ...prior, spec: { kind: "horseshoe" } } as unknown as Prior;
 * assertEquals(priorSpec(own), {
 *   kind: "custom",
 *   name: "horseshoe",
 *   names: ["mu"],
 *   support: [{ low: null, high: null }],
 * });
 * ```
 */
export function priorSpec(prior: Omit<Prior, "spec"> & { readonly spec?: unknown }): PriorSpec {
  const spec = prior.spec as PriorSpec | undefined;
  try {
    return priorShape(spec!).spec;
  } catch {
    // Of a kind that nothing here can read.
    const end = (value: number) => Number.isFinite(value) ? value : null;
    return priorShape({
      kind: "custom",
      name: typeof spec?.kind === "string" ? spec.kind : "custom",
      names: [...prior.names],
      support: prior.support.map(({ low, high }) => ({ low: end(low), high: end(high) })),
    }).spec;
  }
}

function readParameter(parameter: IndependentSpec["parameters"][number], i: number): [string, Marginal] {
  requireObject(ACTION, `parameter ${i}`, parameter);
  try {
    return [parameter.name, marginalFrom(parameter.marginal)];
  } catch (error) {
    // The marginal knows its rule and value, not whose it is.
    const message = `Cannot ${ACTION} as parameter ${show(parameter.name)} is refused: ${
      (error as Error).message
    }`;
    throw error instanceof TypeError ? new TypeError(message) : new RangeError(message);
  }
}
