// One request to a UM-Bridge server, and what can come of it.

import { UnreachableError } from "@likely/core";
import { requireInteger } from "@likely/core/check";
import { readPythonJson } from "./_python_json.ts";
import { UmBridgeError } from "./um_bridge_error.ts";

/** Where a server is, and what it may take. */
export interface UmBridgeServer {
  /** Without a slash at its end. */
  readonly url: string;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly timeout: number;
  /** Of an answer. */
  readonly maxBytes: number;
}

/** What a server is reached by, and how it may be limited. */
export interface UmBridgeServerOptions {
  /** Sent with every request, such as `authorization`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** See the public interface. */
  readonly timeout?: number;
  /** See the public interface. */
  readonly maxBytes?: number;
}

/** A request. */
export interface UmBridgeRequest {
  /** What cannot be done if it fails: `evaluate "forward"`. */
  readonly action: string;
  /** `/Evaluate`. */
  readonly path: string;
  /** JSON; absent: the request is a GET. */
  readonly body?: string;
  /** Aborts it. */
  readonly signal?: AbortSignal | undefined;
}

/** A day, as UM-Bridge's own servers and balancers wait. */
const TIMEOUT = 24 * 60 * 60;
/** Timers of most hosts overflow beyond it, and fire at once. */
const LONGEST = Math.floor((2 ** 31 - 1) / 1000);
const MAX_BYTES = 2 ** 26;

/** Checks where a server is said to be. */
export function serverOf(url: string | URL, options: UmBridgeServerOptions): UmBridgeServer {
  const { headers = {}, timeout = TIMEOUT, maxBytes = MAX_BYTES } = options;
  if (!Number.isFinite(timeout) || timeout <= 0 || timeout > LONGEST) {
    throw new RangeError(
      `Cannot reach a model as timeout must be in (0, ${LONGEST}] seconds: current value is ${timeout}`,
    );
  }
  requireInteger("reach a model", "maxBytes", maxBytes, 1);
  return { url: baseOf(url), headers, timeout, maxBytes };
}

function baseOf(url: string | URL): string {
  const text = String(url);
  if (!URL.canParse(text)) throw wrongUrl("must be a URL, such as http://localhost:4242", text);
  const { protocol, username, password, search, hash, origin, pathname } = new URL(text);
  if (protocol !== "http:" && protocol !== "https:") {
    throw wrongUrl("must begin with http:// or https://", text);
  }
  // Not repeated in the message, which may be logged.
  if (username || password) throw wrongUrl("must hold no password, which belongs in headers", origin);
  if (search || hash) throw wrongUrl('must hold neither "?" nor "#"', text);
  return origin + pathname.replace(/\/+$/, "");
}

function wrongUrl(rule: string, value: string): TypeError {
  return new TypeError(`Cannot reach a model as its url ${rule}: current value is ${value}`);
}

/**
 * Sends a request and reads the answer.
 *
 * @returns The answer's fields.
 * @throws {UmBridgeError} If the server refuses, or its answer is none.
 * @throws {UnreachableError} If no request may be made.
 */
export async function ask(
  server: UmBridgeServer,
  request: UmBridgeRequest,
): Promise<Record<string, unknown>> {
  const { signal } = request;
  signal?.throwIfAborted();
  // Not AbortSignal.any and AbortSignal.timeout: what follows a signal of a long run must be let go of.
  const end = new AbortController();
  const stop = () => end.abort(signal?.reason);
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    end.abort();
  }, server.timeout * 1000);
  signal?.addEventListener("abort", stop);
  try {
    const response = await send(server, request, end.signal);
    return fieldsOf(server, request, response.status, await readText(server, request, response));
  } catch (error) {
    signal?.throwIfAborted();
    if (isLate) throw late(server, request);
    if (error instanceof UmBridgeError) throw error;
    throw error instanceof TypeError ? dropped(server, request, error) : forbidden(server, request, error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

function send(
  { url, headers }: UmBridgeServer,
  { path, body }: UmBridgeRequest,
  signal: AbortSignal,
): Promise<Response> {
  if (body === undefined) return fetch(url + path, { headers, signal });
  return fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
    signal,
  });
}

/** The text of an answer, unless it is too long: it may have no end. */
async function readText(
  server: UmBridgeServer,
  request: UmBridgeRequest,
  response: Response,
): Promise<string> {
  // Piece by piece takes longer than all the rest, and only what is packed is longer than it says.
  const length = response.headers.get("content-length");
  const isPacked = response.headers.has("content-encoding");
  if (length !== null && !isPacked && Number(length) <= server.maxBytes) return await response.text();
  if (response.body === null) return "";
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  let [text, bytes] = ["", 0];
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    bytes += piece.value.byteLength;
    if (bytes > server.maxBytes) {
      await reader.cancel();
      const rule = `must have at most ${server.maxBytes} bytes`;
      throw malformed(server, request, response.status, rule, "it has more");
    }
    text += decoder.decode(piece.value, { stream: true });
  }
  return text + decoder.decode();
}

function fieldsOf(
  server: UmBridgeServer,
  request: UmBridgeRequest,
  status: number,
  text: string,
): Record<string, unknown> {
  const isFine = status >= 200 && status < 300;
  let fields: unknown;
  try {
    fields = readPythonJson(text);
  } catch (error) {
    if (isFine) throw malformed(server, request, status, "must be JSON", (error as Error).message);
  }
  requireNoError(server, request, status, fields);
  if (!isFine) throw bare(server, request, status, text);
  if (isRecord(fields)) return fields;
  throw malformed(server, request, status, "must be an object", `current value is ${shown(fields)}`);
}

/** Some servers send their errors with a status of 200. */
function requireNoError(
  server: UmBridgeServer,
  request: UmBridgeRequest,
  status: number,
  fields: unknown,
): void {
  const error = isRecord(fields) ? fields.error : undefined;
  if (!isRecord(error) || typeof error.type !== "string") return;
  const { type, message } = error;
  const said = typeof message === "string" ? `${cut(type)}: ${cut(message)}` : cut(type);
  throw new UmBridgeError(
    `Cannot ${request.action} as ${nameOf(server, request)} must succeed: the server answers ${said}`,
    { type, status },
  );
}

/** An answer that is not what the protocol says. */
export function malformed(
  server: UmBridgeServer,
  request: UmBridgeRequest,
  status: number,
  rule: string,
  value: string,
): UmBridgeError {
  return new UmBridgeError(
    `Cannot ${request.action} as the answer to ${nameOf(server, request)} ${rule}: ${value}`,
    { type: "Malformed", status },
  );
}

function bare(server: UmBridgeServer, request: UmBridgeRequest, status: number, text: string): UmBridgeError {
  const said = text.trim() === "" ? "" : `, ${shown(text.trim())}`;
  return new UmBridgeError(
    `Cannot ${request.action} as ${nameOf(server, request)} must succeed: current status is ${status}${said}`,
    { type: "BareStatus", status },
  );
}

function late(server: UmBridgeServer, request: UmBridgeRequest): UmBridgeError {
  return new UmBridgeError(
    `Cannot ${request.action} as ${nameOf(server, request)} must be answered within ${server.timeout} s: ` +
      "no answer came",
    { type: "TimeLimit" },
  );
}

function dropped(server: UmBridgeServer, request: UmBridgeRequest, cause: TypeError): UmBridgeError {
  return new UmBridgeError(
    `Cannot ${request.action} as ${nameOf(server, request)} must be answered: ${reasonOf(cause)}`,
    { type: "Dropped", cause },
  );
}

/** Hosts ask for permission with errors of their own. */
function forbidden(server: UmBridgeServer, request: UmBridgeRequest, cause: unknown): UnreachableError {
  return new UnreachableError(
    `Cannot ${request.action} as ${nameOf(server, request)} must be allowed: ${reasonOf(cause)}`,
    { cause },
  );
}

/** `fetch` says that it failed; why is beneath. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

function nameOf({ url }: UmBridgeServer, { path, body }: UmBridgeRequest): string {
  return `${body === undefined ? "GET" : "POST"} ${url}${path}`;
}

/** Whether it is an object with fields. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A value of an answer in a message, kept short. */
export function shown(value: unknown): string {
  if (typeof value === "number") return `${value}`;
  try {
    return cut(JSON.stringify(value) ?? String(value), 60);
  } catch {
    // Lists in lists, too deep to be written; or what is no plain data.
    return Array.isArray(value) ? "a list" : typeof value;
  }
}

function cut(text: string, length: number = 300): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
