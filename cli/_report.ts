// `likely report`.

import { console } from "./_console.ts";
import { type Artifact, type Draws, type Points, points, priorShape, row, warningsOf } from "@likely/core";
import { unitOf } from "./_beta.ts";
import { readDraws } from "./_draws_file.ts";
import { readModel, readObservation, requireFits } from "./_input.ts";
import { requireFigures, writeFigures } from "./_figure_files.ts";
import type { Arguments, Command } from "./_options.ts";
import { PAGE, requireOutput, writeOutput } from "./_output.ts";
import { predict } from "./_predictive.ts";
import { keyFor } from "./_seed.ts";

/** The command. */
export const reportCommand: Command = {
  name: "report",
  summary: "Writes a page about a model and draws of its posterior.",
  positionals: ["model", "draws"],
  options: {
    out: { value: "file", help: "the page, as .html", required: true },
    task: { value: "task", help: "simulate from the draws, to compare with the data" },
    x: {
      value: "data",
      help: "that data, to be warned of where they are unlike simulations; the task's by default",
    },
    row: { value: "number", help: "which row of that data the draws are of, as of sample --each" },
    page: {
      value: "address",
      help: "link to this page with the model in it, ?model=…, and these data (docs/web.md)",
    },
    beta: { value: "number", help: "the inverse temperature of the draws, to be told on the page" },
    truth: { value: "numbers", help: "the true parameters, to be drawn where data were simulated: 0.4,1.2" },
    figures: { value: "folder", help: "write each figure as a file of its own, too: SVG" },
    png: {
      help: "and as PNG, by Chromium; needs --allow-run, and --allow-env to be told which",
      with: ["figures"],
    },
    seed: { value: "number", help: "of these simulations", default: "0" },
  },
  notes: [
    "The page is one file without scripts. It says in words what was found, whether it can be believed and",
    "what would help; then come posterior, traces, learning curves, provenance and, with --task, data",
    "simulated from the draws. Of existing files only such a page is replaced.",
    "Draws are a CSV file, or a folder of this command or of ArviZ (Zarr 3), which may be compressed.",
    "Permissions: --allow-read, --allow-write; and --allow-run for a task file that names a program.",
  ],
  examples: [
    "likely report model.safetensors draws.csv --out report.html",
    "likely report model.safetensors draws.zarr --out report.html --task influenza",
    "likely report model.safetensors draws.csv --out report.html --figures figures --png",
    "likely report model.safetensors draws_3.csv --out report.html --task ./my_task.ts --x all.csv --row 3",
  ],
  run,
};

async function run(args: Arguments): Promise<void> {
  const [out, task, x] = [args.required("out"), args.text("task"), args.text("x")];
  const seed = args.integer("seed", 0)!;
  const beta = args.positive("beta");
  const data = x ?? task;
  if (data === undefined && args.has("row")) {
    args.refuse("--row must come with --x or --task: there is neither");
  }
  if (data === undefined && args.has("page")) {
    args.refuse("--page must come with --x or --task, to link to: there is neither");
  }
  await requireOutput(out, PAGE);
  const figures = args.text("figures");
  if (figures !== undefined) await requireFigures(figures);
  const artifact = await readModel(args.positional(0));
  const draws = await readDraws(args.positional(1));
  requireOfModel(args.positional(1), draws, artifact);
  const truth = truthOf(args, draws.names);
  const observed = data === undefined ? undefined : await observedRows(args, data, artifact);
  const from = [data, ...(args.has("row") ? [`row ${args.text("row")}`] : [])].join(", ");
  const predictive = task &&
    await predict(keyFor("report", seed), { task, from, observed: observed!, draws, artifact });
  const sbi = await import("@likely/sbi");
  const warnings = [
    ...warningsOf(artifact),
    ...(observed ? await sbi.observationWarnings(artifact, observed) : []),
    ...draws.warnings,
    ...sbi.convergenceWarnings(draws),
  ];
  const content = await sbi.posteriorContent({
    title: `Posterior of ${artifact.provenance.simulator}`,
    ...leadOf(artifact, beta),
    artifact,
    draws: { ...draws, warnings: [...new Set(warnings)] },
    ...(truth && { truth }),
    ...(predictive && { predictive }),
    ...(args.has("page") && {
      page: { address: args.text("page")!, x: observed!, ...(beta !== undefined && { beta }) },
    }),
  });
  const page = sbi.report(content);
  await writeOutput(out, page);
  const all = sbi.reportFigures(content);
  console.log(`${out}: ${(page.length / 1000).toFixed(0)} kB, ${all.length} figures`);
  if (figures !== undefined) {
    console.log(`${figures}: ${(await writeFigures(figures, all, args.flag("png"))).join(", ")}`);
  }
}

/** The true parameters, one for each that the model has. */
function truthOf(args: Arguments, names: readonly string[]): number[] | undefined {
  const text = args.text("truth");
  if (text === undefined) return undefined;
  const truth = text.split(",").map((cell) => cell.trim() === "" ? NaN : Number(cell));
  if (truth.length === names.length && truth.every(Number.isFinite)) return truth;
  args.refuse(`--truth must be a number for each of ${names.join(", ")}: current value is "${text}"`);
}

/** What kind of posterior it is, where it is not the Bayesian one. */
function leadOf(artifact: Artifact, beta: number | undefined): { readonly lead?: string } {
  if (artifact.kind === "cost") {
    const value = beta ?? "not told: it is not in the file of draws, see --beta";
    return { lead: `Generalized posterior by a cost; beta, in 1 / ${unitOf(artifact)}: ${value}.` };
  }
  return beta === undefined || beta === 1 ? {} : { lead: `Of the likelihood to the power of ${beta}.` };
}

function requireOfModel(path: string, { names, length, values }: Draws, { prior }: Artifact): void {
  const expected = priorShape(prior).names;
  if (JSON.stringify(names) !== JSON.stringify(expected)) {
    throw new TypeError(
      `Cannot report ${path} as its columns must be the model's parameters, ${expected.join(", ")}: ` +
        `current value is ${names.join(", ")}`,
    );
  }
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const at = Math.floor(bad / names.length);
  throw new RangeError(
    `Cannot report ${path} as every draw must be finite: draw ${at % length} of chain ` +
      `${Math.floor(at / length)} has ${values[bad]} for ${names[bad % names.length]}`,
  );
}

/** The data, or the row of them that the draws are of. */
async function observedRows(args: Arguments, x: string, artifact: Artifact): Promise<Points> {
  const all = await readObservation(x, artifact);
  const i = args.integer("row", 1);
  if (i === undefined) {
    if (artifact.kind === "posterior" && all.n > 1) {
      args.refuse(
        `--row must say which of the ${all.n} rows the draws are of, as the model is of a posterior`,
      );
    }
    requireFits(x, all, artifact);
    return all;
  }
  if (i > all.n) args.refuse(`--row must be in the data: current value is ${i}, of ${all.n} rows`);
  const observed = points(row(all, i - 1), all.dim);
  requireFits(`row ${i} of ${x}`, observed, artifact);
  return observed;
}
