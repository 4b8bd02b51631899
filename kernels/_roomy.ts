// How much goes into one call where calls cost more than room does, as on a GPU.

/** Rows that are enough. */
const MOST_ROWS = 2 ** 16;

/** The most rows, from so many on and doubling, whose arena has that room. */
export function roomiest(room: number, from: number, bytesOf: (rows: number) => number): number {
  let rows = from;
  while (2 * rows <= MOST_ROWS && bytesOf(2 * rows) <= room) rows *= 2;
  return rows;
}
