/** The whole number of a field, between its ends; throws what to say: `action` is what it is needed for. */
export function wholeNumber(action: string, name: string, input: HTMLInputElement): number {
  const [value, low, high] = [input.valueAsNumber, Number(input.min), Number(input.max)];
  if (Number.isInteger(value) && value >= low && value <= high) return value;
  throw new RangeError(
    `Cannot ${action} as ${name} must be a whole number in [${low}, ${high}]: current value is ${value}`,
  );
}
