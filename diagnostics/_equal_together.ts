// Draws by weight come several times; a bandwidth is chosen by halves that must share none.

import type { Draws } from "@likely/core";
import { areIndependent } from "./are_independent.ts";

/** The same draws in the order in which each is first seen, equal ones one after the other; chains as they are. */
export function equalTogether(draws: Draws): Draws {
  if (!areIndependent(draws)) return draws;
  const { names: { length: dim }, values } = draws;
  const places = new Map<string, number[]>();
  for (let i = 0; i < values.length / dim; i++) {
    const row = values.subarray(i * dim, (i + 1) * dim).join();
    const known = places.get(row);
    if (known) known.push(i);
    else places.set(row, [i]);
  }
  const out = new Float64Array(values.length);
  [...places.values()].flat().forEach((from, to) =>
    out.set(values.subarray(from * dim, (from + 1) * dim), to * dim)
  );
  return { ...draws, values: out };
}
