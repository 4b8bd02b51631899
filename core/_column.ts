// What one column of numbers is like.

/** Mean and spread of a column, whatever its unit and offset. */
export interface ColumnSpread {
  readonly mean: number;
  /** n − 1 in the denominator. */
  readonly sd: number;
  /** The largest magnitude. */
  readonly largest: number;
  /** Whether all numbers are the same. */
  readonly isConstant: boolean;
}

/** Measures a column: deviations from its first number, which keeps the digits that an offset would cost. */
export function columnSpread(values: Float64Array): ColumnSpread {
  const { length: n } = values;
  const first = values[0]!;
  const mean = first + values.reduce((sum, value) => sum + (value - first) / n, 0);
  let [farthest, largest, isConstant] = [0, 0, true];
  for (const value of values) {
    farthest = Math.max(farthest, Math.abs(value - mean));
    largest = Math.max(largest, Math.abs(value));
    isConstant &&= value === first;
  }
  // In units of the farthest: squares of tiny numbers are 0, and of huge ones infinite.
  const unit = farthest || 1;
  const squares = values.reduce((sum, value) => sum + ((value - mean) / unit) ** 2, 0);
  const sd = isConstant ? 0 : unit * Math.sqrt(squares / Math.max(1, n - 1));
  return { mean: isConstant ? first : mean, sd, largest, isConstant };
}

/** Whether float64 can tell the numbers of a column apart: their spread is some steps of the largest one. */
export function isResolved({ sd, largest }: ColumnSpread): boolean {
  return sd > STEPS * Number.EPSILON * largest;
}

const STEPS = 32;
