// One Hodgkin-Huxley simulation: ours against the same model as a plain C program.

import { foldIn, key, type Points, points, row, split } from "@likely/core";
import { hodgkinHuxley } from "@likely/simulators";
import { median } from "./_measure.ts";

/** Seconds of a simulation, medians of many. */
export interface HhSpeed {
  /** Ours, on the calling thread. */
  readonly ours: number;
  /** Of the C program; absent where there is no C compiler. */
  readonly c?: number;
}

// Both take turns, as a shared machine changes its speed while it is measured.
const ROUNDS = 5;
const ROWS = 20;

/** Measures both on the same draws of the prior. */
export async function measureHh(): Promise<HhSpeed> {
  const { prior } = hodgkinHuxley();
  const theta = prior.sample(key(0), ROWS);
  await using program = await compiled();
  ours(theta);
  const rounds: HhSpeed[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rounds.push({ ours: ours(theta), ...(program && { c: await program.seconds(theta) }) });
  }
  return {
    ours: median(rounds.map((round) => round.ours)),
    ...(program && { c: median(rounds.map((round) => round.c!)) }),
  };
}

function ours(theta: Points): number {
  const { simulator } = hodgkinHuxley();
  const [, forX] = split(foldIn(key(0), 1), 2);
  const times = Array.from({ length: theta.n }, (_, i) => {
    const start = performance.now();
    simulator.simulate(forX, points(row(theta, i), theta.dim), i);
    return (performance.now() - start) / 1000;
  });
  return median(times);
}

interface Program extends AsyncDisposable {
  seconds(theta: Points): Promise<number>;
}

/** Compiles `peers/hh.c` with `-O3`; undefined where there is no `cc`. */
async function compiled(): Promise<Program | undefined> {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/hh`;
  const dispose = () => Deno.remove(folder, { recursive: true });
  const source = new URL("peers/hh.c", import.meta.url).pathname;
  const built = await run("cc", ["-O3", "-o", path, source, "-lm"]).catch(() => undefined);
  if (built === undefined) return void await dispose();
  return {
    seconds: async (theta) => lastLine(await run(path, [], rowsAsText(theta))),
    [Symbol.asyncDispose]: dispose,
  };
}

async function run(command: string, args: string[], input: string = ""): Promise<string> {
  const child = new Deno.Command(command, { args, stdin: "piped", stdout: "piped", stderr: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  if (!success) throw new Error(`Cannot run ${command}: ${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}

function rowsAsText(theta: Points): string {
  return Array.from({ length: theta.n }, (_, i) => row(theta, i).join(" ")).join("\n");
}

function lastLine(text: string): number {
  return Number(text.trim().split("\n").at(-1));
}
