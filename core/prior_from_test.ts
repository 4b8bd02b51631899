import { assertEquals, assertThrows } from "@std/assert";
import { beta } from "./beta.ts";
import { exponential } from "./exponential.ts";
import { gamma } from "./gamma.ts";
import { independent } from "./independent.ts";
import { key } from "./key.ts";
import { logNormal } from "./log_normal.ts";
import { multivariateNormal } from "./multivariate_normal.ts";
import { normal } from "./normal.ts";
import type { Prior, PriorSpec } from "./prior.ts";
import { priorFrom } from "./prior_from.ts";
import { truncatedNormal } from "./truncated_normal.ts";
import { uniform } from "./uniform.ts";

const priors: readonly Prior[] = [
  independent({
    z: uniform(-1, 2),
    y: normal(0, 1),
    x: truncatedNormal(2, 1, { low: 0 }),
    w: truncatedNormal(2, 1),
    v: logNormal(0, 1),
    u: gamma(2, 3),
    t: exponential(2),
    s: beta(2, 3),
  }),
  multivariateNormal(["a", "b"], [0, 1], [[2, 0.5], [0.5, 1]]),
];

Deno.test("priorFrom() gives back the same prior after a trip through JSON", () => {
  for (const prior of priors) {
    const again = priorFrom(JSON.parse(JSON.stringify(prior.spec)));
    const theta = prior.sample(key(1), 20);
    assertEquals(again.spec, prior.spec);
    assertEquals(again.names, prior.names);
    assertEquals(again.support, prior.support);
    assertEquals(again.sample(key(1), 20), theta);
    assertEquals(again.logDensity(theta), prior.logDensity(theta));
    assertEquals(again.score(theta), prior.score(theta));
  }
});

const marginal = { kind: "normal", mean: 0, sd: 1 };
const refuses = (spec: unknown, error: typeof TypeError | typeof RangeError, message: string) =>
  assertThrows(() => priorFrom(spec as PriorSpec), error, message);

Deno.test("priorFrom() refuses hostile specs, naming parameter and value", () => {
  refuses(null, TypeError, "must be an object");
  refuses("independent", TypeError, "must be an object");
  refuses({}, TypeError, "kind");
  refuses({ kind: "constructor" }, TypeError, 'current value is "constructor"');
  refuses({ kind: "independent" }, TypeError, "parameters must be an array");
  refuses({ kind: "independent", parameters: {} }, TypeError, "parameters must be an array");
  refuses({ kind: "independent", parameters: [] }, RangeError, "at least one");
  refuses({ kind: "independent", parameters: [null] }, TypeError, "parameter 0");
  refuses({ kind: "independent", parameters: [{ name: "a" }] }, TypeError, 'parameter "a"');
  const sd = { kind: "independent", parameters: [{ name: "mu", marginal: { ...marginal, sd: -1 } }] };
  refuses(sd, RangeError, 'parameter "mu" is refused: Cannot build a normal as sd');
  refuses(sd, RangeError, "current value is -1");
  const text = { kind: "independent", parameters: [{ name: "mu", marginal: { ...marginal, mean: "0" } }] };
  refuses(text, RangeError, "mean must be finite");
});

Deno.test("priorFrom() refuses names that are not distinct non-empty strings", () => {
  const named = (...names: unknown[]) => ({
    kind: "independent",
    parameters: names.map((name) => ({ name, marginal })),
  });
  refuses(named("a", "a"), RangeError, '"a" twice');
  refuses(named(""), RangeError, "empty");
  refuses(named("12"), RangeError, "whole number");
  refuses(named("__proto__"), RangeError, "__proto__");
  refuses(named(7), TypeError, "every name must be a string");
  refuses(named(undefined), TypeError, "every name must be a string");
});

Deno.test("priorFrom() refuses ill-shaped normals", () => {
  const spec = { kind: "multivariate_normal", names: ["a", "b"], mean: [0, 0], covariance: [[1, 0], [0, 1]] };
  refuses({ ...spec, names: "ab" }, TypeError, "names must be an array");
  refuses({ ...spec, mean: undefined }, TypeError, "mean must be an array");
  refuses({ ...spec, mean: [0] }, TypeError, "length 2");
  refuses({ ...spec, mean: [0, "0"] }, RangeError, "mean[1]");
  refuses({ ...spec, covariance: [[1, 0], "ab"] }, TypeError, "covariance[1]");
  refuses({ ...spec, covariance: [[1, 0], [0, null]] }, RangeError, "covariance[1][1]");
});
