// A program that is run to its end.

import {
  Complaints,
  endOf,
  killProgram,
  leavePipes,
  readEach,
  spawnProgram,
  toldBy,
} from "./_spawn_program.ts";

/** How it is run. */
export interface OncePlan {
  readonly run: readonly string[];
  readonly folder: string | undefined;
  /** Where it writes to; absent: its standard output. */
  readonly file: string | undefined;
  readonly seconds: number;
  readonly signal: AbortSignal | undefined;
}

/** What it wrote, or why it has failed. */
export type OnceEnd = { readonly text: string } | { readonly failed: string };

/** Characters that are read of it. */
const LONGEST = 2 ** 24;
/** Milliseconds that a timer can be set for. */
const LONGEST_TIMER = 2 ** 31 - 1;

const INTERRUPTED = ["SIGINT", "SIGTERM", "SIGHUP"];
/** Milliseconds until this process has heard of it, as well. */
const PATIENCE = 200;

/** Runs it. */
export async function runOnce({ run, folder, file, seconds, signal }: OncePlan): Promise<OnceEnd> {
  signal?.throwIfAborted();
  const path = file === undefined || folder === undefined || isAbsolute(file) ? file : `${folder}/${file}`;
  // What an earlier run left would be taken for this one's.
  if (path !== undefined) await removeAny(path);
  const child = spawnProgram(run, folder, "null");
  let isLate = false;
  const stop = () => killProgram(child);
  const timer = setTimeout(() => {
    isLate = true;
    stop();
  }, Math.min(seconds * 1000, LONGEST_TIMER));
  signal?.addEventListener("abort", stop);
  try {
    const { status, text, complaints } = await toEnd(child);
    // Who interrupts the run at a terminal interrupts its programs, too: no row has failed by that.
    if (INTERRUPTED.includes(status.signal ?? "")) {
      await new Promise((resolve) => setTimeout(resolve, PATIENCE));
    }
    signal?.throwIfAborted();
    const told = toldBy(complaints.last());
    if (isLate) return { failed: `took longer than ${seconds} s${told}` };
    if (!status.success) return { failed: `the program ${endOf(status)}${told}` };
    if (path !== undefined) return await takeFile(path, file!);
    return text.length <= LONGEST ? { text } : { failed: `it wrote more than ${LONGEST} characters` };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

async function toEnd(child: Deno.ChildProcess) {
  const [output, errors] = [child.stdout.getReader(), child.stderr.getReader()];
  const decoder = new TextDecoder();
  const complaints = new Complaints();
  let text = "";
  const read = [
    readEach(output, (bytes) => {
      // It may go on writing, but no more is kept.
      if (text.length <= LONGEST) text += decoder.decode(bytes, { stream: true });
      return true;
    }),
    readEach(errors, (bytes) => {
      complaints.push(bytes);
      return true;
    }),
  ];
  const status = await child.status;
  await leavePipes([output, errors], read);
  return { status, text, complaints };
}

async function takeFile(path: string, file: string): Promise<OnceEnd> {
  try {
    const text = await Deno.readTextFile(path);
    await removeAny(path);
    return { text };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { failed: `the program must write the file ${file}: there is none` };
  }
}

async function removeAny(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function isAbsolute(path: string): boolean {
  return /^([/\\]|[A-Za-z]:)/.test(path);
}
