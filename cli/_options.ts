// Command lines: one table per command gives parsing, checking and the help text.

import { nearest } from "@likely/core/check";
import { parseArgs } from "@std/cli/parse-args";

/** Bad usage: exit code 2, and a pointer to the help. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** One option of a command. */
export interface Option {
  /** What the value stands for in the help; absent for a flag. */
  readonly value?: string;
  /** One line for the help. */
  readonly help: string;
  /** Shown in the help, and used when the option is absent. */
  readonly default?: string;
  /** Whether the option must be given. */
  readonly required?: true;
  /** Another option that it must come with, and the values of that one that it goes with; none for any. */
  readonly with?: readonly [option: string, ...values: string[]];
}

/** A command as data. */
export interface Command {
  /** After `likely`. */
  readonly name: string;
  /** One line. */
  readonly summary: string;
  /** Names of the positional arguments, all required. */
  readonly positionals: readonly string[];
  /** What may follow them, once or several times; absent where nothing may. */
  readonly rest?: string;
  /** By name, without dashes. */
  readonly options: Readonly<Record<string, Option>>;
  /** What to know, below the options in the help. */
  readonly notes: readonly string[];
  /** Command lines for the end of the help. */
  readonly examples: readonly string[];
  /** Does the work. */
  run(args: Arguments): Promise<void>;
}

/** Parsed arguments; every getter refuses an illegal value with a `UsageError`. */
export interface Arguments {
  /** The positional argument of that place. */
  positional(index: number): string;
  /** The positional arguments from that place on. */
  positionalsFrom(index: number): readonly string[];
  /** The option's text, or its default. */
  text(name: string): string | undefined;
  /** As {@linkcode Arguments.text}, but it must be there. */
  required(name: string): string;
  /** A whole number ≥ `low`. */
  integer(name: string, low: number): number | undefined;
  /** A finite number > 0. */
  positive(name: string): number | undefined;
  /** One of the given words. */
  choice<T extends string>(name: string, words: readonly T[]): T | undefined;
  /** Whether the flag was given. */
  flag(name: string): boolean;
  /** Whether the option was given, its default aside. */
  has(name: string): boolean;
  /** Ends with a `UsageError`. */
  refuse(why: string): never;
}

/** Parses the arguments of one command. */
export function parse(command: Command, args: readonly string[]): Arguments {
  const entries = Object.entries(command.options);
  const names = (isFlag: boolean) =>
    entries.filter(([, o]) => (o.value === undefined) === isFlag).map(([n]) => n);
  const joined = joinNegatives(args, names(false));
  checkOnce(command, joined);
  const parsed = parseArgs(joined, {
    string: ["_", ...names(false)],
    boolean: [...names(true), "help"],
    alias: { help: "h" },
    unknown: (arg: string, key?: string) => {
      if (key !== undefined) {
        fail(command, `${arg} is not an option${nearestTo(key, Object.keys(command.options))}`);
      }
    },
  });
  const positionals = parsed._.map(String);
  if (parsed.help !== true) {
    checkPositionals(command, positionals);
    const missing = entries.find(([name, { required }]) => required && parsed[name] === undefined);
    if (missing) fail(command, `--${missing[0]} is missing`);
    checkCompanions(command, parsed);
  }
  return reader(command, parsed, positionals);
}

/** `: the nearest is --max-epochs`, where one is near. */
function nearestTo(name: string, names: readonly string[]): string {
  const near = nearest(name, [...names, "help"]);
  return near === undefined ? "" : `: the nearest is --${near}`;
}

/** `--n -5` as `--n=-5`: a number, not an option called 5. */
function joinNegatives(args: readonly string[], withValues: readonly string[]): string[] {
  const joined: string[] = [];
  for (const arg of args) {
    const before = joined.at(-1);
    const isValue = /^-\.?\d/.test(arg) && before?.startsWith("--") && withValues.includes(before.slice(2));
    if (isValue) joined[joined.length - 1] += `=${arg}`;
    else joined.push(arg);
  }
  return joined;
}

/** Of an option that is there twice nobody knows which value is meant; a flag has none. */
function checkOnce(command: Command, args: readonly string[]): void {
  const seen = new Set<string>();
  for (let i = 0; i < args.length && args[i] !== "--"; i++) {
    const [, name, value] = /^--([^=]+)(=.*)?$/s.exec(args[i]!) ?? [];
    if (name === undefined) continue;
    if (seen.has(name)) fail(command, `--${name} must be given once: it is there twice`);
    seen.add(name);
    const option = Object.hasOwn(command.options, name) ? command.options[name] : undefined;
    const isFlag = name === "help" || option !== undefined && option.value === undefined;
    if (isFlag && value !== undefined) {
      fail(command, `--${name} must have no value: current value is "${value.slice(1)}"`);
    }
    // What follows is its value, whatever it looks like.
    if (option?.value !== undefined && value === undefined && !args[i + 1]?.startsWith("--")) i++;
  }
}

function checkPositionals(command: Command, given: readonly string[]): void {
  const all = [...command.positionals, ...(command.rest === undefined ? [] : [command.rest])];
  const missing = all[given.length];
  if (missing !== undefined) fail(command, `<${missing}> is missing`);
  if (given.length > all.length && command.rest === undefined) {
    fail(command, `"${given[command.positionals.length]}" is one argument too many`);
  }
}

function checkCompanions(command: Command, parsed: Record<string, unknown>): void {
  for (const [name, { with: companion }] of Object.entries(command.options)) {
    // A flag that is not given is false.
    if (parsed[name] === undefined || parsed[name] === false || companion === undefined) continue;
    const [other, ...values] = companion;
    const value = parsed[other] ?? command.options[other]?.default;
    if (values.length === 0 ? value !== undefined : values.includes(value as string)) continue;
    const state = value === undefined ? "there is none" : `current value is "${value}"`;
    fail(command, `--${name} must come with ${written(companion)}: ${state}`);
  }
}

/** `--method ace`, `--distance mmd or energy_score`. */
function written([option, ...values]: readonly [string, ...string[]]): string {
  return `--${option} ${values.join(" or ")}`.trimEnd();
}

function fail(command: Command, why: string): never {
  throw new UsageError(`Cannot run "likely ${command.name}" as ${why}`);
}

function reader(
  command: Command,
  parsed: Record<string, unknown>,
  positionals: readonly string[],
): Arguments {
  const refuse = (name: string, rule: string, value: string): never =>
    fail(command, `--${name} must be ${rule}: current value is "${value}"`);
  const text = (name: string): string | undefined => {
    const value = parsed[name] ?? command.options[name]?.default;
    if (value === "") refuse(name, "followed by a value", "");
    return value as string | undefined;
  };
  const number = (name: string, rule: string, isLegal: (value: number) => boolean): number | undefined => {
    const value = text(name);
    if (value === undefined) return undefined;
    return value.trim() !== "" && isLegal(Number(value)) ? Number(value) : refuse(name, rule, value);
  };
  return {
    positional: (index) => positionals[index]!,
    positionalsFrom: (index) => positionals.slice(index),
    text,
    required: (name) => text(name) ?? fail(command, `--${name} is missing`),
    integer: (name, low) =>
      number(name, `a whole number >= ${low}`, (v) => Number.isSafeInteger(v) && v >= low),
    positive: (name) => number(name, "a finite number > 0", (v) => Number.isFinite(v) && v > 0),
    choice: (name, words) => {
      const value = text(name);
      if (value === undefined) return undefined;
      return words.find((word) => word === value) ?? refuse(name, `one of ${words.join(", ")}`, value);
    },
    flag: (name) => parsed[name] === true,
    has: (name) => parsed[name] !== undefined,
    refuse: (why) => fail(command, why),
  };
}

/** The help text of a command. */
export function help(command: Command): string {
  const words = command.positionals.map((p) => `<${p}>`);
  if (command.rest !== undefined) words.push(`<${command.rest}>…`);
  const usage = ["likely", command.name, ...words, "[options]"].join(" ");
  const rows = Object.entries({ ...command.options, help: { help: "show this text" } }).map(
    (
      [name, option]: [string, Option],
    ) => [`--${name}${option.value ? ` <${option.value}>` : ""}`, describe(option)],
  );
  const width = Math.max(...rows.map(([left]) => left!.length));
  return [
    command.summary,
    "",
    `Usage: ${usage}`,
    "",
    "Options:",
    ...rows.map(([left, right]) => `  ${left!.padEnd(width)}  ${right}`),
    "",
    ...command.notes,
    "",
    "Examples:",
    ...command.examples.map((line) => `  ${line}`),
  ].join("\n");
}

/** Breaks text into lines for the help. */
export function wrap(text: string, width = 95): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1) ?? ""} ${word}`.trimStart();
    if (lines.length > 0 && longer.length <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

function describe({ help, default: value, required, with: companion }: Option): string {
  const notes = [
    ...(required ? ["required"] : []),
    ...(companion ? [`with ${written(companion)}`] : []),
    ...(value === undefined ? [] : [`default: ${value}`]),
  ];
  return notes.length === 0 ? help : `${help} (${notes.join("; ")})`;
}
