// `likely sample`.

import { console } from "./_console.ts";
import {
  type Artifact,
  type Draws,
  foldIn,
  type Key,
  type Points,
  points,
  priorFrom,
  row,
} from "@likely/core";
import type { PosteriorOptions } from "@likely/sbi";
import { type BetaChoice, betaFor, readBeta } from "./_beta.ts";
import { chosenBeta } from "./_chosen_beta.ts";
import { requireDrawsNames, requireDrawsOutput, writeDrawsOutput } from "./_draws_file.ts";
import { readModel, readObservation, requireFits, requireKnownPrior, requireWidth } from "./_input.ts";
import { Interrupted, onInterrupt } from "./_interrupt.ts";
import type { Arguments, Command } from "./_options.ts";
import { printSummary } from "./_print_summary.ts";
import { progress, rate } from "./_progress.ts";
import { fileOfBeta, fileOfRow, followPath } from "./_sample_path.ts";
import { keyFor } from "./_seed.ts";

const SAMPLERS = ["auto", "nuts", "hmc", "mala", "slice", "random_walk", "smc", "importance"] as const;
/** Draws, and particles of a path, where nobody says how many. */
const DRAWS = 4000;
const PARTICLES = 1000;
/** What says how chains run, which a path of particles does not have. */
const OF_CHAINS = ["sampler", "chains", "warmup"];

/** The command. */
export const sampleCommand: Command = {
  name: "sample",
  summary: "Draws from the posterior of a model, given data.",
  positionals: ["model"],
  options: {
    x: { value: "data", help: "a table, a task that comes with data, or numbers: 0.8,9", required: true },
    out: { value: "file", help: "the draws: a CSV file, or a folder .zarr for ArviZ", required: true },
    each: { help: "ask about each row of the data alone, and write a file for each" },
    beta: {
      value: "number",
      help: "inverse temperature, needed for a cost: one, several with commas between, or auto",
    },
    task: { value: "task", help: "the simulator, to choose beta by", with: ["beta", "auto"] },
    datasets: {
      value: "number",
      help: "pairs of data sets to choose beta by; by default 30",
      with: ["beta", "auto"],
    },
    sampler: { value: "name", help: SAMPLERS.join(", "), default: "auto" },
    chains: { value: "number", help: "Markov chains, or populations of smc; 4 where there are some" },
    draws: {
      value: "number",
      help: "draws kept in all; by default 4000, or 1000 particles for several values of beta",
    },
    warmup: { value: "number", help: "steps of adaptation, thrown away; 500 where there are chains" },
    seed: { value: "number", help: "the same seed gives the same draws", default: "0" },
  },
  notes: [
    "The table holds one observation a row: CSV, with or without a header, its numbers with decimal points",
    "and between commas, semicolons, tabs or blanks; or NPY, NPZ, Parquet, Zarr. Several rows are independent",
    "observations of the same parameters, whose likelihoods are multiplied; with --each every row is an",
    "observation of its own, and gets a file of its own: draws_1.csv, draws_2.csv beside draws.csv. A row",
    "that cannot be asked about is told, and the others are done. Of existing files only draws are replaced.",
    "",
    "Unless --sampler, --chains or --warmup ask for chains, weighted proposals learn where the posterior is;",
    "where their weights cannot be trusted, chains run from where the weight is. --sampler importance says so.",
    "",
    "--beta multiplies the log ratio or the cost; it is in 1 / unit of the cost's distance. auto takes",
    "the one whose simulations come closest to data held out, simulated too; see `chooseBeta`.",
    "Several are sampled along one path from the prior, by as many particles as --draws says, and",
    "each gets a file of its own: draws_beta10.csv beside draws.csv.",
    "",
    'In Python, arviz.from_zarr("draws.zarr") opens such a folder. It knows how the draws were made, too.',
    "Permissions: --allow-read, --allow-write; and --allow-run for a task file that names a program.",
  ],
  examples: [
    "likely sample model.safetensors --x observed.csv --out draws.csv",
    "likely sample model.safetensors --x influenza --out draws.csv --sampler slice --draws 20000",
    "likely sample posterior.safetensors --x observed.csv --out draws.zarr",
    "likely sample posterior.safetensors --x patients.csv --each --out draws.csv",
    "likely sample cost.safetensors --x observed.csv --beta 10,30,100 --out draws.csv",
    "likely sample cost.safetensors --x observed.csv --beta auto --task two_moons --out draws.csv",
  ],
  run,
};

async function run(args: Arguments): Promise<void> {
  const out = args.required("out");
  const asked = readBeta(args);
  const options = {
    sampler: args.choice("sampler", SAMPLERS)!,
    draws: args.integer("draws", 4 * (args.integer("chains", 1) ?? 4)),
    // Whoever says how chains run wants chains.
    ...(args.has("chains") && { chains: args.integer("chains", 1)! }),
    ...(args.has("warmup") && { warmup: args.integer("warmup", 0)! }),
  };
  requireFitting(args, asked);
  const isEach = args.flag("each");
  const betas = asked === undefined || asked === "auto" ? [] : asked;
  const filesOf = (path: string) => betas.length > 1 ? betas.map((beta) => fileOfBeta(path, beta)) : [path];
  const requireFiles = async (path: string) => {
    for (const file of filesOf(path)) await requireDrawsOutput(file);
  };
  // Of rows it is not known yet how many there are.
  if (!isEach) await requireFiles(out);
  const artifact = await readModel(args.positional(0));
  requireKnownPrior(args.positional(0), artifact);
  requireDirect(args, artifact);
  const beta = await betaFor(args, asked, artifact);
  const jobs = await jobsOf(args, artifact);
  if (isEach) { for (const { path } of jobs) await requireFiles(path); }
  const names = priorFrom(artifact.prior).names;
  for (const file of jobs.flatMap(({ path }) => filesOf(path))) await requireDrawsNames(file, names);
  using interrupt = onInterrupt();
  const { signal } = interrupt;
  let done = 0;
  const sample = async ({ x, path, key }: Job, at: number) => {
    const how = { ...options, key, signal, isQuiet: jobs.length > MOST_TABLES };
    if (betas.length > 1) {
      await followPath(artifact, x, { ...how, draws: how.draws ?? PARTICLES, betas, files: filesOf(path) });
    } else await sampleChains(artifact, x, { ...how, beta: at, out: path });
    done++;
  };
  try {
    const at = beta === "auto" ? await chosenBeta(args, artifact, { x: jobs[0]!.x, signal }) : beta[0]!;
    if (isEach) await sampleEach(jobs, (job) => sample(job, at));
    else await sample(jobs[0]!, at);
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    const kept = isEach ? `draws of ${done} of ${jobs.length} rows are written` : "nothing is written";
    throw new Interrupted(`Interrupted: ${kept}`);
  }
}

/** One observation, or several of the same parameters. */
interface Job {
  readonly x: Points;
  /** What is written. */
  readonly path: string;
  readonly key: Key;
}

/** The rows of `--x` together, or each of them. */
async function jobsOf(args: Arguments, artifact: Artifact): Promise<Job[]> {
  const [file, out, key] = [
    args.required("x"),
    args.required("out"),
    keyFor("sample", args.integer("seed", 0)!),
  ];
  const x = await readObservation(file, artifact);
  if (!args.flag("each")) {
    requireFits(file, x, artifact);
    requireOne(args, x, artifact);
    return [{ x, path: out, key }];
  }
  requireWidth(file, x, artifact);
  return Array.from({ length: x.n }, (_, i) => ({
    x: points(row(x, i), x.dim),
    path: fileOfRow(out, i),
    key: foldIn(key, i),
  }));
}

/** Says what is made of several rows: a posterior learned as a density can make nothing of them. */
function requireOne(args: Arguments, { n }: Points, { kind }: Artifact): void {
  if (n === 1) return;
  if (kind === "posterior") {
    args.refuse(
      `--x must be one observation, as the model is of a posterior: there are ${n} rows; ask about each by --each`,
    );
  }
  console.log(
    `note: the ${n} rows of x are taken for independent observations of the same parameters; ` +
      "--each asks about each of them",
  );
}

/** A row that cannot be asked about is told, and does not end the others. */
async function sampleEach(jobs: readonly Job[], sample: (job: Job) => Promise<void>): Promise<void> {
  const failed: string[] = [];
  for (const [i, job] of jobs.entries()) {
    try {
      await sample(job);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      failed.push(`row ${i + 1}: ${error.message}`);
    }
  }
  if (failed.length === 0) return;
  for (const line of failed.slice(1, MOST_TABLES)) console.error(line);
  throw new RangeError(`Cannot sample ${failed.length} of ${jobs.length} rows: ${failed[0]}`);
}

/** Rows whose summaries are printed; of more, one line each. */
const MOST_TABLES = 10;

/** A posterior that was learned as a density is drawn from without a chain. */
function requireDirect(args: Arguments, { kind }: Artifact): void {
  const other = kind === "posterior" ? [...OF_CHAINS, "beta"].find((name) => args.has(name)) : undefined;
  if (other) args.refuse(`--${other} must come with another model: a posterior is drawn from directly`);
}

/** Several β have no chains; one that is to be chosen needs the simulator. */
function requireFitting(args: Arguments, beta: BetaChoice | undefined): void {
  if (beta === "auto" && !args.has("task")) {
    args.refuse("--task is missing: --beta auto must simulate, to see which is best");
  }
  if (beta === "auto" || beta === undefined || beta.length < 2) return;
  const other = OF_CHAINS.find((name) => args.has(name));
  if (other) args.refuse(`--${other} must come with one value of --beta: several are sampled by particles`);
}

/** How one posterior is sampled. */
interface ChainArguments extends Pick<PosteriorOptions, "sampler" | "chains" | "warmup" | "beta" | "signal"> {
  /** In all. */
  readonly draws: number | undefined;
  readonly key: Key;
  /** Whether no summary is printed. */
  readonly isQuiet: boolean;
  readonly out: string;
}

async function sampleChains(artifact: Artifact, x: Points, args: ChainArguments): Promise<void> {
  const { out, isQuiet } = args;
  const draws = await watched(artifact, x, args);
  await writeDrawsOutput(out, draws);
  if (!isQuiet) await printSummary(draws);
  const { info, chains, length, warnings } = draws;
  const how = artifact.kind === "posterior"
    ? `${length} independent draws`
    : info.sampler === "importance"
    ? `${length} weighted proposals drawn, k̂ ${Number(info.kHat).toFixed(2)}, ${
      Number(info.seconds).toFixed(1)
    } s`
    : `${chains} chains of ${length} draws by ${info.sampler}, ${Number(info.seconds).toFixed(1)} s`;
  console.log(`${out}: ${how}`);
  for (const warning of warnings) console.log(`warning: ${warning}`);
}

/** Shows a bar while chains run. */
async function watched(
  artifact: Artifact,
  x: Points,
  { key, draws = DRAWS, out: _, isQuiet: __, ...options }: ChainArguments,
): Promise<Draws> {
  const { posterior } = await import("@likely/sbi");
  using given = await posterior(artifact, x, {
    ...options,
    onProgress: ({ step, total, stepsPerSecond, secondsLeft }) =>
      bar.update(step, total, rate(stepsPerSecond, secondsLeft)),
  });
  // Said before the bar, which may run for long.
  for (const warning of given.warnings ?? []) console.error(`warning: ${warning}`);
  using bar = progress("sample");
  return await given.sample(key, draws);
}
