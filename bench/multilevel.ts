/**
 * `deno task bench:multilevel`: do several levels pay?
 *
 * Every case is a simulator with levels and a method. All modes train by their defaults, on what the same money
 * buys: coupled runs of all levels, or the finest level alone, once, twice and four times. Judged on fresh
 * data of the finest level: minus the mean log density of the truth in nats (of a likelihood that is known,
 * the relative entropy; of a cost, its error over the spread of the truth), and coverage of regions of 0.9.
 * Five keys; each cell is a file, and the same command goes on where it was killed.
 *
 * `--quick`: two keys and the small cases, in some minutes. `--cases toggle,field` (parts of names), `--keys 5`,
 * `--arms plain,fine x 1`, `--steps 3000` (as many for all, instead of the defaults), `--out out/bench/multilevel`, `--tables` (prints what is there, runs nothing).
 */

// deno-lint-ignore-file no-console -- a command for people

import { key as seed, mean } from "@likely/core";
import { levelAdvice } from "@likely/sbi";
import { parseArgs } from "@std/cli/parse-args";
import { fineRuns, LEVELS_CASES, type LevelsCase, spent } from "./_levels_cases.ts";
import { type Arm, cell, type CellResult, type CellSettings } from "./_levels_run.ts";

const ARMS: readonly Arm[] = [
  "plain",
  "weighted",
  "control_variate",
  "paper",
  "pooled",
  "transfer",
  "fine x 1",
  "fine x 2",
  "fine x 4",
];

interface Options {
  readonly quick: boolean;
  readonly tables: boolean;
  readonly cases?: string;
  readonly keys?: string;
  readonly arms?: string;
  readonly steps?: string;
  readonly out: string;
}

const args = parseArgs(Deno.args, {
  boolean: ["quick", "tables"],
  string: ["cases", "keys", "arms", "steps", "out"],
  default: { out: "out/bench/multilevel" },
  unknown: (name) => fail(`Cannot run the bench as the option must be known: current value is ${name}`),
}) as unknown as Options;
const keys = Number(args.keys ?? (args.quick ? 2 : 5));
if (!Number.isInteger(keys) || keys < 1) {
  fail(`Cannot run the bench as --keys must be a whole number >= 1: current value is ${args.keys}`);
}
const arms = args.arms?.split(",").map((name) => name.trim() as Arm) ?? ARMS;
const steps = args.steps === undefined ? "default" : Number(args.steps);
if (steps !== "default" && !(Number.isInteger(steps) && steps >= 1)) {
  fail(`Cannot run the bench as --steps must be a whole number >= 1: current value is ${args.steps}`);
}
const stranger = arms.find((arm) => !ARMS.includes(arm));
if (stranger) {
  fail(`Cannot run the bench as --arms must be of ${ARMS.join(", ")}: current value is ${stranger}`);
}
const wanted = args.cases?.split(",").map((part) => part.trim().toLowerCase()) ??
  (args.quick ? ["summaries", "steps"] : [""]);
const cases = LEVELS_CASES.filter(({ name }) => wanted.some((part) => name.toLowerCase().includes(part)))
  .filter(({ name }) => !args.quick || !name.startsWith("Hodgkin"));
if (cases.length === 0) {
  fail(`Cannot run the bench as --cases must be part of a case's name: current value is ${args.cases}`);
}
await Deno.mkdir(args.out, { recursive: true });

for (let key = 1; key <= keys && !args.tables; key++) {
  for (const problem of cases) {
    // A table has no more of its finest level than its pairs.
    for (const arm of arms) if (!problem.table || !/x [24]/.test(arm)) await cellOf(problem, arm, key);
  }
}
for (const problem of cases) await print(problem);
Deno.exit(0);

function settingsOf({ name, method, counts }: LevelsCase, arm: Arm, key: number): CellSettings {
  return { problem: name, method, arm, key, steps, counts };
}

function pathOf({ problem, method, arm, key, steps }: CellSettings): string {
  return `${args.out}/${`${problem} ${method} ${arm} ${key} ${steps}`.replaceAll(/\W+/g, "_")}.json`;
}

async function stored(settings: CellSettings): Promise<CellResult | undefined> {
  try {
    const found = JSON.parse(await Deno.readTextFile(pathOf(settings))) as CellResult;
    return JSON.stringify(found.settings) === JSON.stringify(settings) ? found : undefined;
  } catch {
    return undefined;
  }
}

async function cellOf(problem: LevelsCase, arm: Arm, key: number): Promise<void> {
  const settings = settingsOf(problem, arm, key);
  if (await stored(settings)) return;
  const result = await cell(problem, settings);
  if (!result) return console.error(`skipped: the data of ${problem.name} are not there`);
  const path = pathOf(settings);
  await Deno.writeTextFile(`${path}.part`, JSON.stringify(result));
  await Deno.rename(`${path}.part`, path);
  console.error(
    `${problem.name}, ${problem.method}, ${arm}, key ${key}: ${result.score.toFixed(3)}, ${
      result.seconds.toFixed(1)
    } CPU s`,
  );
}

async function print(problem: LevelsCase): Promise<void> {
  const { name, method, counts } = problem;
  console.log(`\n### ${name}, ${method}\n`);
  console.log(
    `${counts.join(" + ")} runs, cost ${spent(problem)}; the finest level alone: ${fineRuns(problem)} runs.`,
  );
  if (!args.tables && !problem.table) console.log(await predicted(problem));
  console.log(
    "\n| arm | score | between keys | median | coverage of 0.9 | CPU s |\n| --- | ---: | ---: | ---: | ---: | ---: |",
  );
  for (const arm of arms) {
    const found: CellResult[] = [];
    for (let key = 1; key <= keys; key++) {
      const one = await stored(settingsOf(problem, arm, key));
      if (one) found.push(one);
    }
    if (found.length === 0) continue;
    const of = (value: (one: CellResult) => number) => mean(Float64Array.from(found, value));
    const scores = found.map(({ score }) => score).sort((a, b) => a - b);
    const covered = found[0]!.coverage === undefined ? "" : of(({ coverage }) => coverage!).toFixed(2);
    console.log(
      `| ${arm} | ${of(({ score }) => score).toFixed(3)} | ${scores[0]!.toFixed(3)} to ${
        scores.at(-1)!.toFixed(3)
      } | ${of(({ median }) => median).toFixed(3)} | ${covered} | ${
        of(({ seconds }) => seconds).toFixed(1)
      } |`,
    );
  }
}

/** What a pilot says before anything is bought. */
async function predicted({ source, method }: LevelsCase): Promise<string> {
  const { losses, text } = await levelAdvice(seed(3), source, { method });
  const [, , final] = losses;
  return `\nPilot of 400: gain ${final.choice.gain.toPrecision(3)} by levels ${
    final.choice.levels.join(", ")
  }. ${text.join(" ")}`;
}

function fail(message: string): never {
  console.error(message);
  Deno.exit(2);
}
