// One program that runs: its lines, the end of its standard error, and its end.

import { UnreachableError } from "@likely/core";
import { LineSplitter } from "./_line_splitter.ts";

/** What is to be run. */
export interface ProcessPlan {
  readonly command: readonly string[];
  readonly folder: string | undefined;
  readonly lineLength: number;
}

/** Who is told what the program does. */
export interface Listener {
  /** A line of its standard output, counted from 1. */
  line(text: string, number: number): void;
  /** A line that is too long, which begins so; no other is read. */
  tooLong(beginning: string, number: number): void;
  /** It has ended, and nothing more will come. */
  end(how: string): void;
}

/** Characters of standard error that are kept. */
const KEPT = 4000;
/** Its last lines that are shown. */
const SHOWN = 3;
/** Milliseconds that a program has to end by itself when its standard input has ended. */
const GRACE = 2000;
/** Milliseconds that what a dead program wrote is waited for: its children may keep the pipe open. */
const LAST_WORDS = 500;

/** A running program. */
export interface RunningProgram {
  /** Writes to its standard input, sooner or later. */
  write(text: string): void;
  /** The last lines of its standard error, in one; empty if there are none. */
  complaint(): string;
  /** As {@linkcode RunningProgram.complaint}, but only of what came since this was last asked. */
  news(): string;
  /** Whether the host waits for it before it ends. */
  hold(isHeld: boolean): void;
  /** Ends it at once. */
  kill(): void;
  /** Ends its input, and it when it does not end by that; resolves when it has ended. */
  close(): Promise<void>;
}

/** Starts a program. */
export function startProgram({ command, folder, lineLength }: ProcessPlan, to: Listener): RunningProgram {
  const child = spawn(command, folder);
  const [input, output, errors] = [
    child.stdin.getWriter(),
    child.stdout.getReader(),
    child.stderr.getReader(),
  ];
  const encoder = new TextEncoder();
  let told = "";
  let unheard = 0;
  let isAlive = true;
  const kill = () => {
    if (!isAlive) return;
    try {
      child.kill("SIGKILL");
    } catch {
      // It has just ended.
    }
  };
  const heard = readLines(output, lineLength, to);
  const decoder = new TextDecoder();
  const complained = each(errors, (bytes) => {
    const text = decoder.decode(bytes, { stream: true });
    told = (told + text).slice(-KEPT);
    unheard = Math.min(KEPT, unheard + text.length);
    return true;
  });
  const ended = (async () => {
    const { code, signal } = await child.status;
    isAlive = false;
    input.abort().catch(() => {});
    await soon(Promise.all([heard, complained]), LAST_WORDS);
    await Promise.all([output, errors].map((reader) => reader.cancel().catch(() => {})));
    to.end(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`);
  })();
  return {
    write: (text) => void input.write(encoder.encode(text)).catch(() => {}), // Its end is told elsewhere.
    complaint: () => lastLines(told),
    news: () => {
      const fresh = lastLines(unheard === 0 ? "" : told.slice(-unheard));
      unheard = 0;
      return fresh;
    },
    hold: (isHeld) => isHeld ? child.ref() : child.unref(),
    kill,
    close: async () => {
      child.ref();
      input.close().catch(() => {});
      await soon(ended, GRACE);
      kill();
      await ended;
    },
  };
}

function spawn(command: readonly string[], folder: string | undefined): Deno.ChildProcess {
  const { Deno: host } = globalThis as { Deno?: typeof Deno };
  if (host?.Command === undefined) {
    throw refused(command, "the host must be able to run programs: it is not Deno");
  }
  const [file = "", ...args] = command;
  try {
    return new host.Command(file, {
      args,
      ...(folder !== undefined && { cwd: folder }),
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (cause) {
    throw refused(command, reasonOf(cause, file), cause);
  }
}

function reasonOf(cause: unknown, file: string): string {
  const { Deno: host } = globalThis as { Deno?: typeof Deno };
  if (cause instanceof host!.errors.NotCapable) {
    return `it must be permitted to run programs: run again with --allow-run`;
  }
  if (cause instanceof host!.errors.NotFound && cause.message.includes("No such cwd")) {
    return `its folder must exist: ${cause.message.replace(/^.*No such cwd /, "there is no ")}`;
  }
  if (cause instanceof host!.errors.NotFound) return `the program must exist: there is no "${file}"`;
  return `the program must start: ${cause instanceof Error ? cause.message : String(cause)}`;
}

function refused(command: readonly string[], rule: string, cause?: unknown): UnreachableError {
  return new UnreachableError(`Cannot start "${command.join(" ")}" as ${rule}`, { cause });
}

async function readLines(output: Reader, lineLength: number, to: Listener): Promise<void> {
  const splitter = new LineSplitter(lineLength);
  let number = 0;
  await each(output, (bytes) => {
    const { lines, isTooLong } = splitter.push(bytes);
    for (const text of lines) to.line(text, ++number);
    if (isTooLong) to.tooLong(splitter.rest, number + 1);
    return !isTooLong;
  });
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** Hands over what comes until it is told to stop; a pipe that breaks ends as one that ends. */
async function each(reader: Reader, take: (bytes: Uint8Array) => boolean): Promise<void> {
  while (true) {
    const { value } = await reader.read().catch(() => ({ value: undefined }));
    if (value === undefined || !take(value)) return;
  }
}

function lastLines(text: string): string {
  return text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== "").slice(-SHOWN).join(
    " / ",
  );
}

/** Waits for a promise, but not for longer. */
async function soon(promise: Promise<unknown>, milliseconds: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, milliseconds));
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
