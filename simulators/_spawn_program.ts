// Programs as processes, and what they say.

import { UnreachableError } from "@likely/core";

/** Last lines of standard error that are shown. */
const SHOWN = 3;
/** Characters that are shown of each. */
const WIDTH = 300;

/** Starts a program; why it cannot be started is an `UnreachableError`. */
export function spawnProgram(
  command: readonly string[],
  folder: string | undefined,
  stdin: "piped" | "null",
): Deno.ChildProcess {
  const { Deno: host } = globalThis as { Deno?: typeof Deno };
  const [file = "", ...args] = command;
  if (host?.Command === undefined) {
    throw refused(command, "the host must be able to run programs: it is not Deno");
  }
  try {
    return new host.Command(file, {
      args,
      ...(folder !== undefined && { cwd: folder }),
      stdin,
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (cause) {
    throw refused(command, reasonOf(host, cause, file), cause);
  }
}

function reasonOf({ errors }: typeof Deno, cause: unknown, file: string): string {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (cause instanceof errors.NotCapable) {
    return "it must be permitted to run programs: run again with --allow-run";
  }
  if (cause instanceof errors.NotFound && message.includes("No such cwd")) {
    return `its folder must exist: ${message.replace(/^.*No such cwd /, "there is no ")}`;
  }
  if (cause instanceof errors.NotFound) return `the program must exist: there is no "${file}"`;
  return `the program must start: ${message}`;
}

function refused(command: readonly string[], rule: string, cause?: unknown): UnreachableError {
  return new UnreachableError(`Cannot start "${command.join(" ")}" as ${rule}`, { cause });
}

/** How a process ended, in words after "it". */
export function endOf({ code, signal }: Deno.CommandStatus): string {
  return signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
}

/** Ends a process at once; one that has just ended is left alone. */
export function killProgram(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has just ended.
  }
}

/** Reads a pipe of a process. */
export type PipeReader = ReadableStreamDefaultReader<Uint8Array>;

/** Hands over what comes until it is told to stop; a pipe that breaks ends as one that ends. */
export async function readEach(reader: PipeReader, take: (bytes: Uint8Array) => boolean): Promise<void> {
  while (true) {
    const { value } = await reader.read().catch(() => ({ value: undefined }));
    if (value === undefined || !take(value)) return;
  }
}

/** Milliseconds that what a dead program wrote is waited for: its children may keep the pipe open. */
const LAST_WORDS = 500;

/** Waits for pipes of a process that has ended, and leaves them. */
export async function leavePipes(
  readers: readonly PipeReader[],
  read: readonly Promise<void>[],
): Promise<void> {
  await soon(Promise.all(read), LAST_WORDS);
  await Promise.all(readers.map((reader) => reader.cancel().catch(() => {})));
}

/** Waits for a promise, but not for longer. */
export async function soon(promise: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, milliseconds));
  await Promise.race([promise, late]);
  clearTimeout(timer);
}

/** The last lines of a text, in one. */
export function lastLines(text: string): string {
  const lines = text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== "");
  return lines.slice(-SHOWN).map((line) => line.slice(0, WIDTH)).join(" / ");
}

/** `; its standard error ends: …`, if it said anything. */
export function toldBy(complaint: string): string {
  return complaint === "" ? "" : `; its standard error ends: ${complaint}`;
}

/** Keeps the end of what a program writes to its standard error. */
export class Complaints {
  readonly #decoder = new TextDecoder();
  #told = "";
  #unheard = 0;

  /** Takes what comes. */
  push(bytes: Uint8Array): void {
    const text = this.#decoder.decode(bytes, { stream: true });
    this.#told = (this.#told + text).slice(-KEPT);
    this.#unheard = Math.min(KEPT, this.#unheard + text.length);
  }

  /** The last lines. */
  last(): string {
    return lastLines(this.#told);
  }

  /** The last lines of what came since this was last asked. */
  news(): string {
    const fresh = this.#unheard === 0 ? "" : this.#told.slice(-this.#unheard);
    this.#unheard = 0;
    return lastLines(fresh);
  }
}

/** Characters of standard error that are kept. */
const KEPT = 4000;
