// The body of a request: so many bytes of JSON, read no further.

import { type Question, questionFrom, questionOfQuery } from "./_question.ts";
import { Problem } from "./_problem.ts";
import type { Limits } from "./default_limits.ts";

/** Reads the body as text, for as long as `signal` lets it. */
export async function bodyOf(request: Request, most: number, signal: AbortSignal): Promise<string> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    throw new Problem(
      415,
      `Cannot read the body as Content-Type must be application/json: current value is ${
        type === undefined ? "none" : JSON.stringify(type.slice(0, 60))
      }`,
    );
  }
  const encoding = request.headers.get("content-encoding");
  if (encoding !== null && encoding !== "identity") {
    throw new Problem(415, "Cannot read the body as it must not be compressed", {
      "accept-encoding": "identity",
    });
  }
  const tooLong = () => new Problem(413, `Cannot read the body as it must have at most ${most} bytes`);
  if (Number(request.headers.get("content-length") ?? 0) > most) throw tooLong();
  const bytes = await joined(request.body, signal, (length) => {
    if (length > most) throw tooLong();
  });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Problem(400, "Cannot read the body as it must be UTF-8");
  }
}

/** All of a stream, unless its length so far is refused: then it is let go of, as it is by the signal. */
async function joined(
  stream: ReadableStream<Uint8Array> | null,
  signal: AbortSignal,
  check: (length: number) => void,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = stream?.getReader();
  // What is read then ends. Whether there is anyone who could be told is nobody's concern.
  const letGo = () => void reader?.cancel().catch(() => {});
  signal.addEventListener("abort", letGo);
  try {
    for (let read = await reader?.read(); read && !read.done; read = await reader!.read()) {
      parts.push(read.value);
      check(length += read.value.length);
    }
  } catch (error) {
    letGo();
    signal.throwIfAborted();
    if (error instanceof Problem) throw error;
    throw new Problem(400, "Cannot read the body as it must come whole");
  } finally {
    signal.removeEventListener("abort", letGo);
  }
  signal.throwIfAborted();
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** What is asked by a query or by a body. */
export function asked({ method, url }: Request, body: string, limits: Limits): Question {
  if (method !== "POST") return questionFrom(questionOfQuery(new URL(url).searchParams), limits);
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    // Every host says in its own words where it stopped.
    throw new Problem(400, "Cannot read the body as it must be JSON");
  }
  return questionFrom(value, limits);
}
