/** How many effective draws a second do NUTS of this house, of NumPyro and of BlackJAX give? */

// deno-lint-ignore-file no-console -- says what it skips

import { type Draws, key } from "@likely/core";
import { essBulk } from "@likely/diagnostics";
import { sample } from "@likely/samplers";
import { type KnownTarget, TARGETS } from "../tests/_sampler_targets.ts";
import { eightSchools } from "./_eight_schools.ts";
import { median, type Row } from "./_measure.ts";

/** The question of the table. */
export const question =
  "NUTS, effective draws of the worst parameter a second, four chains of 500 + 1,000, float64, one process each";

const NAMES = ["correlated normal, 50-d", "banana"];

/** What `samplers.py` says of a run. */
interface PeerRun {
  readonly peer: string;
  readonly target: string;
  readonly seconds: number;
  readonly compile: number;
  readonly chains: number;
  readonly draws: number;
  readonly dim: number;
}

/** Ours, then the peers that the Python named by `PYTHON`, else `python3`, has installed. */
export async function rows(): Promise<Row[]> {
  const targets = [...TARGETS.filter(({ target }) => NAMES.includes(target.name)), eightSchools()];
  const out: Row[] = [];
  for (const known of targets) out.push(...await ours(known));
  return [...out, ...await theirs()];
}

async function ours({ target, start }: KnownTarget): Promise<Row[]> {
  const began = performance.now();
  await sample(key(0), target, start, { sampler: "nuts" });
  const first = (performance.now() - began) / 1000;
  const runs: Draws[] = [];
  for (let seed = 1; seed < 4; seed++) runs.push(await sample(key(seed), target, start, { sampler: "nuts" }));
  const seconds = median(runs.map(({ info }) => Number(info.seconds)));
  return table(`${target.name}, likely`, runs.at(-1)!, { seconds, compile: Math.max(first - seconds, 0) });
}

async function theirs(): Promise<Row[]> {
  const folder = await Deno.makeTempDir();
  try {
    const script = new URL("./peers/samplers.py", import.meta.url).pathname;
    const python = Deno.env.get("PYTHON") ?? "python3";
    const command = new Deno.Command(python, { args: [script, folder], stderr: "piped" });
    const { stdout, stderr } = await command.output();
    const told = new TextDecoder().decode(stderr).split("\n").filter((line) =>
      line.includes("not installed")
    );
    for (const line of told) console.error(`skipped: ${line}`);
    const lines = new TextDecoder().decode(stdout).split("\n").filter((line) => line.startsWith("{"));
    if (lines.length === 0) console.error(`skipped: ${python} ran no peer`);
    return lines.flatMap((line) => peerRows(folder, JSON.parse(line)));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.error("skipped: there is no Python; PYTHON names one");
    return [];
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function peerRows(folder: string, { peer, target, chains, draws, dim, ...times }: PeerRun): Row[] {
  const bytes = Deno.readFileSync(`${folder}/${target}.${peer}.f64`);
  const names = Array.from({ length: dim }, (_, j) => `p${j}`);
  const info = { sampler: "nuts", evaluations: 0 };
  const values = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
  return table(`${target}, ${peer}`, { names, chains, length: draws, values, info, warnings: [] }, times);
}

function table(
  what: string,
  draws: Draws,
  times: { readonly seconds: number; readonly compile: number },
): Row[] {
  return [
    { what, value: Math.min(...essBulk(draws)) / times.seconds, unit: "effective draws / s" },
    { what: `${what}, one run`, value: times.seconds, unit: "s" },
    { what: `${what}, before the first run is as fast`, value: times.compile, unit: "s" },
  ];
}
