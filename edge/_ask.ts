// From a question to an answer.

import {
  type Draws,
  key,
  type Points,
  points,
  type Posterior,
  priorFrom,
  sha256 as digestOf,
} from "@likely/core";
import { summary } from "@likely/diagnostics/summary";
import { byNuts } from "@likely/posteriors/by-nuts";
import { condition } from "@likely/posteriors/condition";
import type { PosteriorOptions } from "@likely/posteriors/posterior-options";
import { drawsResponse, formOf } from "./_answer.ts";
import { withPatience } from "./_patience.ts";
import { Problem } from "./_problem.ts";
import type { Question } from "./_question.ts";
import type { Limits } from "./default_limits.ts";
import type { Surrogate } from "./open_surrogate.ts";

/** How chains run. */
export interface Sampling {
  /** Markov chains. */
  readonly chains: number;
  /** Steps of adaptation, thrown away. */
  readonly warmup: number;
}

/** A request beside what it asks. */
export interface Asked {
  readonly limits: Limits;
  readonly sampling: Sampling;
  readonly request: Request;
  /** What was asked, as it came: the answer follows from it alone. */
  readonly body: string;
}

/** Draws, their summary, log densities. */
export async function answerPosterior(
  surrogate: Surrogate,
  question: Question,
  asked: Asked,
): Promise<Response> {
  const { limits, sampling, request } = asked;
  const form = formOf(request.headers.get("accept"));
  const headers = await cacheHeaders(surrogate, asked);
  if (isKnown(request, headers)) return new Response(null, { status: 304, headers });
  requireTheta(question, question.return.includes("log_density"));
  const parts = new Set(question.return);
  const answer = (rest: Record<string, unknown>, signal: AbortSignal) =>
    conditioned(
      surrogate,
      question,
      { sampler: "importance", ...sampling, signal },
      async (posterior) => {
        const wanted = parts.has("draws") || parts.has("summary");
        const drawn = wanted
          ? cut(await posterior.sample(key(question.seed), question.draws), question.draws)
          : undefined;
        const body = {
          ...rest,
          warnings: drawn?.warnings ?? posterior.warnings ?? [],
          ...(drawn && {
            names: drawn.names,
            sampler: drawn.info.sampler,
            // How far the weights of proposals can be trusted, where there were some.
            ...(Number.isFinite(drawn.info.kHat) && { kHat: drawn.info.kHat }),
          }),
          ...(drawn && parts.has("summary") && { summary: summary(drawn).map(inShort) }),
          ...(parts.has("log_density") && { logDensity: densities(surrogate, posterior, question) }),
        };
        return drawsResponse(form, parts.has("draws") ? drawn : undefined, body, headers);
      },
    );
  return await withPatience(
    request,
    limits.milliseconds,
    (signal) => given(surrogate, question, (rest) => answer(rest, signal)),
  );
}

/** Log densities of given parameters. */
export async function answerDensity(
  surrogate: Surrogate,
  question: Question,
  asked: Asked,
): Promise<Response> {
  const headers = await cacheHeaders(surrogate, asked);
  if (isKnown(asked.request, headers)) return new Response(null, { status: 304, headers });
  requireTheta(question, true);
  return await given(surrogate, question, async (rest) => {
    return await conditioned(surrogate, question, {}, (posterior) => {
      headers.set("content-type", "application/json");
      const body = {
        ...rest,
        warnings: posterior.warnings ?? [],
        logDensity: densities(surrogate, posterior, question),
      };
      return new Response(JSON.stringify(body), { headers });
    });
  });
}

/** The posterior while it is asked. Not by `using`: Node 20 has no such word. */
async function conditioned(
  { artifact, engine }: Surrogate,
  { x, beta }: Question,
  how: Omit<PosteriorOptions, "engine">,
  ask: (posterior: Posterior) => Response | Promise<Response>,
): Promise<Response> {
  const posterior = await condition(artifact, rowsOf(x), {
    sampledBy: byNuts,
    engine,
    ...how,
    ...(beta !== undefined && { beta }),
  });
  try {
    return await ask(posterior);
  } finally {
    posterior[Symbol.dispose]();
  }
}

/** What the surrogate refuses is the question's fault; what takes too long, too. */
async function given(
  { artifact, sha256 }: Surrogate,
  { beta, seed }: Question,
  answer: (rest: Record<string, unknown>) => Promise<Response>,
): Promise<Response> {
  if (artifact.kind === "cost" && beta === undefined) {
    throw new Problem(422, "Cannot answer as beta must be given with a cost: there is none");
  }
  try {
    return await answer({ seed, ...(beta !== undefined && { beta }), sha256 });
  } catch (error) {
    if (error instanceof DOMException && ["TimeoutError", "AbortError"].includes(error.name)) {
      throw new Problem(408, "Cannot answer as sampling must end within the time limit: ask for fewer draws");
    }
    if (error instanceof RangeError || error instanceof TypeError) {
      // Said of a value that was asked about; a fault of the program reads otherwise.
      if (error.message.startsWith("Cannot ")) throw new Problem(422, error.message.slice(0, 500));
    }
    throw error;
  }
}

function requireTheta({ theta }: Question, needed: boolean): void {
  if (needed === (theta !== undefined)) return;
  throw new Problem(
    422,
    needed
      ? "Cannot answer as theta must be given where log densities are asked for: there is none"
      : "Cannot answer as theta must come with log_density in return",
  );
}

function densities(
  { artifact }: Surrogate,
  posterior: { logDensity?(theta: Points): Float64Array },
  { theta = [] }: Question,
): (number | null)[] {
  const { dim } = priorFrom(artifact.prior);
  if (theta[0]!.length !== dim) {
    throw new Problem(
      422,
      `Cannot answer as a row of theta must have length ${dim}: current length is ${theta[0]!.length}`,
    );
  }
  if (!posterior.logDensity) throw new Problem(422, "Cannot answer as this posterior has no log density");
  // JSON has no −∞: outside the support the density is null.
  return Array.from(posterior.logDensity(rowsOf(theta)), (value) => Number.isFinite(value) ? value : null);
}

function rowsOf(rows: readonly (readonly number[])[]): Points {
  return points(Float64Array.from(rows.flat()), rows[0]!.length);
}

/** Chains give whole rows of them: no more than was asked for. */
function cut(draws: Draws, n: number): Draws {
  const values = draws.values.subarray(0, n * draws.names.length);
  return { ...draws, chains: 1, length: values.length / draws.names.length, values };
}

function inShort(row: ReturnType<typeof summary>[number]): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map((
      [name, value],
    ) => [name, typeof value === "number" && !Number.isFinite(value) ? null : value]),
  );
}

/** The same question of the same surrogate has the same answer for ever. */
async function cacheHeaders({ sha256 }: Surrogate, { request, body }: Asked): Promise<Headers> {
  const form = formOf(request.headers.get("accept"));
  const text = `${sha256} ${new URL(request.url).pathname} ${form} ${body}`;
  const etag = `"${(await digestOf(text)).slice(0, 32)}"`;
  return new Headers({ etag, "cache-control": "public, max-age=31536000, immutable" });
}

function isKnown(request: Request, headers: Headers): boolean {
  const known = request.headers.get("if-none-match");
  if (known === null) return false;
  return known.split(",").some((tag) => tag.trim().replace(/^W\//, "") === headers.get("etag"));
}
