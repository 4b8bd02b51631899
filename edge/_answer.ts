// What is answered, in the form that was asked for.

import type { Draws } from "@likely/core";
import { Problem } from "./_problem.ts";

/** Forms of an answer, in the order of preference. */
const FORMS = ["application/json", "text/csv", "application/octet-stream"] as const;

/** A form of an answer. */
export type Form = (typeof FORMS)[number];

/** Draws to a piece of a streamed answer. */
const PIECE = 2000;

/** The best form that the request accepts. */
export function formOf(accept: string | null): Form {
  if (accept === null || accept.trim() === "") return FORMS[0];
  const wanted = accept.split(",").slice(0, 20).map((part) => {
    const [type = "", ...parameters] = part.trim().toLowerCase().split(";").map((text) => text.trim());
    const q = parameters.find((text) => text.startsWith("q="))?.slice(2);
    return { type, q: q === undefined ? 1 : Number(q) || 0 };
  });
  const score = (form: Form) => {
    const [group] = form.split("/");
    const fits = wanted.filter(({ type }) => [form, `${group}/*`, "*/*"].includes(type));
    // The most exact of them counts.
    const best =
      fits.sort((a, b) => b.type.replaceAll("*", "").length - a.type.replaceAll("*", "").length)[0];
    return best?.q ?? 0;
  };
  const best = [...FORMS].sort((a, b) => score(b) - score(a))[0]!;
  if (score(best) > 0) return best;
  throw new Problem(406, `Cannot answer as Accept must allow one of ${FORMS.join(", ")}`);
}

/** What an answer is made of beside its draws. */
interface Around {
  /** What JSON holds too. */
  readonly rest: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
  /** Milliseconds in which whoever asked must take a piece of a long answer. */
  readonly patience: number;
}

/** Draws in any form; JSON holds everything else too. */
export function drawsResponse(
  form: Form,
  draws: Draws | undefined,
  { rest, headers, patience }: Around,
): Response {
  headers.set("content-type", form === "text/csv" ? "text/csv; charset=utf-8" : form);
  if (form === "application/json") {
    if (draws === undefined) return new Response(JSON.stringify(rest), { headers });
    return new Response(bodyFrom(jsonOf(draws, rest), draws, patience), { headers });
  }
  if (draws === undefined) throw new Problem(406, `Cannot answer in ${form} as only draws have that form`);
  headers.set("likely-warnings", String(draws.warnings.length));
  headers.set("likely-columns", draws.names.map(encodeURIComponent).join(","));
  if (form === "text/csv") return new Response(bodyFrom(csvOf(draws), draws, patience), { headers });
  const bytes = new DataView(new ArrayBuffer(4 * draws.values.length));
  draws.values.forEach((value, i) => bytes.setFloat32(4 * i, value, true));
  return new Response(bytes.buffer, { headers });
}

function* jsonOf({ names, values }: Draws, rest: Readonly<Record<string, unknown>>): Generator<string> {
  const open = JSON.stringify(rest);
  yield `${open.slice(0, -1)}${open === "{}" ? "" : ","}"draws":[`;
  for (const [first, last] of pieces(values.length / names.length)) {
    let text = "";
    for (let i = first; i < last; i++) {
      text += `${i > 0 ? "," : ""}[${values.subarray(i * names.length, (i + 1) * names.length).join(",")}]`;
    }
    // JSON has no NaN: a draw that is no number is null.
    yield text.replace(/NaN|-?Infinity/g, "null");
  }
  yield "]}";
}

function* csvOf({ names, values }: Draws): Generator<string> {
  yield `${
    names.map((name) => /^[\w .()-]+$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`).join(",")
  }\n`;
  for (const [first, last] of pieces(values.length / names.length)) {
    let text = "";
    for (let i = first; i < last; i++) {
      text += `${values.subarray(i * names.length, (i + 1) * names.length).join(",")}\n`;
    }
    yield text;
  }
}

function* pieces(n: number): Generator<[first: number, last: number]> {
  for (let first = 0; first < n; first += PIECE) yield [first, Math.min(n, first + PIECE)];
}

/** A short answer at once: hosts send a text sooner than a stream of one piece. */
function bodyFrom(pieces: Generator<string>, { length }: Draws, patience: number): string | ReadableStream {
  return length > PIECE ? streamed(pieces, patience) : [...pieces].join("");
}

/**
 * Made piece by piece as they are taken: a slow client holds up its own answer alone, and one that takes
 * nothing any more gets nothing more, so that its draws are not kept.
 */
function streamed(pieces: Generator<string>, patience: number): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    clearTimeout(timer);
    pieces.return(undefined);
  };
  return new ReadableStream({
    pull: (controller) => {
      clearTimeout(timer);
      const { done, value } = pieces.next();
      if (done) return controller.close();
      controller.enqueue(encoder.encode(value));
      timer = setTimeout(() => {
        end();
        controller.error(new Error("Cannot go on answering as a piece must be taken within the time limit"));
      }, patience);
    },
    cancel: end,
  });
}
