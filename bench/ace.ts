/**
 * `deno task bench:ace`: the benchmark of amortized cost estimation, the paper's tables beside ours.
 *
 * Four tasks, well-specified and misspecified observations, three β each. A run, one task, key and
 * number of simulations, is written to a file when it ends; the same command goes on after the last
 * one, and prints the tables when all are there.
 *
 * `--quick`: one key, 10,000 simulations. `--simulations 10000,1000,200`, `--keys 3`,
 * `--tasks uniform_1d,two_moons`, `--preset paper` (the original network and schedule),
 * `--sampler mcmc` (Markov chains where a grid would do), `--draws 5000`, `--c2st 1000` (rows a
 * side, where there are 10,000 simulations or more; 0 leaves it out), `--out out/bench/ace`,
 * `--tables` (prints what is there, runs nothing).
 */

// deno-lint-ignore-file no-console -- a command for people

import { parseArgs } from "@std/cli/parse-args";
import { gaussianMixtureAce, linearGaussianShifted, twoMoons, uniform1d } from "@likely/simulators";
import { type AceResult, aceRun, type AceSettings } from "./_ace_run.ts";
import { aceTables } from "./_ace_tables.ts";

const TASKS = [uniform1d(), twoMoons(), linearGaussianShifted(), gaussianMixtureAce()];

interface Options {
  readonly quick: boolean;
  readonly tables: boolean;
  readonly simulations?: string;
  readonly keys?: string;
  readonly tasks?: string;
  readonly preset: string;
  readonly sampler: string;
  readonly draws: string;
  readonly c2st: string;
  readonly out: string;
}

const args = parseArgs(Deno.args, {
  boolean: ["quick", "tables"],
  string: ["simulations", "keys", "tasks", "preset", "sampler", "draws", "c2st", "out"],
  default: { preset: "default", sampler: "grid", draws: "5000", c2st: "1000", out: "out/bench/ace" },
  unknown: (name) => fail(`Cannot run the bench as the option must be known: current value is ${name}`),
}) as unknown as Options;
const keys = args.quick ? 1 : whole("keys", args.keys ?? "3");
const sizes = (args.simulations ?? (args.quick ? "10000" : "10000,1000,200")).split(",")
  .map((value) => whole("simulations", value));
const names = args.tasks?.split(",") ?? TASKS.map(({ name }) => name);
const unknown = names.find((name) => !TASKS.some((task) => task.name === name));
if (unknown !== undefined) {
  fail(
    `Cannot run the bench as tasks must be of ${TASKS.map(({ name }) => name)}: current value is ${unknown}`,
  );
}
const shared = {
  preset: choice("preset", args.preset, ["default", "paper"]),
  sampler: choice("sampler", args.sampler, ["grid", "mcmc"]),
  draws: whole("draws", args.draws),
};
const c2stRows = whole("c2st", args.c2st);
// What has been published is of this size; forests are most of a run's time.
const C2ST_FROM = 10_000;

const results: AceResult[] = [];
for (const simulations of sizes) {
  for (const task of TASKS.filter(({ name }) => names.includes(name))) {
    for (let key = 1; key <= keys; key++) {
      const settings: AceSettings = {
        simulations,
        key,
        ...shared,
        c2stRows: simulations < C2ST_FROM ? 0 : c2stRows,
      };
      const path =
        `${args.out}/${task.name}_${simulations}_${shared.preset}_${shared.sampler}_key${key}.json`;
      const stored = read(path, settings);
      if (stored || args.tables) {
        if (stored) results.push(stored);
        continue;
      }
      const start = performance.now();
      const result = await aceRun(task, settings);
      write(path, result);
      results.push(result);
      const took = ((performance.now() - start) / 1000).toFixed(0);
      console.error(`${task.name}, ${simulations} simulations, key ${key}: ${took} s`);
    }
  }
}
console.log(aceTables(results));
Deno.exit(0); // the wasm backend keeps listeners alive

/** The result of an earlier run, if it was told the same. */
function read(path: string, settings: AceSettings): AceResult | undefined {
  try {
    const found: AceResult = JSON.parse(Deno.readTextFileSync(path));
    return JSON.stringify(found.settings) === JSON.stringify(settings) ? found : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** In one piece: a killed run leaves no half file behind. */
function write(path: string, result: AceResult): void {
  Deno.mkdirSync(args.out, { recursive: true });
  Deno.writeTextFileSync(`${path}.part`, JSON.stringify(result));
  Deno.renameSync(`${path}.part`, path);
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return value;
  return fail(`Cannot run the bench as --${name} must be a whole number >= 0: current value is ${text}`);
}

function choice<T extends string>(name: string, text: string, allowed: readonly T[]): T {
  return allowed.find((value) => value === text) ??
    fail(`Cannot run the bench as --${name} must be one of ${allowed.join(", ")}: current value is ${text}`);
}

function fail(message: string): never {
  console.error(message);
  Deno.exit(2);
}
