/**
 * A surrogate as a service: one function from a request to a response, for any host.
 *
 * @module
 */

import { Hono } from "hono/tiny";
import { asked, bodyOf } from "./_body.ts";
import { answerDensity, answerPosterior } from "./_ask.ts";
import { Deadline } from "./_deadline.ts";
import { describe } from "./_describe.ts";
import { allowOrigin, preflight, requireToken } from "./_doors.ts";
import { openapi } from "./_openapi.ts";
import { Problem, problemResponse } from "./_problem.ts";
import { defaultLimits, type Limits } from "./default_limits.ts";
import type { Surrogate } from "./open_surrogate.ts";

/** Options of {@linkcode handler}. */
export interface HandlerOptions {
  /** What one request may ask for, where it is other than {@linkcode defaultLimits}. */
  readonly limits?: Partial<Limits>;
  /**
   * Pages of which origins may ask: `"*"` for all.
   *
   * @default {[]} None but its own.
   */
  readonly origins?: "*" | readonly string[];
  /**
   * Whoever asks must send `Authorization: Bearer` and this.
   *
   * @default {undefined} Anyone may ask.
   */
  readonly token?: string;
  /**
   * How chains run, where draws need chains.
   *
   * @default {{ chains: 4, warmup: 200 }}
   */
  readonly sampling?: { readonly chains: number; readonly warmup: number };
  /** Told what failed that should not have: the answer says no more than that it did. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Makes a surrogate answer requests.
 *
 * `GET /` says what it is; `POST /posterior` takes `{ x, draws, seed, beta, theta, return }` and gives draws, a
 * summary, log densities; `POST /log-density` takes `{ x, theta, beta }`; both take the same as the query of a
 * `GET`, which caches may keep. `GET /openapi.json` describes all of it, `GET /health` says that it is there.
 * Several surrogates answer below their names, `/flu/posterior`.
 *
 * Draws are JSON, CSV or little-endian float32 by `Accept`. The same question has the same answer, on every
 * host bit for bit, and its `ETag`. What cannot be answered is a 4xx with a sentence, as
 * `application/problem+json`.
 *
 * @param surrogates One, or several by name.
 * @param options Limits, who may ask.
 * @returns From a request to a response; never rejects.
 * @throws {TypeError} If a name is more than letters, digits, points, hyphens and underscores.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { encodeArtifact, key } from "@likely/core";
 * import { handler, kernels, openSurrogate } from "@likely/edge";
 * import { npe, twoMoons } from "@likely/sbi";
 *
 * const { artifact } = await npe(key(0), twoMoons(), { simulations: 200, maxEpochs: 1 });
 * const answer = handler(await openSurrogate(encodeArtifact(artifact), kernels));
 * const response = await answer(
 *   new Request("http://localhost/posterior", {
 *     method: "POST",
 *     headers: { "content-type": "application/json" },
 *     body: JSON.stringify({ x: [0.1, 0.2], draws: 5, seed: 1 }),
 *   }),
 * );
 * assertEquals((await response.json()).draws.length, 5);
 * ```
 */
export function handler(
  surrogates: Surrogate | Readonly<Record<string, Surrogate>>,
  options: HandlerOptions = {},
): (request: Request) => Promise<Response> {
  const { origins = [], token, sampling = { chains: 4, warmup: 200 }, onError } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const app = new Hono();
  const one = isOne(surrogates);
  const named: readonly (readonly [prefix: string, surrogate: Surrogate])[] = one
    ? [["", surrogates]]
    : Object.entries(surrogates).map(([name, surrogate]) => [`/${requireName(name)}`, surrogate]);
  if (!one) app.get("/", () => json({ surrogates: named.map(([prefix]) => prefix) }));
  app.get("/health", () => json({ ok: true }));
  app.get("/openapi.json", () => json(openapi(named, limits)));
  for (const [prefix, surrogate] of named) {
    app.get(prefix || "/", () => json(describe(surrogate)));
    for (
      const [path, answer] of [["/posterior", answerPosterior], ["/log-density", answerDensity]] as const
    ) {
      app.on(["GET", "POST"], `${prefix}${path}`, async ({ req: { raw } }) => {
        const deadline = new Deadline(raw, limits.milliseconds);
        try {
          const body = raw.method === "POST"
            ? await bodyOf(raw, limits.bodyBytes, deadline.signal)
            : new URL(raw.url).search;
          return await answer(surrogate, asked(raw, body, limits), {
            deadline,
            sampling,
            request: raw,
            body,
          });
        } finally {
          deadline.clear();
        }
      });
    }
  }
  const known = new Set([
    "/",
    "/health",
    "/openapi.json",
    ...named.flatMap(([prefix]) => [
      prefix,
      `${prefix}/posterior`,
      `${prefix}/log-density`,
    ]),
  ]);
  app.notFound(({ req }) => {
    if (!known.has(req.path)) {
      throw new Problem(404, "Cannot find what is asked for: GET /openapi.json says what there is");
    }
    const allow = /posterior$|density$/.test(req.path) ? "GET, POST" : "GET";
    throw new Problem(405, `Cannot answer as the method must be one of ${allow}`, { allow });
  });
  app.onError((error) => {
    if (error instanceof Problem) return problemResponse(error);
    onError?.(error);
    return problemResponse(new Problem(500, "Cannot answer as something failed that should not have"));
  });
  return async (request) => {
    if (request.method === "OPTIONS") return preflight(request, origins);
    const response = await (async () => {
      try {
        // Probes have no token, and learn nothing.
        if (new URL(request.url).pathname !== "/health") requireToken(request, token);
        // A HEAD is a GET whose body nobody reads.
        return await app.fetch(request);
      } catch (error) {
        if (error instanceof Problem) return problemResponse(error);
        onError?.(error);
        return problemResponse(new Problem(400, "Cannot answer as the request cannot be read"));
      }
    })();
    return allowOrigin(request, response, { origins, isPrivate: token !== undefined });
  };
}

/** Not by Response.json: hosts differ in the type that they write. */
function json(value: unknown): Response {
  return new Response(JSON.stringify(value), {
    headers: { "content-type": "application/json", "cache-control": "no-cache" },
  });
}

function isOne(surrogates: Surrogate | Readonly<Record<string, Surrogate>>): surrogates is Surrogate {
  return "artifact" in surrogates && "sha256" in surrogates && typeof surrogates.sha256 === "string";
}

function requireName(name: string): string {
  if (/^[\w.-]+$/.test(name) && !["health", "openapi.json"].includes(name)) return name;
  throw new TypeError(
    `Cannot serve a surrogate as its name must be letters, digits, points, hyphens and underscores, and not ` +
      `one of health and openapi.json: current value is ${JSON.stringify(name)}`,
  );
}
