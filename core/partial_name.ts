/**
 * What is being made, beside the place where it will be.
 *
 * @module
 */

/**
 * A name for what is being made and will be renamed when it is whole: nobody else has it.
 *
 * @param path Where it will be, a file or a folder.
 * @returns A path beside it.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { isPartialName, partialName } from "@likely/core";
 *
 * assert(isPartialName("draws.zarr", partialName("draws.zarr")));
 * ```
 */
export function partialName(path: string): string {
  return `${path.replace(/(?<=.)\/+$/, "")}.${crypto.randomUUID()}.partial`;
}

/**
 * Whether a name is one that {@linkcode partialName} gave: what a program has left that was killed.
 *
 * @param path Of what was being made, or its name.
 * @param name What is found beside it.
 * @returns Whether it is.
 *
 * @example Usage
 * ```ts
 * import { assert } from "@std/assert";
 * import { isPartialName } from "@likely/core";
 *
 * assert(!isPartialName("draws.zarr", "draws.zarr.partial"));
 * ```
 */
export function isPartialName(path: string, name: string): boolean {
  if (!name.startsWith(`${path}.`)) return false;
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.partial$/.test(name.slice(path.length + 1));
}
