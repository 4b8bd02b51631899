// `likely init`.

import { console } from "./_console.ts";
import { basename, join, relative, resolve } from "node:path";
import { priorFrom, type PriorSpec } from "@likely/core";
import { type Language, LANGUAGES } from "./_init_stubs.ts";
import { type Arguments, type Command, UsageError } from "./_options.ts";
import { requireFresh } from "./_output.ts";

/** What marginals are called, and their numbers in order. */
const MARGINALS: Readonly<Record<string, readonly string[]>> = {
  uniform: ["low", "high"],
  normal: ["mean", "sd"],
  "truncated_normal": ["mean", "sd", "low", "high"],
  "log_normal": ["logMean", "logSd"],
  gamma: ["shape", "rate"],
  exponential: ["rate"],
  beta: ["a", "b"],
};

/** The command. */
export const initCommand: Command = {
  name: "init",
  summary: "Writes a task file and a simulator to begin with, in a language of yours.",
  positionals: ["folder"],
  options: {
    language: { value: "name", help: Object.keys(LANGUAGES).join(", ") },
    parameters: { value: "priors", help: "names and their priors: drift=uniform(-3,3),rate=gamma(2,1)" },
    x: { value: "names", help: "of the numbers that the simulator gives, or how many: 14, or mean,sd" },
    name: { value: "name", help: "of the task; by default that of the folder" },
    observation: { value: "file", help: "a CSV file with the observed data" },
  },
  notes: [
    "What is not given is asked for. Priors are:",
    ...Object.entries(MARGINALS).map(([kind, numbers]) => `  ${kind}(${numbers.join(", ")})`),
    "",
    "The simulator runs as it stands, and is to be replaced by yours: a function of the parameters. The loop",
    "around it reads requests on standard input and writes answers on standard output, JSON line by line.",
    "Nothing is ever replaced. The task file goes where other commands take a task.",
    "Permissions: --allow-read, --allow-write.",
  ],
  examples: [
    "likely init epidemic",
    "likely init epidemic --language c --parameters 'beta=uniform(0,3),gamma=uniform(0,1)' --x 14",
    "likely simulate epidemic/task.json --out sims.zarr",
  ],
  run,
};

async function run(args: Arguments): Promise<void> {
  const folder = args.positional(0);
  const name = args.text("name") ?? basename(resolve(folder));
  const observation = args.text("observation");
  if (observation !== undefined && !await Deno.stat(observation).then(({ isFile }) => isFile, () => false)) {
    args.refuse(`--observation must be a file that is there: current value is "${observation}"`);
  }
  const language = ask(args, "language", "Which language?", { suggestion: "python", read: readLanguage });
  const prior = ask(args, "parameters", "Which parameters?", {
    suggestion: "a=uniform(0,1),b=normal(0,1)",
    read: readPrior,
  });
  const x = ask(args, "x", "Which numbers does it give, by name, or how many?", {
    suggestion: "10",
    read: readX,
  });
  const task = {
    format: 1,
    name,
    prior,
    x,
    ...(observation !== undefined && { observation: relative(resolve(folder), resolve(observation)) }),
    simulator: { command: language.command },
  };
  const files = {
    "task.json": `${JSON.stringify(task, null, 2)}\n`,
    [language.file]: language.stub({ name, theta: Object.keys(prior), x }),
  };
  await Deno.mkdir(folder, { recursive: true });
  for (const file of Object.keys(files)) await requireFresh(join(folder, file));
  for (const [file, text] of Object.entries(files)) {
    await Deno.writeTextFile(join(folder, file), text, { createNew: true });
  }
  console.log(next(folder, language, observation !== undefined).join("\n"));
}

function next(folder: string, { file, build }: Language, isObserved: boolean): string[] {
  const task = join(folder, "task.json");
  return [
    `${task} and ${join(folder, file)}: written. Next:`,
    `  put your model in place of simulate() in ${join(folder, file)}`,
    ...(build ? [`  (cd ${folder} && ${build})`] : []),
    ...(isObserved
      ? []
      : [`  name the observed data in ${task}: "observation": "observed.csv", or its numbers`]),
    `  likely simulate ${task} --n 10000 --out sims.zarr`,
  ];
}

interface Answer<T> {
  readonly suggestion: string;
  /** Refuses what is no answer. */
  readonly read: (args: Arguments, text: string) => T;
}

/** From the flag, or else from the user, who is asked again after a slip. */
function ask<T>(args: Arguments, flag: string, question: string, { suggestion, read }: Answer<T>): T {
  const given = args.text(flag);
  if (given !== undefined) return read(args, given);
  if (!Deno.stdin.isTerminal()) args.refuse(`--${flag} is missing, and there is no terminal to ask at`);
  for (;;) {
    const answer = prompt(`${question} [${suggestion}]`);
    if (answer === null) throw new UsageError(`Cannot run "likely init" as every question must be answered`);
    try {
      return read(args, answer === "" ? suggestion : answer);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      console.error(error.message.replace(/^Cannot run "likely init" as --\w+ /, "It "));
    }
  }
}

function readLanguage(args: Arguments, text: string): Language {
  const name = text.trim().toLowerCase();
  if (Object.hasOwn(LANGUAGES, name)) return LANGUAGES[name]!;
  return args.refuse(
    `--language must be one of ${Object.keys(LANGUAGES).join(", ")}: current value is "${text}"`,
  );
}

/** `a=uniform(0,1),b=normal(0,1)` as a task file has it. */
function readPrior(args: Arguments, text: string): Record<string, { readonly kind: string }> {
  const refuse = (rule: string, value: string) =>
    args.refuse(`--parameters must be ${rule}, as in drift=uniform(-3,3): current value is "${value}"`);
  const prior: Record<string, { readonly kind: string }> = {};
  const parts = text.match(/[^,\s(][^,(]*\([^)]*\)|[^,\s][^,]*/g) ?? [];
  if (parts.length === 0) refuse("names and their priors", text);
  for (const part of parts) {
    const [, name, kind, inner] = /^\s*(.+?)\s*[=:~]\s*(\w+)\s*\(([^)]*)\)\s*$/.exec(part) ??
      refuse("name=prior", part);
    const keys = MARGINALS[kind!];
    if (keys === undefined) return refuse(`one of ${Object.keys(MARGINALS).join(", ")}`, kind!);
    const numbers = inner!.split(",").map((number) => number.trim() === "" ? NaN : Number(number));
    // An end that is infinite is none.
    const isOpen = (k: number) => kind === "truncated_normal" && k >= 2 && Math.abs(numbers[k]!) === Infinity;
    if (numbers.length !== keys.length || !numbers.every((value, k) => Number.isFinite(value) || isOpen(k))) {
      refuse(`${kind}(${keys.join(",")})`, part.trim());
    }
    if (Object.hasOwn(prior, name!)) refuse("of distinct names", name!);
    prior[name!] = {
      kind: kind!,
      ...Object.fromEntries(keys.map((key, k) => [key, numbers[k]!]).filter((_, k) => !isOpen(k))),
    };
  }
  const parameters = Object.entries(prior).map(([name, marginal]) => ({ name, marginal }));
  try {
    priorFrom({ kind: "independent", parameters } as unknown as PriorSpec);
  } catch (error) {
    args.refuse(`--parameters must be a prior: ${(error as Error).message}`);
  }
  return prior;
}

function readX(args: Arguments, text: string): number | string[] {
  if (/^\s*\d+\s*$/.test(text) && Number(text) >= 1) return Number(text);
  const names = text.split(",").map((name) => name.trim());
  if (names.every((name) => name !== "" && !/^[\d.+-]/.test(name)) && new Set(names).size === names.length) {
    return names;
  }
  return args.refuse(`--x must be a whole number >= 1, or distinct names: current value is "${text}"`);
}
