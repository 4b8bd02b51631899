// How much goes into one call where calls cost more than room does, as on a GPU.

/** Bytes that one arena is worth, and rows that are enough. */
const ROOM = 2 ** 27;
const MOST_ROWS = 2 ** 16;

/** The most rows, from so many on and doubling, whose arena is worth its room. */
export function roomiest(from: number, bytesOf: (rows: number) => number): number {
  let rows = from;
  while (2 * rows <= MOST_ROWS && bytesOf(2 * rows) <= ROOM) rows *= 2;
  return rows;
}
