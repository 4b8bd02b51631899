// The service described in the words of OpenAPI 3.1.

import type { Limits } from "./default_limits.ts";
import type { Surrogate } from "./open_surrogate.ts";

const numbers = { type: "array", items: { type: "number" }, minItems: 1 };

/** What `GET /openapi.json` answers. */
export function openapi(
  named: readonly (readonly [prefix: string, surrogate: Surrogate])[],
  limits: Limits,
): Record<string, unknown> {
  const rows = { type: "array", items: numbers, minItems: 1, maxItems: limits.rows };
  const x = {
    description: "One observation, or independent ones of the same parameters",
    oneOf: [numbers, rows],
  };
  const beta = { type: "number", minimum: 0, description: "Inverse temperature; needed for a cost" };
  const posterior = {
    type: "object",
    required: ["x"],
    additionalProperties: false,
    properties: {
      x,
      draws: { type: "integer", minimum: 1, maximum: limits.draws, default: 1000 },
      seed: { type: "integer", minimum: 0, default: 0, description: "The same seed gives the same draws" },
      beta,
      theta: rows,
      return: { type: "array", items: { enum: ["draws", "summary", "log_density"] }, default: ["draws"] },
    },
  };
  const density = {
    type: "object",
    required: ["x", "theta"],
    additionalProperties: false,
    properties: { x, theta: rows, beta },
  };
  const problem = { description: "Why not", content: { "application/problem+json": {} } };
  const post = (summary: string, schema: unknown, forms: readonly string[]) => ({
    post: {
      summary,
      requestBody: { required: true, content: { "application/json": { schema } } },
      responses: {
        200: { description: "The answer", content: Object.fromEntries(forms.map((form) => [form, {}])) },
        304: { description: "As it was" },
        "4XX": problem,
      },
    },
  });
  const paths = named.flatMap(([prefix, { artifact }]) => [
    [prefix || "/", {
      get: {
        summary: `The ${artifact.kind} of ${artifact.provenance.simulator}`,
        responses: { 200: { description: "What it is" } },
      },
    }],
    [
      `${prefix}/posterior`,
      post("Draws, their summary, log densities", posterior, [
        "application/json",
        "text/csv",
        "application/octet-stream",
      ]),
    ],
    [`${prefix}/log-density`, post("Log densities of parameters", density, ["application/json"])],
  ]);
  return {
    openapi: "3.1.0",
    info: { title: "A trained surrogate", version: "1" },
    paths: Object.fromEntries([...paths, ["/health", {
      get: { responses: { 200: { description: "It is there" } } },
    }]]),
  };
}
