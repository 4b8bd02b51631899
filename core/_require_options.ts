// Options that do not exist: types catch them where they are written down, and nowhere else.

import { nearest } from "./_nearest.ts";
import { show } from "./_plain_data.ts";

/** Every option of a function, so that the compiler finds one that is missing. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/**
 * Requires options that there are.
 *
 * @typeParam Options What they may be.
 * @param action What cannot be done otherwise.
 * @param options What is given.
 * @param known All that there are.
 * @throws {TypeError} If there is another, with the nearest that there is; or if they are no object.
 *
 * @example Usage
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { requireOptions } from "@likely/core/check";
 *
 * const given: object = { epochs: 3 };
 * assertThrows(
 *   () => requireOptions<{ maxEpochs?: number }>("train", given, { maxEpochs: true }),
 *   TypeError,
 *   'Cannot train as "epochs" is not an option: the nearest is "maxEpochs"',
 * );
 * ```
 */
export function requireOptions<Options>(
  action: string,
  options: object,
  known: OptionNames<Options>,
): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`Cannot ${action} as options must be an object: current value is ${show(options)}`);
  }
  const stray = Object.keys(options).find((name) => !Object.hasOwn(known, name));
  if (stray === undefined) return;
  const names = Object.keys(known);
  const near = nearest(stray, names);
  throw new TypeError(
    `Cannot ${action} as "${stray}" is not an option: ${
      near === undefined ? `there are ${names.join(", ")}` : `the nearest is "${near}"`
    }`,
  );
}
