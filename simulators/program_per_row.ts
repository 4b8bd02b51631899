/**
 * Programs that are run once for every row as simulators.
 *
 * @module
 */

import {
  type AsyncCall,
  type AsyncRows,
  type AsyncSimulator,
  cores,
  foldIn,
  type Key,
  type Points,
  row,
  type SimulationFailure,
  UnreachableError,
  zeros,
} from "@likely/core";
import { requireInteger, requireKey, requireLength, requirePositive } from "@likely/core/check";
import { fillTemplate, requireTemplate } from "./_argument_template.ts";
import { readNumbers } from "./_read_numbers.ts";
import { runOnce } from "./_run_once.ts";
import type { ProgramLevel, ProgramRun } from "./program_options.ts";

/** Options of {@linkcode programPerRow}. */
export interface ProgramPerRowOptions extends ProgramRun {
  /**
   * The program and its arguments, in which `{theta.a}` stands for the parameter a, `{seed}` for a whole number
   * in [0, 2³¹), `{row}` for the number of the row, `{level}` for that of the level, and `{scratch}` for a folder
   * of this row alone: `["./model", "--a", "{theta.a}", "--seed", "{seed}"]`.
   */
  readonly run: readonly string[];
  /** Names of the parameters, in order. */
  readonly theta: readonly string[];
  /** Names of the numbers of x, in order, or how many there are. */
  readonly x: number | readonly string[];
  /**
   * The file that the program writes x to, in which the same stands for the same: `"{scratch}/out.txt"`.
   *
   * @default {undefined} Standard output.
   */
  readonly file?: string;
  /**
   * Its levels from the cheapest on, two at least; the arguments then have `{level}`.
   *
   * @default {undefined} It has none.
   */
  readonly levels?: readonly ProgramLevel[];
}

/**
 * Makes a simulator of a program that is run once for every row: old codes, and those that cannot wait for
 * requests. Parameters are among its arguments; x are all the numbers that it writes, with blanks, commas or
 * lines between.
 *
 * A row has failed where the exit code is not 0, where it takes too long, or where what was written is not so
 * many numbers. The program needs `--allow-run`, and Deno; with `{scratch}` also `--allow-write`, and with
 * `file` `--allow-read`. Starting a program takes a millisecond and more: `program` asks one for many rows.
 *
 * @param options The arguments, what the program takes and gives, and how many to run.
 * @returns The simulator.
 * @throws {TypeError} If there is no program, or something in braces is not one of the names above.
 * @throws {RangeError} If a width, a limit or a number of processes is out of range; if several processes would
 * write to one file; if there are levels and no `{level}`.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { programPerRow } from "@likely/simulators";
 *
 * const run = [Deno.execPath(), "eval", "console.log(2 * {theta.a}, 3)"];
 * const twice = programPerRow({ name: "twice", run, theta: ["a"], x: 2 });
 * assertEquals((await twice.simulateAsync(key(0), fromRows([[4]]))).x, fromRows([[8, 3]]));
 * ```
 */
export function programPerRow(options: ProgramPerRowOptions): AsyncSimulator {
  const { theta, x, run, folder, file, levels = [], processes = cores(), seconds = 600 } = options;
  const name = options.name ?? (run[0] ?? "").replace(/^.*[/\\]/, "");
  const action = `run "${name}" for every row`;
  const [thetaDim, xDim] = [theta.length, typeof x === "number" ? x : x.length];
  requireInteger(action, "the width of theta", thetaDim, 1);
  requireInteger(action, "the width of x", xDim, 1);
  requireInteger(action, "processes", processes, 1);
  requirePositive(action, "seconds", seconds);
  if (levels.length > 0) requireInteger(action, "the number of levels", levels.length, 2);
  requireTemplate(action, { run, file, theta, levels: levels.length, processes });
  const needsScratch = [...run, file ?? ""].some((text) => text.includes("{scratch}"));
  const turns = turnstile(processes);

  // Not a row that failed: none can be had.
  const refuse = (error: unknown) => {
    if (!(error instanceof Error) || error.name !== "NotCapable") throw error;
    throw new UnreachableError(`Cannot ${action} as its files must be permitted: ${error.message}`, {
      cause: error,
    });
  };
  const at = (level: number | undefined) =>
  async (
    key: Key,
    rows: Points,
    call: AsyncCall = {},
  ): Promise<AsyncRows> => {
    requireKey(action, key);
    requireLength(action, "a row of theta", rows.dim, thetaDim);
    const { first = 0, signal } = call;
    const out = zeros(rows.n, xDim);
    const failures: SimulationFailure[] = [];
    const one = async (i: number) => {
      const number = first + i;
      // Every language can take a whole number below 2^31.
      const values = {
        theta: row(rows, i),
        names: theta,
        seed: foldIn(key, number).hi >>> 1,
        row: number,
        level,
      };
      await using scratch = await scratchFolder(needsScratch);
      const fill = (text: string) => fillTemplate(text, values).replaceAll("{scratch}", scratch.path);
      const path = file && fill(file);
      const end = await runOnce({ run: run.map(fill), folder, file: path, seconds, signal });
      const found = "failed" in end ? end.failed : readNumbers(end.text, xDim, path ?? "standard output");
      if (typeof found !== "string") return row(out, i).set(found);
      row(out, i).fill(NaN);
      failures.push({ row: number, reason: found });
    };
    await Promise.all(Array.from({ length: rows.n }, (_, i) => turns(() => one(i).catch(refuse), signal)));
    return { x: out, failures: failures.sort((a, b) => a.row - b.row) };
  };
  return {
    name,
    thetaDim,
    xDim,
    concurrency: processes,
    simulateAsync: at(levels.length > 0 ? levels.length - 1 : undefined),
    ...(levels.length > 0 && { levels: levels.map((level, l) => ({ ...level, simulateAsync: at(l) })) }),
  };
}

/** An empty folder for one row, where it needs one. */
async function scratchFolder(isNeeded: boolean): Promise<AsyncDisposable & { readonly path: string }> {
  const path = isNeeded ? await Deno.makeTempDir() : "";
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      if (isNeeded) await Deno.remove(path, { recursive: true });
    },
  };
}

type Turns = (work: () => Promise<void>, signal: AbortSignal | undefined) => Promise<void>;

/** So many at a time, whoever asks. */
function turnstile(most: number): Turns {
  const waiting: (() => void)[] = [];
  let inside = 0;
  return async (work, signal) => {
    if (inside >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else inside++;
    try {
      signal?.throwIfAborted();
      await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else inside--;
    }
  };
}
