// `likely merge`.

import { console } from "./_console.ts";
import {
  type MergedSimulations,
  mergeSimulations,
  type MissingRows,
  type SimulationManifest,
} from "@likely/core";
import { Interrupted, onInterrupt } from "./_interrupt.ts";
import { type Arguments, type Command, wrap } from "./_options.ts";
import { requireReplaceable, requireStore } from "./_output.ts";
import { progress } from "./_progress.ts";
import { shardsOf } from "./_shards_of.ts";

const LEVEL = /^level\d+$/;
/** Gaps that are named one by one. */
const NAMED = 5;

/** The command. */
export const mergeCommand: Command = {
  name: "merge",
  summary: "Joins the shards of a simulation, made on many machines.",
  positionals: ["out"],
  rest: "folder",
  options: {},
  notes: [
    ...wrap(
      "Files are copied into <out> as they are, chunk by chunk; what is in several folders must be the " +
        "same in all. The folders stay as they are. Run the same command again to take up a merge that was " +
        "interrupted, or to add folders. Rows that no folder has are named, and the exit code is 1.",
    ),
    "Permissions: --allow-read, --allow-write.",
  ],
  examples: [
    "likely merge all.zarr part1.zarr part2.zarr",
    "likely merge all.zarr parts/*",
  ],
  run,
};

async function run(args: Arguments): Promise<void> {
  const out = args.positional(0);
  const folders = args.positionalsFrom(1);
  const levels = await levelsIn(folders);
  if (levels.length === 0) {
    await requireStore(out);
    return tell(out, [await merge(out, folders)]);
  }
  await requireReplaceable(out, { what: "levels of simulations", entries: LEVEL });
  const merged: Merged[] = [];
  for (const level of levels) {
    merged.push(await merge(`${out}/${level}`, folders.map((path) => `${path}/${level}`)));
  }
  tell(out, merged);
}

interface Merged extends MergedSimulations {
  readonly path: string;
}

/** What `--levels` has made: a folder for each level. */
async function levelsIn(folders: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const folder of folders) {
    try {
      for await (const { name } of Deno.readDir(folder)) if (LEVEL.test(name)) found.add(name);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) throw error;
    }
  }
  return [...found].sort((a, b) => Number(a.slice(5)) - Number(b.slice(5)));
}

async function merge(out: string, folders: readonly string[]): Promise<Merged> {
  using interrupt = onInterrupt();
  using bar = progress("merge");
  try {
    const merged = await mergeSimulations(out, folders, {
      signal: interrupt.signal,
      onProgress: ({ done, total }) => bar.update(done, total, `${done} of ${total} chunks`),
    });
    return { ...merged, path: out };
  } catch (error) {
    if (!(error instanceof Interrupted)) throw error;
    throw new Interrupted(
      `Interrupted: what is joined is kept in ${out}; run the same command again to go on`,
    );
  }
}

function tell(out: string, merged: readonly Merged[]): void {
  const gaps: string[] = [];
  for (const { path, manifest, rows, missing } of merged) {
    console.log(`${path}: ${rows} of ${manifest.n} rows of ${manifest.simulator}`);
    if (missing.length > 0) gaps.push(`${manifest.n - rows} of ${path}${wanting(manifest, missing)}`);
  }
  if (gaps.length === 0) return;
  throw new Error(
    `Cannot finish ${out} as every row must be in a folder: there are none of ${gaps.join("; ")}; make ` +
      `them and run this command again, or \`likely simulate\` into ${out} without --shard`,
  );
}

/** `, rows 3000 to 3999 and 9000 to 9999, --shard 4/6`. */
function wanting({ n, chunkRows }: SimulationManifest, missing: readonly MissingRows[]): string {
  const chunks = missing.flatMap(({ first, rows }) =>
    Array.from({ length: Math.ceil(rows / chunkRows) }, (_, k) => first / chunkRows + k)
  );
  const named = missing.slice(0, NAMED).map(({ first, rows }) => `${first} to ${first + rows - 1}`);
  const more = missing.length > NAMED ? ` and ${missing.length - NAMED} stretches more` : "";
  const shards = shardsOf(chunks, Math.ceil(n / chunkRows));
  return `, rows ${named.join(", ")}${more}${shards ? ` (--shard ${shards.join(", ")})` : ""}`;
}
