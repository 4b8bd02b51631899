// Models that answer requests: what `likely serve` and `likely deploy` have in common.

import { type HandlerOptions, openSurrogate, type Surrogate } from "@likely/edge";
import { kernels } from "@likely/edge/kernels";
import { readFile } from "./_input.ts";
import type { Arguments } from "./_options.ts";

/** A model's file, read and opened. */
export interface ServedModel {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly surrogate: Surrogate;
}

/** Opens a model; what is wrong with it comes with its path. */
export async function openModel(path: string): Promise<ServedModel> {
  const bytes = await readFile(path, (bytes) => new Uint8Array(bytes));
  try {
    return { bytes, surrogate: await openSurrogate(bytes, kernels) };
  } catch (cause) {
    throw new Error(`${path}: ${(cause as Error).message}`, { cause });
  }
}

/** One answers by itself, several by their names. */
export function served(surrogates: Readonly<Record<string, Surrogate>>): Surrogate | typeof surrogates {
  const [one, ...others] = Object.values(surrogates);
  return one && others.length === 0 ? one : surrogates;
}

/** Whose pages may ask. */
export function originsOf(args: Arguments): Pick<HandlerOptions, "origins"> {
  const origin = args.text("origin");
  if (origin === undefined) return {};
  return { origins: origin === "*" ? origin : origin.split(",").map((text) => text.trim()) };
}
