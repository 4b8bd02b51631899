// What is simulated: forgotten keys move everything by one place, and a simulator alone has no prior.

import { show } from "./_plain_data.ts";

/**
 * Requires a prior and a simulator, or the module of them.
 *
 * @param action What cannot be done otherwise.
 * @param source What is simulated.
 * @throws {TypeError} If it is something else.
 *
 * @example Usage
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { independent, normal } from "@likely/core";
 * import { requireSource } from "@likely/core/check";
 *
 * const prior = independent({ a: normal(0, 1) });
 * assertThrows(
 *   () => requireSource("simulate", { prior }),
 *   TypeError,
 *   "Cannot simulate as what is simulated must have a prior and a simulator: current value has prior",
 * );
 * ```
 */
export function requireSource(action: string, source: object): void {
  // Of no type of its own: those of sources check by this module.
  const given = source as Partial<Record<"module" | "prior" | "simulator", unknown>> | null | undefined;
  if (given?.module !== undefined || given?.prior && given.simulator) return;
  const state = typeof given === "object" && given !== null
    ? `has ${Object.keys(given).join(", ") || "neither"}`
    : `is ${show(given)}`;
  throw new TypeError(
    `Cannot ${action} as what is simulated must have a prior and a simulator: current value ${state}`,
  );
}
