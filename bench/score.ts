/**
 * `deno task bench:score`: what exact scores are worth, and what they cost.
 *
 * Networks of one kind learn the likelihood ratio from N simulations, with scores and without, and
 * are held to the exact likelihood on a grid. A cell, one case, arm, N and key, is written to a file
 * when it ends; the same command goes on after the last one. At the end it prints every cell, how
 * many plain simulations a scored one was worth, and the ratios of time, and draws learning curves and
 * likelihood surfaces. Other arms than those two, refreshed pairs and θ that joins late among them, are
 * in `_score_arms.ts`.
 *
 * `--quick`: one key, a graph and a separable field, 1,000 to 30,000 simulations, 100,000 plain ones.
 * `--cases sis,separable,field`, `--arms bce,score`, `--sizes 1000,10000`, `--plain 100000` (sizes for
 * plain training alone), `--keys 5`, `--steps 16000`, `--rate 0.001`, `--out out/bench/score`,
 * `--figures bench/figures` (empty for none), `--tables` (trains nothing), `--times` (steps alone).
 */

// deno-lint-ignore-file no-console -- a command for people

import { type Artifact, decodeArtifact, encodeArtifact } from "@likely/core";
import { parseArgs } from "@std/cli/parse-args";
import { ARMS, networkOf } from "./_score_arms.ts";
import { CASES, fieldEmbedding, type ScoreCase, type TestSet, testSet } from "./_score_cases.ts";
import { drawCurves, drawSurfaces } from "./_score_figure.ts";
import {
  judge,
  RULES,
  type ScoreResult,
  type ScoreSettings,
  trainCell,
  type TrainedCell,
} from "./_score_run.ts";
import { scoreTables } from "./_score_tables.ts";
import { type StepTimeOptions, stepTimes } from "./_score_time.ts";
import { format } from "./_measure.ts";

interface Options {
  readonly quick: boolean;
  readonly tables: boolean;
  readonly times: boolean;
  readonly cases?: string;
  readonly arms: string;
  readonly sizes?: string;
  readonly plain?: string;
  readonly keys?: string;
  readonly steps?: string;
  readonly rate?: string;
  readonly out: string;
  readonly figures: string;
}

const args = parseArgs(Deno.args, {
  boolean: ["quick", "tables", "times"],
  string: ["cases", "arms", "sizes", "plain", "keys", "steps", "rate", "out", "figures"],
  default: { arms: "bce,score", out: "out/bench/score", figures: "bench/figures" },
  // An empty value, as in `--figures ""`, is met a second time as an argument without a name.
  unknown: (name) =>
    name === "" || fail(`Cannot run the bench as the option must be known: current value is ${name}`),
}) as unknown as Options;
const cases = chosen("cases", args.cases ?? (args.quick ? "sis,separable" : "sis,separable,field"), CASES);
const tests = new Map<string, TestSet>();
const arms = chosen("arms", args.arms, ARMS);

if (args.times) await printTimes();
else {
  const results: ScoreResult[] = [];
  for (const settings of allSettings()) {
    const result = await read(settings) ?? (args.tables ? undefined : await run(settings));
    if (result) results.push(result);
  }
  console.log(scoreTables(results));
  if (args.figures) await drawFigures(results);
  if (!args.tables) await printTimes();
}
Deno.exit(0); // the wasm backend keeps listeners alive

/** Learning curves; and surfaces of the networks from the size next to the smallest, first key. */
async function drawFigures(results: readonly ScoreResult[]): Promise<void> {
  await drawCurves(results, args.figures);
  for (const name of cases) {
    const own = results.filter(({ settings }) => settings.case === name && settings.key === 1);
    const sizes = [...new Set(own.map(({ settings }) => settings.n))].sort((a, b) => a - b);
    const n = sizes[1] ?? sizes[0];
    const networks = own.filter(({ settings }) => settings.n === n).map(({ settings }) =>
      [`${ARMS[settings.arm]!.title}, N = ${n!.toLocaleString("en")}`, networksOf(settings)] as const
    );
    if (networks.length > 0) {
      await drawSurfaces(`${args.figures}/surfaces_${name}.svg`, testOf(name), networks);
    }
  }
}

/** Small sizes of every case and arm come first: a run that is cut short has something to say. */
function allSettings(): ScoreSettings[] {
  const keys = whole("keys", args.keys ?? (args.quick ? "1" : "5"));
  const both = sizes(
    "sizes",
    args.sizes ?? (args.quick ? "1000,3000,10000,30000" : "1000,3000,10000,30000,100000"),
  );
  const plain = sizes("plain", args.plain ?? (args.quick ? "100000" : "300000"));
  return Array.from({ length: keys }, (_, k) => k + 1).flatMap((key) =>
    [...new Set([...both, ...plain])].sort((a, b) => a - b).flatMap((n) =>
      cases.flatMap((name) =>
        arms.filter((arm) => both.includes(n) || !ARMS[arm]!.hasScore).map((arm) => ({
          case: name,
          arm,
          n,
          key,
          steps: args.steps === undefined ? CASES[name]!.steps : whole("steps", args.steps),
          batchSize: 128,
          learningRate: args.rate === undefined ? CASES[name]!.learningRate : Number(args.rate),
        }))
      )
    )
  );
}

/** One cell, kept in one piece: a killed run leaves no half file behind. */
async function run(settings: ScoreSettings): Promise<ScoreResult> {
  await Deno.mkdir(args.out, { recursive: true });
  const cell = await trainCell(settings, `${args.out}/simulations`);
  await Promise.all(
    cell.artifacts.map((artifact, member) =>
      Deno.writeFile(networkPath(settings, member), encodeArtifact(artifact))
    ),
  );
  const result = await judged(cell);
  const { case: name, arm, n, key } = settings;
  const { metrics: { divergence }, seconds } = result;
  console.error(
    `${name}, ${arm}, N ${n}, key ${key}: KL ${format(divergence)}, ${format(seconds.train)} CPU seconds`,
  );
  return result;
}

async function judged({ artifacts, ...cell }: TrainedCell): Promise<ScoreResult> {
  const result = { ...cell, ...await judge(artifacts, testOf(cell.settings.case)) };
  const path = pathOf(cell.settings);
  await Deno.writeTextFile(`${path}.part`, JSON.stringify(result));
  await Deno.rename(`${path}.part`, path);
  return result;
}

function testOf(name: string): TestSet {
  const test = tests.get(name) ?? testSet(CASES[name]!);
  tests.set(name, test);
  return test;
}

function pathOf({ case: name, arm, n, key, steps, learningRate }: ScoreSettings): string {
  return `${args.out}/${name}_${arm}_${n}_key${key}_steps${steps}_rate${learningRate}.json`;
}

function networkPath(settings: ScoreSettings, member: number): string {
  return pathOf(settings).replace(/json$/, `${member}.safetensors`);
}

function networksOf(settings: ScoreSettings): Artifact[] {
  const { members = 1 } = ARMS[settings.arm]!;
  return Array.from(
    { length: members },
    (_, member) => decodeArtifact(Deno.readFileSync(networkPath(settings, member))),
  );
}

/** The result of an earlier run, if it was told the same; judged anew if the rules are others now. */
async function read(settings: ScoreSettings): Promise<ScoreResult | undefined> {
  try {
    const found: ScoreResult = JSON.parse(await Deno.readTextFile(pathOf(settings)));
    if (JSON.stringify(found.settings) !== JSON.stringify(settings)) return undefined;
    if (found.rules === RULES) return found;
    return await judged({ ...found, artifacts: networksOf(settings) });
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function printTimes(): Promise<void> {
  console.log("\n| a training step | plain, ms | score | a quarter of the scores |");
  console.log("| --- | ---: | ---: | ---: |");
  const line = async (title: string, study: ScoreCase, options: StepTimeOptions) => {
    const { bce, score, scoreQuarter } = await stepTimes(study, options) as Record<string, number>;
    const ratios = [score!, scoreQuarter!].map((time) => (time / bce!).toFixed(3));
    console.log(`| ${title}, ${options.batchSize} rows | ${[format(bce!), ...ratios].join(" | ")} |`);
  };
  for (const name of cases) {
    const study = CASES[name]!;
    await line(study.title, study, { batchSize: 128, blocks: study.embedding ? 12 : 60 });
    if (!study.embedding) {
      const late = { ...study, ...networkOf(study, ARMS.bceLate!) };
      await line(`${study.title}, late θ`, late, { batchSize: 128, blocks: 60 });
      continue;
    }
    const embedding = fieldEmbedding([128, 128, 16]);
    await line("the same, 128-128-16 filters", study, { embedding, batchSize: 32, blocks: 4 });
  }
}

function sizes(name: string, text: string): number[] {
  return text.split(",").filter(Boolean).map((size) => whole(name, size));
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  return fail(`Cannot run the bench as --${name} must be a whole number >= 1: current value is ${text}`);
}

function chosen(name: string, text: string, known: Readonly<Record<string, unknown>>): string[] {
  const names = text.split(",");
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
