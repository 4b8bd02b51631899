/**
 * Reference posteriors of the simulation-based inference benchmark (sbibm), where they are at hand.
 *
 * Looked for in the folder that `LIKELY_SBIBM` names, else in `../shared/data/sbibm` beside the
 * project. Layout: `<task>/obs<k>/` with `observation.csv`, `true_parameters.csv` and
 * `reference_posterior_samples.csv.gz`, one header line each. Tests without the data are ignored
 * and say so in their names.
 */

import { type Points, points } from "@likely/core";

/** One observation of one task. */
export interface SbibmCase {
  /** `[p]`: the observed data. */
  readonly observation: Float64Array;
  /** `[d]`: the parameters that gave it. */
  readonly truth: Float64Array;
  /** `[10000, d]`: samples of the reference posterior. */
  readonly reference: Points;
}

const FOLDER = folderUrl(Deno.env.get("LIKELY_SBIBM") ?? new URL("../../shared/data/sbibm", import.meta.url));

/** Whether the data are there. */
export const hasSbibm: boolean = await Deno.stat(FOLDER).then((info) => info.isDirectory, () => false);

/** Registers a test that needs the data. */
export function sbibmTest(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: hasSbibm ? name : `${name} (sbibm reference data absent)`, ignore: !hasSbibm, fn });
}

/** Reads observation `k`, from 1, of a task. */
export async function readSbibm(task: string, k: number): Promise<SbibmCase> {
  const read = (name: string) => readCsv(new URL(`${task}/obs${k}/${name}`, FOLDER));
  return {
    observation: (await read("observation.csv")).data,
    truth: (await read("true_parameters.csv")).data,
    reference: await read("reference_posterior_samples.csv.gz"),
  };
}

/** Reads another row of data of observation `k`, by its file's name. */
export async function readSbibmObservation(task: string, k: number, name: string): Promise<Float64Array> {
  return (await readCsv(new URL(`${task}/obs${k}/${name}.csv`, FOLDER))).data;
}

/** Reads a text that lies beside the tasks. */
export function readSbibmText(name: string): Promise<string> {
  return Deno.readTextFile(new URL(name, FOLDER));
}

function folderUrl(folder: string | URL): URL {
  const base = new URL(`file://${Deno.cwd()}/`);
  return typeof folder === "string" ? new URL(`${folder}/`, base) : new URL(`${folder}/`);
}

async function readCsv(url: URL): Promise<Points> {
  const { readable } = await Deno.open(url);
  const plain = url.pathname.endsWith(".gz")
    ? readable.pipeThrough(new DecompressionStream("gzip"))
    : readable;
  const [header, ...lines] = (await new Response(plain).text()).trim().split("\n");
  const values = Float64Array.from(lines.flatMap((line) => line.split(",")), Number);
  if (!values.every(Number.isFinite)) throw new TypeError(`Cannot read ${url} as every value must be finite`);
  return points(values, header!.split(",").length);
}
