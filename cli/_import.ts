// `likely import`.

import { console } from "./_console.ts";
import { importSimulations } from "@likely/core";
import { importSource } from "./_import_source.ts";
import type { Arguments, Command } from "./_options.ts";
import { requireStore } from "./_output.ts";
import { printFailures } from "./_print_failures.ts";

/** The command. */
export const importCommand: Command = {
  name: "import",
  summary: "Takes pairs that were simulated elsewhere, from tables.",
  positionals: [],
  options: {
    theta: { value: "tables", help: "parameters, a row for each simulation", required: true },
    x: { value: "tables", help: "data, row by row", required: true },
    score: { value: "tables", help: "scores of the rows, where they are known, in columns as theta's" },
    task: { value: "task", help: "whose prior, names and widths they have; it is not run", required: true },
    out: { value: "folder", help: "where to keep the pairs, as a Zarr group", required: true },
  },
  notes: [
    "A table is CSV, NPY, NPZ, Parquet, or a Zarr folder of an array or a group, as of xarray and ArviZ;",
    "several files, with commas between, are joined in order. Of several arrays theta or prior, and x or",
    "prior_predictive, are taken, and score: choose another by file.npz#name. One table may hold both: parameters",
    "are then told by their names.",
    "",
    "Columns of theta are matched by name where they have the names of the task's parameters, in any order,",
    "else by place. Parameters beyond the prior's support are refused; those unlike draws of the prior, and",
    "columns that look swapped or never vary, are warned of. Rows of x with a number that is not finite, or",
    "is missing, have failed: they are kept and counted.",
    "",
    "The folder is one that likely simulate could have made; no pairs can be added to it.",
    "Permissions: --allow-read, --allow-write.",
  ],
  examples: [
    "likely import --theta theta.csv --x x.npy --task ./my_task.ts --out sims.zarr",
    "likely import --theta sims.npz --x sims.npz --task influenza --out sims.zarr",
    "likely import --theta s.npz --x s.npz --score s.npz --task gaussian_field --out fields.zarr",
    "likely import --theta runs1.parquet,runs2.parquet --x x1.npy,x2.npy --task two_moons --out sims.zarr",
  ],
  run,
};

async function run(args: Arguments): Promise<void> {
  const path = args.required("out");
  await requireStore(path);
  const [theta, x] = [await filesOf(args.required("theta")), await filesOf(args.required("x"))];
  const score = args.text("score");
  const task = await importSource(args.required("task"));
  const { dataset, manifest, notes, warnings } = await importSimulations(path, task, {
    theta,
    x,
    ...score !== undefined && { score: await filesOf(score) },
  });
  const { simulator, names, xDim, n } = manifest;
  console.log(
    `${path}: ${dataset.x.n} pairs of ${simulator}, theta of width ${names.length} and x of width ${xDim}, imported`,
  );
  for (const note of notes) console.log(`note: ${note}`);
  printFailures(dataset, n);
  for (const warning of warnings) console.log(`warning: ${warning}`);
}

/** Files with commas between; a comma may be in the name of one. */
async function filesOf(text: string): Promise<string[]> {
  if (!text.includes(",") || await Deno.stat(text).then(() => true, () => false)) return [text];
  return text.split(",").filter((file) => file !== "");
}
