/** Parts the thousands before the point by a thin space at which no line breaks and which no locale reads as a point, and mends the minus. */
export function typeset(digits: string): string {
  return digits.replace(/\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, "\u202f")).replaceAll("-", "−");
}
