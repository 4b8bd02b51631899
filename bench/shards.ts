/** What does a shard of a run cost before its first row? */

import { median, type Row } from "./_measure.ts";

/** The question of the table. */
export const question = "One of 100 shards up to its first row: five parameters, five numbers of x";

const REPEATS = 3;

/** Each in a process of its own; of a small run, what the process costs. */
export async function rows(): Promise<Row[]> {
  const out: Row[] = [];
  const cases = [
    [1e5, 100, "ours", "a small run, a shard"],
    [1e6, 100, "ours", "10^6 rows, a shard"],
    [1e6, 100, "own", "10^6 rows, a shard, a prior of one's own"],
    [1e6, 1, "ours", "10^6 rows, all of them"],
    [1e7, 100, "ours", "10^7 rows, a shard"],
    [1e7, 100, "own", "10^7 rows, a shard, a prior of one's own"],
    [1e7, 1, "ours", "10^7 rows, all of them"],
  ] as const;
  for (const [n, of, prior, what] of cases) {
    const starts: { seconds: number; megabytes: number }[] = [];
    for (let i = 0; i < REPEATS; i++) starts.push(await startOf(n, of, prior));
    out.push({ what, value: median(starts.map(({ seconds }) => seconds)), unit: "s" });
    out.push({ what, value: median(starts.map(({ megabytes }) => megabytes)), unit: "MB" });
  }
  return out;
}

async function startOf(
  n: number,
  of: number,
  prior: string,
): Promise<{ seconds: number; megabytes: number }> {
  const path = await Deno.makeTempDir();
  const child = new URL("./_shard_start.ts", import.meta.url).pathname;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", child, `${n}`, `${of}`, prior, path],
    stderr: "inherit",
  }).output();
  await Deno.remove(path, { recursive: true });
  return JSON.parse(new TextDecoder().decode(stdout));
}
