// What a table of draws cannot hold: how they were made, in a file beside it.

import { type Draws, type DrawsInfo, sha256 } from "@likely/core";
import * as v from "valibot";
import { writeOutput } from "./_output.ts";

/** `draws.csv` has `draws.csv.info.json` beside it. */
const ENDING = ".info.json";

const SIDECAR = v.object({
  format: v.literal("likely draws 1"),
  /** Of the table: what is said of another one is not said of this. */
  sha256: v.string(),
  info: v.objectWithRest(
    { sampler: v.string(), evaluations: v.nullable(v.number()) },
    v.nullable(v.union([v.number(), v.string()])),
  ),
  warnings: v.array(v.string()),
});

/** The path of the file beside a table. */
export function sidecarOf(path: string): string {
  return `${path}${ENDING}`;
}

/** Whether the bytes are such a file. */
export function isSidecar(bytes: Uint8Array): boolean {
  return parsed(new TextDecoder().decode(bytes)) !== undefined;
}

/** Writes how the draws of a table were made. */
export async function writeSidecar(path: string, { info, warnings }: Draws): Promise<void> {
  const digest = await sha256(await Deno.readFile(path));
  const said = { format: "likely draws 1", sha256: digest, info, warnings };
  // JSON has neither NaN nor infinities: null stands for what is not known.
  await writeOutput(sidecarOf(path), `${JSON.stringify(said, null, 2)}\n`);
}

/** Adds to the draws of a table how they were made, if the file beside it is of that table. */
export async function withSidecar(path: string, draws: Draws): Promise<Draws> {
  const text = await Deno.readTextFile(sidecarOf(path)).catch(() => undefined);
  const said = text === undefined ? undefined : parsed(text);
  if (said === undefined || said.sha256 !== await sha256(await Deno.readFile(path))) return draws;
  const info = Object.fromEntries(Object.entries(said.info).map(([name, value]) => [name, value ?? NaN]));
  return { ...draws, info: info as unknown as DrawsInfo, warnings: said.warnings };
}

function parsed(text: string): v.InferOutput<typeof SIDECAR> | undefined {
  try {
    return v.parse(SIDECAR, JSON.parse(text));
  } catch {
    return undefined;
  }
}
