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

/** Draws in any form; JSON holds everything else too. */
export function drawsResponse(
  form: Form,
  draws: Draws | undefined,
  rest: Readonly<Record<string, unknown>>,
  headers: Headers,
): Response {
  headers.set("content-type", form === "text/csv" ? "text/csv; charset=utf-8" : form);
  if (form === "application/json") {
    if (draws === undefined) return new Response(JSON.stringify(rest), { headers });
    return new Response(streamed(jsonOf(draws, rest)), { headers });
  }
  if (draws === undefined) throw new Problem(406, `Cannot answer in ${form} as only draws have that form`);
  headers.set("likely-warnings", String(draws.warnings.length));
  headers.set("likely-columns", draws.names.map(encodeURIComponent).join(","));
  if (form === "text/csv") return new Response(streamed(csvOf(draws)), { headers });
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
    yield text;
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

/** Made piece by piece as they are taken: a slow client holds up its own answer alone. */
function streamed(pieces: Generator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    pull: (controller) => {
      const { done, value } = pieces.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    cancel: () => void pieces.return(undefined),
  });
}
