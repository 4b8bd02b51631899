/**
 * Simulators named by module, so that workers can import them too.
 *
 * @module
 */

import { show } from "./_plain_data.ts";
import { reasonOf } from "./_reason.ts";
import type { Prior } from "./prior.ts";
import type { AnySimulator } from "./any_simulator.ts";
import type { AsyncSimulator } from "./async_simulator.ts";
import type { Simulator } from "./simulator.ts";
import type { Task } from "./task.ts";

/** A simulator by name: what a worker can import, where a closure cannot follow. */
export interface SimulatorModule {
  /** A URL, or a bare specifier of the import map; `new URL("./mine.ts", import.meta.url)`. */
  readonly module: string | URL;
  /** The export: a task, a simulator, or a function that returns one of them. */
  readonly export: string;
  /** The only argument, when the export is a function; it must survive `structuredClone`. */
  readonly argument?: unknown;
  /** The prior; absent: that of the task. */
  readonly prior?: Prior;
}

/** What a {@linkcode SimulatorModule} leads to. */
export interface LoadedSimulator {
  /** Absent when the export is a bare simulator and no prior was named. */
  readonly prior?: Prior;
  /** From parameters to data. */
  readonly simulator: AnySimulator;
  /** `[xDim]`: observed data, when the export is a task that has some. */
  readonly observation?: Float64Array;
}

/**
 * Imports a simulator by module and export.
 *
 * @param source Which.
 * @returns The simulator, and the prior where there is one.
 * @throws {TypeError} If the module cannot be imported, throws while it is, or does not export
 * a task or a simulator under that name.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { loadSimulator } from "@likely/core";
 *
 * const module = "data:text/javascript," + encodeURIComponent(`
 *   export const noise = { name: "noise", thetaDim: 1, xDim: 1, simulate: (_, theta) => theta };
 * `);
 * assertEquals((await loadSimulator({ module, export: "noise" })).simulator.name, "noise");
 * ```
 */
export async function loadSimulator(source: SimulatorModule): Promise<LoadedSimulator> {
  const { module, export: name, argument, prior } = source;
  const exported = await importExport(String(module), name);
  const value = typeof exported === "function" ? await call(exported, source, argument) : exported;
  if (isSimulator(value)) return { simulator: value, ...(prior && { prior }) };
  const task = value as Partial<Task<AnySimulator>> | null | undefined;
  if (isSimulator(task?.simulator)) {
    const { simulator, observation } = task;
    const its = prior ?? task.prior;
    return { simulator, ...(its && { prior: its }), ...(observation && { observation }) };
  }
  throw new TypeError(
    `Cannot load a simulator as export "${name}" of ${module} must be a task, a simulator or a ` +
      `function that returns one: current value is ${describe(value)}`,
  );
}

async function importExport(module: string, name: string): Promise<unknown> {
  if (/^\.{0,2}\//.test(module)) {
    throw new TypeError(
      `Cannot load a simulator as module must be a URL, such as ` +
        `new URL("./mine.ts", import.meta.url), or a bare specifier: current value is ${module}`,
    );
  }
  let exports: Record<string, unknown>;
  try {
    exports = await import(module);
  } catch (cause) {
    throw failure({ module, export: name }, "the module must import without an error", cause);
  }
  if (Object.hasOwn(exports, name)) return exports[name];
  throw new TypeError(
    `Cannot load a simulator as ${module} must export "${name}": its exports are ${
      Object.keys(exports).join(", ") || "none"
    }`,
  );
}

// deno-lint-ignore ban-types -- any function of a user's module
async function call(fn: Function, source: SimulatorModule, argument: unknown): Promise<unknown> {
  try {
    return await (argument === undefined ? fn() : fn(argument));
  } catch (cause) {
    throw failure(source, "the function must return without an error", cause);
  }
}

function failure(source: SimulatorModule, rule: string, cause: unknown): TypeError {
  return new TypeError(
    `Cannot load a simulator, export "${source.export}" of ${source.module}, as ${rule}: ${reasonOf(cause)}`,
    { cause },
  );
}

function isSimulator(value: unknown): value is AnySimulator {
  const { simulate, simulateAsync, thetaDim, xDim } = (value ?? {}) as Partial<Simulator & AsyncSimulator>;
  return [simulate, simulateAsync].some((made) => typeof made === "function") &&
    typeof thetaDim === "number" && typeof xDim === "number";
}

function describe(value: unknown): string {
  if (typeof value !== "object" || value === null) return show(value);
  return `an object with ${Object.keys(value).join(", ") || "no keys"}`;
}
