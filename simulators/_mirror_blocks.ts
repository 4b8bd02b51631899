// A rectangular grid looks the same in a mirror, along either axis; a square one also in a mirror
// along its diagonal. So does any covariance that depends on distances along the axes alone: then
// sums and differences of mirrored sites, times √½, are uncorrelated. The n sites split into four
// blocks of n / 4, even or odd along each axis; on a square the even and the odd ones split
// once more and the two mixed ones are alike. Factoring those takes a sixteenth of the work of
// factoring the whole, and on a square a fortieth.

/** The blocks of a grid. */
export interface MirrorBlocks {
  /** The number of sites of each block, and which matrix of `fold` is its own. */
  readonly list: readonly { readonly size: number; readonly matrix: number }[];
  /** From `[n]` sites to `[n]` sums and differences, block after block; lengths are kept. */
  split(field: Float64Array): Float64Array;
  /** The way back. */
  join(parts: Float64Array): Float64Array;
  /**
   * The different blocks of the matrix `table(|Δrow|, |Δcolumn|) + site(s) + site(t)`: of each its
   * lower triangle, row-major.
   *
   * @param table `[rows · columns]`: the value of each distance, on a square the same both ways.
   * @param site `[rows · columns]`, the same at mirrored sites; 0 without it.
   */
  fold(table: Float64Array, site?: Float64Array): Float64Array[];
}

/** Where a sum or difference is kept: at one of its own sites. */
interface Place {
  readonly row: number;
  readonly column: number;
}

interface Block {
  readonly places: readonly Place[];
  /** +1 for sums, −1 for differences, along each axis. */
  readonly signs: readonly [number, number];
  /** The same along the diagonal, 0 where that is no part of it. */
  readonly turn: number;
}

/** Finds the blocks of a grid. */
export function mirrorBlocks(rows: number, columns: number): MirrorBlocks {
  const isSquare = rows === columns;
  const { blocks, copies } = isSquare
    ? turned(mirrored(rows, columns))
    : { blocks: mirrored(rows, columns), copies: [] };
  const all = [...blocks.map(({ places }, matrix) => ({ places, matrix })), ...copies]
    .filter(({ places }) => places.length > 0);
  const order = all.flatMap(({ places }) => places.map(({ row, column }) => row * columns + column));
  return {
    list: all.map(({ places, matrix }) => ({ size: places.length, matrix })),
    split: (field) => {
      const sums = field.slice();
      addAlong(sums, columns, rows);
      addAlong(sums, 1, columns);
      if (isSquare) addAcross(sums, rows);
      return sums.map((_, k) => sums[order[k]!]!);
    },
    join: (parts) => {
      const field = new Float64Array(parts.length);
      parts.forEach((value, k) => field[order[k]!] = value);
      if (isSquare) addAcross(field, rows);
      addAlong(field, columns, rows);
      addAlong(field, 1, columns);
      return field;
    },
    fold: (table, site) => blocks.map((block) => foldBlock(block, [rows, columns], table, site)),
  };
}

/** Sums are kept at the first half of an axis, the middle included, differences at the second. */
function mirrored(rows: number, columns: number): Block[] {
  const halves = (size: number) => [
    { sign: 1, from: 0, to: Math.ceil(size / 2) },
    { sign: -1, from: Math.ceil(size / 2), to: size },
  ];
  const range = ({ from, to }: { from: number; to: number }) =>
    Array.from({ length: to - from }, (_, k) => from + k);
  return halves(rows).flatMap((vertical) =>
    halves(columns).map((horizontal): Block => ({
      signs: [vertical.sign, horizontal.sign],
      turn: 0,
      places: range(vertical).flatMap((row) => range(horizontal).map((column) => ({ row, column }))),
    }))
  );
}

/** The blocks of a square: sums along the diagonal are kept above it, differences below. */
function turned([even, mixed, , odd]: Block[]) {
  const part = (block: Block, turn: number): Block => {
    const places = block.places.filter(({ row, column }) => row > column === turn < 0);
    return { ...block, turn, places };
  };
  const blocks = [part(even!, 1), part(even!, -1), part(odd!, 1), part(odd!, -1), mixed!];
  const across = mixed!.places.map(({ row, column }) => ({ row: column, column: row }));
  return { blocks, copies: [{ places: across, matrix: 4 }] };
}

/** `(a, b) → ((a + b), (a − b)) √½` for mirrored sites of an axis, in place: its own inverse. */
function addAlong(field: Float64Array, step: number, size: number): void {
  for (let k = 0; k < field.length; k++) {
    const at = Math.floor(k / step) % size;
    if (2 * at < size - 1) addAndSubtract(field, k, k + (size - 1 - 2 * at) * step);
  }
}

/** The same for sites mirrored at the diagonal of a square. */
function addAcross(field: Float64Array, size: number): void {
  for (let row = 0; row < size; row++) {
    for (let column = row + 1; column < size; column++) {
      addAndSubtract(field, row * size + column, column * size + row);
    }
  }
}

function addAndSubtract(field: Float64Array, i: number, j: number): void {
  const [a, b] = [field[i]!, field[j]!];
  field[i] = (a + b) * Math.SQRT1_2;
  field[j] = (a - b) * Math.SQRT1_2;
}

function foldBlock(
  { places, signs, turn }: Block,
  grid: readonly [number, number],
  table: Float64Array,
  site: Float64Array | undefined,
): Float64Array {
  const columns = grid[1];
  const d = places.length;
  const out = new Float64Array(d * d);
  const at = {
    rows: Int32Array.from(places, ({ row }) => row),
    columns: Int32Array.from(places, ({ column }) => column),
  };
  addMirrored(out, at, at, { signs, grid, table, weight: 1 });
  const across = { rows: at.columns, columns: at.rows };
  if (turn !== 0) addMirrored(out, at, across, { signs, grid, table, weight: turn });
  if (site && signs[0] + signs[1] + turn >= 2) {
    addSites(
      out,
      Float64Array.from(places, ({ row, column }) => (4 + 4 * turn) * site[row * columns + column]!),
    );
  }
  scaleBoth(out, Float64Array.from(places, (place) => ownShare(place, grid, turn !== 0)));
  return out;
}

/** Sites as parallel columns: this is where the time of a small field goes. */
interface Sites {
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

/** Adds to the lower triangle what each site has with the other, its images along both axes, and both. */
function addMirrored(
  out: Float64Array,
  from: Sites,
  to: Sites,
  { signs: [up, across], grid: [rows, columns], table, weight }: Pick<Block, "signs"> & {
    readonly grid: readonly [number, number];
    readonly table: Float64Array;
    readonly weight: number;
  },
): void {
  const d = from.rows.length;
  for (let i = 0; i < d; i++) {
    const row = from.rows[i]!;
    const column = from.columns[i]!;
    for (let j = 0; j <= i; j++) {
      const near = Math.abs(row - to.rows[j]!) * columns;
      const far = Math.abs(row + to.rows[j]! + 1 - rows) * columns;
      const beside = Math.abs(column - to.columns[j]!);
      const beyond = Math.abs(column + to.columns[j]! + 1 - columns);
      out[i * d + j]! += weight * (
        table[near + beside]! + across * table[near + beyond]! +
        up * (table[far + beside]! + across * table[far + beyond]!)
      );
    }
  }
}

function addSites(out: Float64Array, site: Float64Array): void {
  const d = site.length;
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) out[i * d + j]! += site[i]! + site[j]!;
  }
}

function scaleBoth(out: Float64Array, scale: Float64Array): void {
  const d = scale.length;
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) out[i * d + j]! *= scale[i]! * scale[j]!;
  }
}

/** A site that is its own mirror image counts once, not twice. */
function ownShare(
  { row, column }: Place,
  [rows, columns]: readonly [number, number],
  turns: boolean,
): number {
  const isOwn = [2 * row === rows - 1, 2 * column === columns - 1, turns && row === column];
  return Math.SQRT1_2 ** isOwn.filter(Boolean).length;
}
