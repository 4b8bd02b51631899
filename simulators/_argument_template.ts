// Arguments with names in braces, which stand for what a row is asked for.

/** What the names stand for. */
export interface TemplateValues {
  readonly theta: Float64Array;
  readonly names: readonly string[];
  readonly seed: number;
  readonly row: number;
  readonly level: number | undefined;
}

/** Not what else has braces, such as a program for awk, or a variable of a shell. */
const IN_BRACES = /(?<!\$)\{(theta\.[^{}]+|\w+)\}/g;

/** The text with the row's values in place of names; `{scratch}` stays for who makes the folder. */
export function fillTemplate(text: string, { theta, names, seed, row, level }: TemplateValues): string {
  return text.replace(IN_BRACES, (whole, name: string) => {
    if (name.startsWith("theta.")) return String(theta[names.indexOf(name.slice(6))]);
    if (name === "seed") return String(seed);
    if (name === "row") return String(row);
    if (name === "level") return String(level);
    return whole;
  });
}

/** What is to be checked. */
export interface TemplatePlan {
  readonly run: readonly string[];
  readonly file: string | undefined;
  readonly theta: readonly string[];
  readonly levels: number;
  readonly processes: number;
}

/** Requires every name in braces to stand for something, and files not to be written by two at a time. */
export function requireTemplate(
  action: string,
  { run, file, theta, levels, processes }: TemplatePlan,
): void {
  if (run.length === 0 || run.some((part) => typeof part !== "string") || run[0] === "") {
    throw new TypeError(
      `Cannot ${action} as run must be a program and its arguments: current value is ${JSON.stringify(run)}`,
    );
  }
  const known = [
    ...theta.map((name) => `theta.${name}`),
    "seed",
    "row",
    "scratch",
    ...(levels > 0 ? ["level"] : []),
  ];
  const used = [...run, file ?? ""].flatMap((text) => [...text.matchAll(IN_BRACES)].map(([, name]) => name!));
  const strange = used.find((name) => !known.includes(name));
  if (strange !== undefined) {
    throw new TypeError(
      `Cannot ${action} as what is in braces must be one of ${
        known.join(", ")
      }: current value is {${strange}}`,
    );
  }
  if (levels > 0 && !used.includes("level")) {
    throw new RangeError(
      `Cannot ${action} as arguments of a program with levels must have {level}: none has`,
    );
  }
  if (file === undefined || processes === 1 || /\{(scratch|row)\}/.test(file)) return;
  throw new RangeError(
    `Cannot ${action} as a file that ${processes} processes write to must have {scratch} or {row} in its ` +
      `name: current value is "${file}"`,
  );
}
