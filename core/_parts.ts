// The parts of a density of several kinds of columns, and how their weights are named.

import type { CategoricalSpec, FlowSpec, MixedSpec } from "./density_spec.ts";

/** Makes a record for each part and joins them, names prefixed. */
export function byParts<T>(
  { choice, numbers }: MixedSpec,
  of: (part: CategoricalSpec | FlowSpec) => Readonly<Record<string, T>>,
): Record<string, T> {
  return { ...prefixed("choice/", of(choice)), ...(numbers && prefixed("numbers/", of(numbers))) };
}

/** The entries whose names begin with the prefix, without it. */
export function partOf<T>(prefix: string, all: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), value] as const] : []
    ),
  );
}

function prefixed<T>(prefix: string, record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [prefix + name, value]));
}
