// Round numbers along an axis.

/** Two to about five multiples of 1, 2 or 5 · 10ᵏ between the ends, with how to write them. */
export function ticks(low: number, high: number, most: number): { value: number; text: string }[] {
  const rough = (high - low) / most;
  if (!(rough > 0) || !Number.isFinite(rough)) return [];
  const power = Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((factor) => factor * 10 ** power >= rough)!;
  const step = factor * 10 ** power;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  const decimals = Math.max(0, -(factor === 10 ? power + 1 : power));
  return Array.from({ length: Math.max(0, count) }, (_, i) => {
    const value = (first + i) * step;
    return { value, text: written(value, decimals) };
  });
}

function written(value: number, decimals: number): string {
  const size = Math.abs(value);
  const text = decimals > 6 || size >= 1e6 ? String(+value.toPrecision(6)) : value.toFixed(decimals);
  return text.replace(/^-(?=0(\.0*)?$)/, "").replace("-", "−");
}
