// Numbers as programs print them.

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)([eEdD][-+]?\d+)?$/;
const NOT_FINITE = /^[-+]?(nan|na|inf|infinity)$/i;

/** Exactly so many numbers, with blanks, commas, semicolons or lines between; or what is wrong, in words. */
export function readNumbers(text: string, length: number, where: string): number[] | string {
  const words = text.split(/[\s,;]+/).filter((word) => word !== "");
  const numbers: number[] = [];
  for (const word of words) {
    // Fortran writes 1.0D+00.
    if (NUMBER.test(word)) numbers.push(Number(word.replace(/[dD]/, "e")));
    else if (NOT_FINITE.test(word)) numbers.push(NaN);
    else return `${where} must hold numbers only: it holds ${JSON.stringify(word.slice(0, 60))}`;
  }
  if (numbers.length === length) return numbers;
  return `${where} must hold ${length} numbers: it holds ${numbers.length}`;
}
