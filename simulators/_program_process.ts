// One program that stays: its lines, the end of its standard error, and its end.

import { LineSplitter } from "./_line_splitter.ts";
import {
  Complaints,
  endOf,
  killProgram,
  leavePipes,
  type PipeReader,
  readEach,
  soon,
  spawnProgram,
} from "./_spawn_program.ts";

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

/** Milliseconds that a program has to end by itself when its standard input has ended. */
const GRACE = 2000;

/** A running program. */
export interface RunningProgram {
  /** What it has written to its standard error. */
  readonly complaints: Complaints;
  /** Writes to its standard input, sooner or later. */
  write(text: string): void;
  /** Whether the host waits for it before it ends. */
  hold(isHeld: boolean): void;
  /** Ends it at once. */
  kill(): void;
  /** Ends its input, and it when it does not end by that; resolves when it has ended. */
  close(): Promise<void>;
}

/** Starts a program. */
export function startProgram({ command, folder, lineLength }: ProcessPlan, to: Listener): RunningProgram {
  const child = spawnProgram(command, folder, "piped");
  const input = child.stdin.getWriter();
  const [output, errors] = [child.stdout.getReader(), child.stderr.getReader()];
  const encoder = new TextEncoder();
  const complaints = new Complaints();
  const heard = [
    readLines(output, lineLength, to),
    readEach(errors, (bytes) => {
      complaints.push(bytes);
      return true;
    }),
  ];
  const ended = (async () => {
    const status = await child.status;
    input.abort().catch(() => {});
    await leavePipes([output, errors], heard);
    to.end(endOf(status));
  })();
  return {
    complaints,
    write: (text) => void input.write(encoder.encode(text)).catch(() => {}), // Its end is told elsewhere.
    hold: (isHeld) => isHeld ? child.ref() : child.unref(),
    kill: () => killProgram(child),
    close: async () => {
      child.ref();
      input.close().catch(() => {});
      await soon(ended, GRACE);
      killProgram(child);
      await ended;
    },
  };
}

function readLines(output: PipeReader, lineLength: number, to: Listener): Promise<void> {
  return readEach(output, lineTaker(lineLength, to));
}

/** Takes bytes as they come and tells of lines, until one is too long. */
export function lineTaker(
  lineLength: number,
  to: Pick<Listener, "line" | "tooLong">,
): (bytes: Uint8Array) => boolean {
  const splitter = new LineSplitter(lineLength);
  let number = 0;
  return (bytes) => {
    const { lines, isTooLong } = splitter.push(bytes);
    for (const text of lines) to.line(text, ++number);
    if (isTooLong) to.tooLong(splitter.rest, number + 1);
    return !isTooLong;
  };
}
