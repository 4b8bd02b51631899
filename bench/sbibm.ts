/**
 * `deno task bench:sbibm`: what the defaults of `npe`, `nle` and `nre` are worth.
 *
 * Tasks of the simulation-based inference benchmark beside its published results, then problems such as
 * people have, all against exact posteriors. A surrogate serves every observation. What is trained
 * and each answer are written to files when they are there; the same command goes on after the last
 * one, and prints the tables when all are.
 *
 * C2ST is the benchmark's (an MLP, five folds), of fewer draws than its 10,000, and so nearer to 0.5 where
 * differences are small. Chains have their defaults; where a task is known to have several modes,
 * particles draw instead.
 *
 * `--quick`: one key, one observation, the small tasks, in some minutes. `--tasks two_moons,slcp`,
 * `--rounds 4` (beside each training one in so many rounds for every observation, of as many simulations in
 * all), `--problems mg1_queue` (empty for none), `--methods npe,nle,nre`, `--sizes 1000,10000` (100000 too; real
 * problems are asked at 10,000), `--keys 2`, `--observations 1,2,3`, `--draws 1000` (real problems
 * twice as many), `--classifier forest`, `--out out/bench/sbibm`, `--tables` (prints what is there, runs
 * nothing). Where `PYTHON` names an interpreter that has sbi 0.27, the same by sbi.
 */

// deno-lint-ignore-file no-console -- a command for people

import type { Artifact } from "@likely/core";
import { parseArgs } from "@std/cli/parse-args";
import { hasSbibm } from "../tests/_sbibm.ts";
import { hasPython } from "../tests/_python.ts";
import { format } from "./_measure.ts";
import { byPeer } from "./_sbibm_peer.ts";
import { BENCHMARK, type Problem, REAL } from "./_sbibm_problems.ts";
import { readPublished } from "./_sbibm_published.ts";
import {
  answered,
  type AnswerResult,
  type AnswerSettings,
  type Method,
  METHODS,
  type OwnMethod,
  trained,
  type TrainResult,
  type TrainSettings,
} from "./_sbibm_run.ts";
import { openStore } from "./_sbibm_store.ts";
import { benchmarkTable, type Cell, realTable } from "./_sbibm_tables.ts";

interface Options {
  readonly quick: boolean;
  readonly tables: boolean;
  readonly tasks?: string;
  readonly problems?: string;
  readonly methods: string;
  readonly sizes?: string;
  readonly keys?: string;
  readonly observations?: string;
  readonly rounds?: string;
  readonly draws: string;
  readonly classifier: string;
  readonly out: string;
}

const args = parseArgs(Deno.args, {
  boolean: ["quick", "tables"],
  string: [
    "tasks",
    "problems",
    "methods",
    "sizes",
    "keys",
    "observations",
    "rounds",
    "draws",
    "classifier",
    "out",
  ],
  default: { methods: METHODS.join(), draws: "1000", classifier: "mlp", out: "out/bench/sbibm" },
  // An empty value, as in `--problems ""`, is met a second time as an argument without a name.
  unknown: (name) =>
    name === "" || fail(`Cannot run the bench as the option must be known: current value is ${name}`),
}) as unknown as Options;
const QUICK = { tasks: "two_moons,gaussian_linear", problems: "gaussian_correlated" };
const tasks = chosen(
  "tasks",
  args.tasks ?? (args.quick ? QUICK.tasks : Object.keys(BENCHMARK).join()),
  BENCHMARK,
);
const problems = chosen(
  "problems",
  args.problems ?? (args.quick ? QUICK.problems : Object.keys(REAL).join()),
  REAL,
);
const sizes = args.sizes?.split(",").map((size) => whole("sizes", size)) ?? [1000, 10_000];
const keys = whole("keys", args.keys ?? (args.quick ? "1" : "2"));
const observations = (args.observations ?? (args.quick ? "1" : "1,2,3")).split(",")
  .map((k) => whole("observations", k));
const rounds = args.rounds === undefined ? 1 : whole("rounds", args.rounds);
const draws = whole("draws", args.draws);
const classifier = chosen("classifier", args.classifier, { mlp: 0, forest: 0 })[0] as "mlp" | "forest";
const own = chosen(
  "methods",
  args.methods,
  Object.fromEntries(METHODS.map((name) => [name, 0])),
) as OwnMethod[];
const python = Deno.env.get("PYTHON");
const hasPeer = python !== undefined && await hasPython("sbi");
if (python !== undefined && !hasPeer) console.error(`skipped: ${python} has no sbi`);
const methods: readonly Method[] = own.flatMap((name) => hasPeer ? [name, `sbi_${name}` as const] : [name]);
const REAL_SIZE = 10_000;
const store = openStore(args.out);
const published = await readPublished();

if (!hasSbibm) console.error("skipped: the benchmark's observations and references are not there");
const isThere = ({ isPublished }: Problem) => hasSbibm || !isPublished;
const benchmark: Cell[] = [];
for (const size of sizes) {
  benchmark.push(...await cellsOf(tasks.map((name) => BENCHMARK[name]!), size, draws));
}
const real = await cellsOf(problems.map((name) => REAL[name]!), REAL_SIZE, 2 * draws);
print();
Deno.exit(0); // the wasm backend keeps listeners alive

/** Every method and key; small keys come first, so that a run that is cut short has something to say. */
async function cellsOf(asked: readonly Problem[], simulations: number, rows: number): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (let key = 1; key <= keys; key++) {
    for (const problem of asked.filter(isThere)) {
      for (const method of methods) {
        const settings = { problem: problem.name, method, simulations, key };
        const answers = observations.map((observation) => ({
          ...settings,
          observation,
          draws: rows,
          classifier,
        }));
        const cell = await cellOf(problem, settings, answers);
        if (cell) cells.push(cell);
        if (rounds === 1 || method.startsWith("sbi_")) continue;
        for (const answer of answers) {
          const { observation, ...rest } = answer;
          const about = { rounds: { count: rounds, observation } };
          const own = await cellOf(problem, { ...settings, ...about }, [{ ...rest, ...about, observation }]);
          if (own) cells.push(own);
        }
      }
    }
  }
  return cells;
}

async function cellOf(
  problem: Problem,
  settings: TrainSettings,
  asked: readonly AnswerSettings[],
): Promise<Cell | undefined> {
  const missing = asked.filter((answer) => !store.answer(answer));
  if (missing.length > 0 && !args.tables) {
    if (settings.method.startsWith("sbi_")) await askPeer(problem, settings, missing);
    else await answerAll(problem, settings as TrainSettings & { method: OwnMethod }, missing);
  }
  const training = store.training(settings);
  const answers = asked.map((answer) => store.answer(answer)).filter((answer) => answer !== undefined);
  return training && answers.length > 0 ? { training, answers } : undefined;
}

async function answerAll(
  problem: Problem,
  settings: TrainSettings & { readonly method: OwnMethod },
  missing: readonly AnswerSettings[],
): Promise<void> {
  const artifact = await artifactOf(problem, settings);
  for (const answer of missing) {
    const exact = await store.exact(problem, answer.observation, answer.draws);
    keep(await answered(problem, answer, { artifact, exact }));
  }
}

async function artifactOf(
  problem: Problem,
  settings: TrainSettings & { readonly method: OwnMethod },
): Promise<Artifact> {
  if (store.training(settings)) return store.artifact(settings);
  const { artifact, ...training } = await trained(problem, settings);
  store.keepTraining(training, artifact);
  tell(training);
  return artifact;
}

/** The peer leaves no file that another process could go on from: it trains for what is missing. */
async function askPeer(
  problem: Problem,
  settings: TrainSettings,
  missing: readonly AnswerSettings[],
): Promise<void> {
  const exact = (observation: number) => store.exact(problem, observation, missing[0]!.draws);
  const { training, answers } = await byPeer(problem, settings, { python: python!, answers: missing, exact });
  store.keepTraining(training);
  tell(training);
  answers.forEach(keep);
}

function keep(result: AnswerResult): void {
  store.keepAnswer(result);
  const { settings: { observation }, c2st, sample } = result;
  console.error(`  observation ${observation}: C2ST ${c2st.toFixed(3)}, ${format(sample.cpu)} CPU s`);
}

function tell({ settings: { problem, method, simulations, key }, train }: TrainResult): void {
  const seconds = `${format(train.wall)} s, ${format(train.cpu)} CPU s`;
  console.error(`${problem}, ${method}, ${simulations} simulations, key ${key}: ${seconds}`);
}

function print(): void {
  const told = `C2ST by ${classifier === "mlp" ? "an MLP" : "a random forest"}`;
  console.log(`\n## The benchmark's tasks\n\n${told}, ${draws.toLocaleString("en")} draws a side.`);
  console.log("Published: the benchmark's, mean over ten observations, 10,000 draws a side.");
  if (!published) console.log("Its results are not at hand: the column stays empty.");
  console.log(`\n${benchmarkTable(benchmark, published)}`);
  console.log(`\n## Real problems\n\n${told}, ${(2 * draws).toLocaleString("en")} draws a side.`);
  console.log("Impossible: the largest share of draws that cannot have made the observation.");
  console.log(`\n${realTable(real)}`);
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  return fail(`Cannot run the bench as --${name} must be a whole number >= 1: current value is ${text}`);
}

function chosen(name: string, text: string, known: Readonly<Record<string, unknown>>): string[] {
  const names = text.split(",").filter(Boolean);
  const stranger = names.find((one) => !(one in known));
  if (stranger === undefined) return names;
  return fail(
    `Cannot run the bench as --${name} must be of ${Object.keys(known)}: current value is ${stranger}`,
  );
}

function fail(message: string): never {
  console.error(message);
  Deno.exit(2);
}
