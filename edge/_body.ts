// The body of a request: so many bytes of JSON, read no further.

import { type Question, questionFrom, questionOfQuery } from "./_question.ts";
import { Problem } from "./_problem.ts";
import type { Limits } from "./default_limits.ts";

/** Reads the body as text. */
export async function bodyOf(request: Request, most: number): Promise<string> {
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
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = request.body?.getReader();
  for (let read = await reader?.read(); read !== undefined && !read.done; read = await reader!.read()) {
    length += read.value.length;
    if (length > most) {
      await reader!.cancel();
      throw tooLong();
    }
    parts.push(read.value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Problem(400, "Cannot read the body as it must be UTF-8");
  }
}

/** What is asked by a query or by a body. */
export function asked({ method, url }: Request, body: string, limits: Limits): Question {
  if (method === "GET") return questionFrom(questionOfQuery(new URL(url).searchParams), limits);
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    // Every host says in its own words where it stopped.
    throw new Problem(400, "Cannot read the body as it must be JSON");
  }
  return questionFrom(value, limits);
}
