/**
 * A surrogate as a service: one function from a request to a response, for any host.
 *
 * @module
 */

import { asked, bodyOf } from "./_body.ts";
import { answerDensity, answerPosterior, type Sampling } from "./_ask.ts";
import { describe } from "./_describe.ts";
import { allowOrigin, preflight, requireToken } from "./_doors.ts";
import { openapi } from "./_openapi.ts";
import { Problem, problemResponse } from "./_problem.ts";
import { defaultLimits, type Limits } from "./default_limits.ts";
import type { Surrogate } from "./open_surrogate.ts";

export type { Sampling } from "./_ask.ts";

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
  readonly sampling?: Sampling;
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
  const routes = routesOf(surrogates, { limits, sampling });
  return async (request) => {
    if (request.method === "OPTIONS") return preflight(request, origins);
    const response = await (async () => {
      try {
        const path = pathOf(request);
        // Probes have no token, and learn nothing.
        if (path !== "/health") requireToken(request, token);
        return await answered(routes.get(path), request);
      } catch (error) {
        if (error instanceof Problem) return problemResponse(error);
        onError?.(error);
        return problemResponse(
          new Problem(500, "Cannot answer as something failed that should not have"),
        );
      }
    })();
    return allowOrigin(request, response, { origins, isPrivate: token !== undefined });
  };
}

/** What answers at a path, by method. */
type Route = Readonly<Record<string, (request: Request) => Response | Promise<Response>>>;

/** All paths there are. */
function routesOf(
  surrogates: Surrogate | Readonly<Record<string, Surrogate>>,
  { limits, sampling }: { readonly limits: Limits; readonly sampling: Sampling },
): ReadonlyMap<string, Route> {
  const one = isOne(surrogates);
  const named: readonly (readonly [prefix: string, surrogate: Surrogate])[] = one
    ? [["", surrogates]]
    : Object.entries(surrogates).map(([name, surrogate]) => [`/${requireName(name)}`, surrogate]);
  const asks = (surrogate: Surrogate, answer: typeof answerPosterior): Route => {
    const by = async (request: Request, body: string) =>
      await answer(surrogate, asked(request, body, limits), { limits, sampling, request, body });
    return {
      GET: (request) => by(request, new URL(request.url).search),
      POST: async (request) => by(request, await bodyOf(request, limits.bodyBytes)),
    };
  };
  return new Map<string, Route>([
    ...(one ? [] : [["/", { GET: () => json({ surrogates: named.map(([prefix]) => prefix) }) }] as const]),
    ["/health", { GET: () => json({ ok: true }) }],
    ["/openapi.json", { GET: () => json(openapi(named, limits)) }],
    ...named.flatMap(([prefix, surrogate]) =>
      [
        [prefix || "/", { GET: () => json(describe(surrogate)) }],
        [`${prefix}/posterior`, asks(surrogate, answerPosterior)],
        [`${prefix}/log-density`, asks(surrogate, answerDensity)],
      ] as const
    ),
  ]);
}

async function answered(route: Route | undefined, request: Request): Promise<Response> {
  if (!route) {
    throw new Problem(404, "Cannot find what is asked for: GET /openapi.json says what there is");
  }
  // A HEAD is a GET whose body nobody reads.
  const method = request.method === "HEAD" ? "GET" : request.method;
  if (Object.hasOwn(route, method)) return await route[method]!(request);
  const allow = Object.keys(route).join(", ");
  throw new Problem(405, `Cannot answer as the method must be one of ${allow}`, { allow });
}

/** As it was sent: a name that is escaped needlessly is another name. */
function pathOf(request: Request): string {
  try {
    return new URL(request.url).pathname;
  } catch {
    throw new Problem(400, "Cannot answer as the request cannot be read");
  }
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
