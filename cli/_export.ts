// `likely export`.

import { console } from "./_console.ts";
import {
  artifactToOnnx,
  type Draws,
  npzNames,
  openSimulations,
  type Points,
  points,
  priorShape,
  readCsv,
  readTable,
  row,
  simulationTable,
  type Table,
  writeCsv,
  writeNpz,
  writeParquet,
  zeros,
} from "@likely/core";
import { readDraws } from "./_draws_file.ts";
import { readModel } from "./_input.ts";
import type { Arguments, Command } from "./_options.ts";
import { type OutputKind, requireOutput, writeOutput } from "./_output.ts";

/** The command. */
export const exportCommand: Command = {
  name: "export",
  summary: "Writes simulations or draws as NPZ, Parquet or CSV, models as ONNX, for other programs.",
  positionals: ["source"],
  options: {
    out: {
      value: "file",
      help: "the table, as .npz, .parquet or .csv, or the network, as .onnx",
      required: true,
    },
  },
  notes: [
    "<source> is a folder of simulations, or draws: a CSV file, or a folder of this command or of ArviZ; or,",
    "for .onnx, a model that is one network of dense layers of parameters and data.",
    "",
    "Simulations are written row by row as they are stored; rows that failed have NaN. NPZ holds theta,",
    "x and, where it is stored, score; Parquet and CSV one table of the parameters, then x1, x2, … or names of x. NPZ of",
    "draws holds an array [chain, draw] for each parameter; tables have columns chain and draw, too.",
    "In Python: numpy.load(file), pandas.read_parquet(file), pandas.read_csv(file). likely import takes",
    "simulations back. Of existing files only such a table, of the same columns, is replaced.",
    "",
    "A network in ONNX takes rows of parameters and then data, as they are, and gives the log-likelihood, the",
    "log ratio or the cost of each; likely import-onnx takes it back.",
    "Permissions: --allow-read, --allow-write.",
  ],
  examples: [
    "likely export sims.zarr --out sims.npz",
    "likely export draws.zarr --out draws.parquet",
    "likely export model.safetensors --out model.onnx",
  ],
  run,
};

/** What is exported. */
interface Exported {
  /** Of an NPZ file. */
  readonly arrays: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly values: Float64Array }>
  >;
  /** Of the others. */
  readonly table: () => Table;
  /** In words. */
  readonly what: string;
  readonly notes: readonly string[];
}

async function run(args: Arguments): Promise<void> {
  const [source, out] = [args.positional(0), args.required("out")];
  const [, form] = /\.(npz|parquet|csv|onnx)$/.exec(out) ?? [];
  if (form === undefined) {
    args.refuse(`--out must end with .npz, .parquet, .csv or .onnx: current value is "${out}"`);
  }
  if (form === "onnx") return await exportNetwork(source, out);
  await requireOutput(out, { what: "such a table", isOne: () => true });
  const { arrays, table, what, notes } = await isSimulations(source)
    ? await simulationsOf(source, form)
    : drawsOf(await readDraws(source));
  await requireOutput(out, kindOf(form, form === "npz" ? Object.keys(arrays) : table().names));
  if (form === "npz") await writeOutput(out, writeNpz(arrays));
  else if (form === "parquet") await writeOutput(out, await writeParquet(table()));
  else await writeOutput(out, () => csvOf(table()));
  console.log(`${out}: ${what}`);
  for (const note of notes) console.log(`note: ${note}`);
}

/** The program's name stands at the beginning of its files. */
const NETWORK: OutputKind = {
  what: "a network of this command",
  isOne: (bytes) => new TextDecoder("latin1").decode(bytes.subarray(2, 10)) === "\x12\x06likely",
};

async function exportNetwork(source: string, out: string): Promise<void> {
  await requireOutput(out, NETWORK);
  const artifact = await readModel(source);
  await writeOutput(out, artifactToOnnx(artifact));
  const { kind, spec, prior, provenance } = artifact;
  const what = { ratio: "log ratio", likelihood: "log-likelihood", cost: "cost", posterior: "" }[kind];
  console.log(
    `${out}: ${what} of ${provenance.simulator}, of rows of ${priorShape(prior).names.join(", ")} and then ` +
      `${spec.xDim} numbers of data`,
  );
}

async function isSimulations(path: string): Promise<boolean> {
  const text = await Deno.readTextFile(`${path}/zarr.json`).catch(() => "{}");
  try {
    return JSON.parse(text).attributes?.likely !== undefined;
  } catch {
    return false;
  }
}

/** All rows that are there, failed ones too, which the dataset leaves out. */
async function simulationsOf(path: string, form: string): Promise<Exported> {
  const { manifest: { names, n, score, simulator, xNames }, dataset, missing } = await openSimulations(path);
  const [theta, x, scores] = await Promise.all([
    rowsOf(path, "theta"),
    rowsOf(path, "x"),
    score ? rowsOf(path, "score") : undefined,
  ]);
  // A row that is not simulated yet has no parameters either.
  const there = Array.from({ length: n }, (_, i) => i).filter((i) =>
    Number.isFinite(theta.data[i * theta.dim])
  );
  const pick = (rows: Points) => there.length === n ? rows : gathered(rows, there);
  const array = (rows: Points) => ({ shape: [there.length, rows.dim], values: pick(rows).data });
  return {
    arrays: { theta: array(theta), x: array(x), ...scores && { score: array(scores) } },
    table: () => simulationTable(names, pick(theta), pick(x), xNames),
    what: `${there.length} pairs of ${simulator}, theta is ${names.join(", ")}`,
    notes: [
      ...dataset.failed > 0 ? [`${dataset.failed} of the rows failed: they have NaN`] : [],
      ...missing > 0 ? [`${missing} rows are not simulated yet, and left out`] : [],
      ...scores && form !== "npz" ? [`scores go into .npz only`] : [],
    ],
  };
}

async function rowsOf(path: string, pick: string): Promise<Points> {
  return (await readTable(path, { pick })).rows;
}

function gathered(source: Points, indices: readonly number[]): Points {
  const out = zeros(indices.length, source.dim);
  for (const [k, i] of indices.entries()) row(out, k).set(row(source, i));
  return out;
}

function drawsOf({ names, chains, length, values }: Draws): Exported {
  const columns = names.map((name, j) => {
    const column = Float64Array.from({ length: chains * length }, (_, i) => values[i * names.length + j]!);
    return [name, { shape: [chains, length], values: column }] as const;
  });
  const table = () => {
    const rows = zeros(chains * length, names.length + 2);
    for (let i = 0; i < rows.n; i++) {
      rows.data.set([Math.floor(i / length), i % length], i * rows.dim);
      rows.data.set(values.subarray(i * names.length, (i + 1) * names.length), i * rows.dim + 2);
    }
    return { names: ["chain", "draw", ...names], rows };
  };
  return {
    arrays: Object.fromEntries(columns),
    table,
    what: `${chains} chains of ${length} draws`,
    notes: [],
  };
}

/** Rows in a piece of text. */
const PIECE = 4096;

function* csvOf({ names, rows }: Table): Generator<string> {
  yield writeCsv(names, zeros(0, rows.dim));
  for (let i = 0; i < rows.n; i += PIECE) {
    yield writeCsv([], points(rows.data.subarray(i * rows.dim, (i + PIECE) * rows.dim), rows.dim));
  }
}

/** A table that this command could have written from the same source. */
function kindOf(form: string, names: readonly string[]): OutputKind {
  const isSame = (found: readonly string[]) => JSON.stringify(found) === JSON.stringify(names);
  const tell = {
    npz: (bytes: Uint8Array) => isSame(npzNames(bytes)),
    // The name of who wrote it is at the end, uncompressed.
    parquet: (bytes: Uint8Array) =>
      new TextDecoder("latin1").decode(bytes.subarray(-4096)).includes("likely") &&
      new TextDecoder("latin1").decode(bytes.subarray(0, 4)) === "PAR1",
    csv: (bytes: Uint8Array) => isSame(readCsv(bytes).names),
  }[form]!;
  return {
    what: "a table of the same columns",
    isOne: (bytes) => {
      try {
        return tell(bytes);
      } catch {
        return false;
      }
    },
  };
}
