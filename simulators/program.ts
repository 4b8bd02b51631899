/**
 * Programs in any language as simulators.
 *
 * @module
 */

import {
  type AsyncCall,
  type AsyncSimulator,
  cores,
  type Key,
  type Points,
  UnreachableError,
} from "@likely/core";
import { requireInteger, requireKey, requireLength, requirePositive } from "@likely/core/check";
import { ProgramJob } from "./_program_job.ts";
import { type PoolPlan, ProgramPool } from "./_program_pool.ts";
import type { Hello } from "./_program_protocol.ts";
import type { ProgramCommand, ProgramLevel, ProgramOptions } from "./program_options.ts";

/**
 * Makes a simulator of a program that stays: it is asked for rows on its standard input and answers on its
 * standard output, JSON line by line, as `docs/programs.md` tells. Nothing is started before the first row is
 * asked for.
 *
 * Several processes run at a time. One that dies is started again; a row that it dies of three times, or that
 * takes too long, has failed. A program that cannot be started, or breaks the protocol, stops the run. The
 * program needs `--allow-run`, and Deno.
 *
 * @param options The command, what it takes and gives, and how many to run.
 * @returns The simulator; `close()` ends the processes, and so does the end of this one.
 * @throws {TypeError} If the command or names are none.
 * @throws {RangeError} If a width, a limit or a number of processes is out of range.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fromRows, key } from "@likely/core";
 * import { program } from "@likely/simulators";
 *
 * // In any language: it says hello, and answers line by line.
 * const source = `
 *   console.log('{"likely": 1}');
 *   for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
 *     for (const { row, theta } of text.trim().split("\\n").map((line) => JSON.parse(line))) {
 *       console.log(JSON.stringify({ row, x: [2 * theta[0]] }));
 *     }
 *   }
 * `;
 * const command = [Deno.execPath(), "eval", source];
 * const twice = program({ command, theta: ["a"], x: 1, name: "twice", processes: 1 });
 * const { x } = await twice.simulateAsync(key(0), fromRows([[1], [2]]));
 * assertEquals(x, fromRows([[2], [4]]));
 * await twice.close?.();
 * ```
 */
export function program(options: ProgramOptions): AsyncSimulator {
  const plan = planOf(options);
  const { theta, x } = options;
  const sizes = { theta: sizeOf("theta", theta), x: sizeOf("x", x) };
  if (options.levels) requireLevels(options.levels);
  const pool = new ProgramPool({ ...plan, check: (hello) => requireAgreement(plan.command, hello, options) });
  return simulatorOf(pool, { ...options, ...plan, ...sizes });
}

/**
 * Starts a program that stays and asks what it takes and gives: widths, levels, scores. What it does not say
 * must be in the options.
 *
 * @param options The command, and what the program does not say.
 * @returns The simulator, as {@linkcode program}, with one process running.
 * @throws {UnreachableError} If the program does not start or says no hello, or something else than the options.
 * @throws {TypeError | RangeError} As {@linkcode program}; or if neither says how wide rows are.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { openProgram } from "@likely/simulators";
 *
 * const source = `console.log('{"likely": 1, "theta": ["a", "b"], "x": 3}')`;
 * const opened = await openProgram({ command: [Deno.execPath(), "eval", source] });
 * assertEquals([opened.thetaDim, opened.xDim], [2, 3]);
 * await opened.close?.();
 * ```
 */
export async function openProgram(
  options: ProgramCommand & Partial<ProgramOptions>,
): Promise<AsyncSimulator> {
  const plan = planOf(options);
  const pool = new ProgramPool({ ...plan, check: (hello) => requireAgreement(plan.command, hello, options) });
  try {
    const hello = await pool.hello();
    const said = { ...hello, ...options };
    const { theta, x } = said;
    if (theta === undefined || x === undefined) {
      const what = theta === undefined ? "theta" : "x";
      throw new TypeError(
        `Cannot open "${
          plan.command.join(" ")
        }" as its hello or the options must say what ${what} is: neither does`,
      );
    }
    if (said.levels) requireLevels(said.levels);
    return simulatorOf(pool, { ...said, ...plan, theta: sizeOf("theta", theta), x: sizeOf("x", x) });
  } catch (error) {
    await pool.close();
    throw error;
  }
}

interface Described {
  readonly name: string;
  readonly theta: number;
  readonly x: number;
  readonly processes: number;
  readonly levels?: readonly ProgramLevel[];
  readonly score?: boolean;
}

function simulatorOf(
  pool: ProgramPool,
  { name, theta: thetaDim, x: xDim, processes, levels = [], score = false }: Described,
): AsyncSimulator {
  const at = (level: number | undefined) => async (key: Key, theta: Points, call: AsyncCall = {}) => {
    requireKey(`simulate "${name}"`, key);
    requireLength(`simulate "${name}"`, "a row of theta", theta.dim, thetaDim);
    const { first = 0, score: wanted = false, signal } = call;
    const job = new ProgramJob({ key, theta, first, score: wanted, level, xDim, signal });
    await pool.run(job);
    return job.rows();
  };
  return {
    name,
    thetaDim,
    xDim,
    concurrency: processes,
    givesScores: score,
    simulateAsync: at(levels.length > 0 ? levels.length - 1 : undefined),
    ...(levels.length > 0 && {
      levels: levels.map((level, l) => ({ ...level, simulateAsync: at(l) })),
    }),
    close: () => pool.close(),
  };
}

function planOf(options: ProgramCommand): Omit<PoolPlan, "check"> & { readonly name: string } {
  const { command, folder, processes = cores(), seconds = 600, startSeconds = 60, lineLength = 2 ** 24 } =
    options;
  if (command.length === 0 || !command.every((part) => typeof part === "string")) {
    throw new TypeError(
      `Cannot run a program as command must be its name and its arguments: current value is ${
        JSON.stringify(command)
      }`,
    );
  }
  const name = options.name ?? command.map((part) => part.replace(/^.*[/\\]/, "")).join(" ").slice(0, 60);
  requireInteger(`run "${name}"`, "processes", processes, 1);
  requireInteger(`run "${name}"`, "lineLength", lineLength, 1);
  requirePositive(`run "${name}"`, "seconds", seconds);
  requirePositive(`run "${name}"`, "startSeconds", startSeconds);
  return { name, command, folder, processes, seconds, startSeconds, lineLength };
}

function sizeOf(what: string, names: number | readonly string[]): number {
  const size = typeof names === "number" ? names : names.length;
  requireInteger("make a simulator of a program", `the width of ${what}`, size, 1);
  return size;
}

function requireLevels(levels: readonly ProgramLevel[]): void {
  requireInteger("make a simulator of a program", "the number of levels", levels.length, 2);
  for (const [l, { cost }] of levels.entries()) {
    if (cost !== undefined) requirePositive("make a simulator of a program", `the cost of level ${l}`, cost);
  }
}

/** A hello of another simulator is found before its rows are taken for data. */
function requireAgreement(command: readonly string[], hello: Hello, options: Partial<ProgramOptions>): void {
  const refuse = (what: string, wanted: unknown, said: unknown) => {
    throw new UnreachableError(
      `Cannot take "${command.join(" ")}" for the simulator as its hello must have ${what} ` +
        `${JSON.stringify(wanted)}: current value is ${JSON.stringify(said)}`,
    );
  };
  for (const what of ["theta", "x"] as const) {
    const [wanted, said] = [options[what], hello[what]];
    if (wanted === undefined || said === undefined) continue;
    const isNamed = typeof wanted !== "number" && typeof said !== "number";
    const [a, b] = isNamed ? [wanted, said] : [lengthOf(wanted), lengthOf(said)];
    if (JSON.stringify(a) !== JSON.stringify(b)) refuse(what, wanted, said);
  }
  if (options.levels && hello.levels && options.levels.length !== hello.levels.length) {
    refuse("levels", options.levels, hello.levels);
  }
  if (options.score && hello.score === false) refuse("score", true, false);
}

function lengthOf(names: number | readonly string[]): number {
  return typeof names === "number" ? names : names.length;
}
