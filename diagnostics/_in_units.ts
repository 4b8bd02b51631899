import { typeset } from "./_typeset.ts";

/** Decimals between which a number is written out, and beyond which it is short to have an exponent. */
const MOST_DECIMALS = 9;
const LEAST_DECIMALS = -3;
/** What float64 holds. */
const MOST_DIGITS = 17;

/**
 * A number with three digits of its spread, whatever its own size: 101325.385 ± 0.005 is
 * "101325.38500". All the digits it has, up to twelve, where there is no spread.
 */
export function inUnits(value: number, spread: number): string {
  if (!(spread > 0 && spread < Infinity) || !Number.isFinite(value)) return plain(value);
  const decimals = 2 - Math.floor(Math.log10(spread));
  if (decimals >= LEAST_DECIMALS && decimals <= MOST_DECIMALS) return value.toFixed(Math.max(decimals, 0));
  const size = Math.max(Math.abs(value), spread);
  const digits = Math.floor(Math.log10(size)) + 1 + decimals;
  return value.toPrecision(Math.min(Math.max(digits, 3), MOST_DIGITS));
}

/** Four digits, or as many as it takes. */
function plain(value: number): string {
  const short = value.toPrecision(4);
  return Number(short) === value || Number.isNaN(value) ? short : String(+value.toPrecision(12));
}

/** The same, typeset; a dash for what is no number. */
export function typesetInUnits(value: number, spread: number): string {
  return Number.isFinite(value) ? typeset(inUnits(value, spread)) : "–";
}
