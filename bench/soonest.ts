/**
 * `deno task bench:soonest`: how soon is a ratio as good as that of an earlier build?
 *
 * The earlier build is a commit, `--base`, put beside this one as a git worktree of its own. Both train on the
 * same simulations with their defaults, arms by turns, each in a process of its own; loss on pairs that nobody
 * has seen, and C2ST of draws by this build to the benchmark's exact ones. "Matched" is the time after which
 * this build had weights whose loss is that of the earlier build's result.
 *
 * `--base d80c3f7`, `--tasks two_moons,gaussian_linear,slcp`, `--keys 3`, `--simulations 10000`,
 * `--observations 1,2,3`. Where `PYTHON` names an interpreter that has sbi, its ratio, too.
 */

// deno-lint-ignore-file no-console -- a command for people

import { decodeArtifact } from "@likely/core";
import { parseArgs } from "@std/cli/parse-args";
import { hasPython } from "../tests/_python.ts";
import { hasSbibm } from "../tests/_sbibm.ts";
import { median } from "./_measure.ts";
import type { SoonestAsked, SoonestTold } from "./_soonest_side.ts";
import { byPeer } from "./_sbibm_peer.ts";
import { BENCHMARK, type Problem } from "./_sbibm_problems.ts";
import { answered, type AnswerSettings } from "./_sbibm_run.ts";

interface Options {
  readonly base: string;
  readonly tasks: string;
  readonly keys: string;
  readonly simulations: string;
  readonly observations: string;
}

const args = parseArgs(Deno.args, {
  string: ["base", "tasks", "keys", "simulations", "observations"],
  default: {
    base: "d80c3f7",
    tasks: "two_moons,gaussian_linear,slcp",
    keys: "3",
    simulations: "10000",
    observations: "1,2,3",
  },
}) as unknown as Options;
const DRAWS = 1000;
const SIDE = "bench/_soonest_side.ts";
const root = new URL("..", import.meta.url).pathname;
const tasks = args.tasks.split(",");
const observations = args.observations.split(",").map(Number);
const python = Deno.env.get("PYTHON");
const hasPeer = python !== undefined && await hasPython("sbi");
if (!hasSbibm) console.error("skipped: C2ST, as the benchmark's references are not there");

/** What one training came to. */
interface Result {
  readonly task: string;
  readonly arm: string;
  readonly wall: number;
  readonly cpu: number;
  readonly epochs: number;
  readonly loss?: number;
  readonly matched?: number;
  readonly c2st: readonly number[];
}

const folder = await Deno.makeTempDir();
const base = `${folder}/base`;
await git("worktree", "add", "--detach", base, args.base);
const results: Result[] = [];
try {
  await Deno.copyFile(root + SIDE, `${base}/${SIDE}`);
  for (let key = 1; key <= Number(args.keys); key++) {
    for (const task of tasks) await compare(task, key);
  }
} finally {
  await git("worktree", "remove", "--force", base);
  await Deno.remove(folder, { recursive: true });
}
print();
Deno.exit(0); // workers of engines may still be there

/** All arms on the same simulations. */
async function compare(task: string, key: number): Promise<void> {
  const asked = { task, key, simulations: Number(args.simulations), path: `${folder}/artifact` };
  let goal = -Infinity;
  for (const [arm, place] of [[args.base, base], ["this build", root]] as const) {
    const { wall, cpu, epochs, curve } = await ask(place, asked);
    const loss = curve.at(-1)![1];
    if (arm === args.base) goal = loss;
    const matched = curve.find(([, loss]) => loss <= goal)?.[0];
    const c2st = await c2stOf(task, asked);
    keep({ task, arm, wall, cpu, epochs, loss, ...(matched && { matched }), c2st });
  }
  if (hasPeer) await comparePeer(task, asked);
}

async function ask(place: string, asked: SoonestAsked): Promise<SoonestTold> {
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", SIDE, JSON.stringify(asked)],
    cwd: place,
    stderr: "inherit",
  });
  const { success, stdout } = await command.output();
  if (!success) throw new Error(`Cannot bench ${place} as its training must end well`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

async function c2stOf(task: string, { key, simulations, path }: SoonestAsked): Promise<number[]> {
  if (!hasSbibm) return [];
  const artifact = decodeArtifact(await Deno.readFile(path));
  const problem = BENCHMARK[task]!;
  const out: number[] = [];
  for (const answer of answersTo(problem, key, simulations)) {
    const exact = await problem.exact(answer.observation, DRAWS);
    out.push((await answered(problem, answer, { artifact, exact })).c2st);
  }
  return out;
}

function answersTo({ name }: Problem, key: number, simulations: number): AnswerSettings[] {
  const settings = {
    problem: name,
    method: "nre",
    simulations,
    key,
    draws: DRAWS,
    classifier: "mlp",
  } as const;
  return observations.map((observation) => ({ ...settings, observation }));
}

async function comparePeer(task: string, { key, simulations }: SoonestAsked): Promise<void> {
  const problem = BENCHMARK[task]!;
  const settings = { problem: task, method: "sbi_nre", simulations, key } as const;
  const asked = answersTo(problem, key, simulations).map((answer) => ({ ...answer, ...settings }));
  const exact = (observation: number) => problem.exact(observation, DRAWS);
  const { training, answers } = await byPeer(problem, settings, { python: python!, answers: asked, exact });
  const { train: { wall, cpu }, epochs: [epochs] } = training;
  keep({ task, arm: "sbi", wall, cpu, epochs, c2st: answers.map(({ c2st }) => c2st) });
}

function keep(result: Result): void {
  results.push(result);
  const { task, arm, wall, cpu, epochs, loss, matched, c2st } = result;
  const quality = `loss ${loss?.toFixed(4)}, C2ST ${c2st.map((value) => value.toFixed(3)).join(" ")}`;
  const time = `${wall.toFixed(2)} s, ${cpu.toFixed(2)} CPU s, matched after ${matched?.toFixed(2)} s`;
  console.error(`${task}, ${arm}: ${time}, ${epochs} epochs, ${quality}`);
}

function print(): void {
  console.log("\n| task | arm | train, s | CPU s | matched, s | epochs | held-out loss | C2ST |");
  console.log("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
  const arms = [...new Set(results.map(({ arm }) => arm))];
  for (const task of tasks) {
    for (const arm of arms) {
      const rows = results.filter((result) => result.task === task && result.arm === arm);
      const cell = (digits: number, of: (result: Result) => readonly number[]) =>
        told(rows.flatMap(of), digits);
      const cells = [
        cell(2, ({ wall }) => [wall]),
        cell(2, ({ cpu }) => [cpu]),
        cell(2, ({ matched }) => matched === undefined ? [] : [matched]),
        cell(0, ({ epochs }) => [epochs]),
        cell(4, ({ loss }) => loss === undefined ? [] : [loss]),
        cell(3, ({ c2st }) => c2st),
      ];
      console.log(`| ${[task, arm, ...cells].join(" | ")} |`);
    }
  }
}

/** The median, and the range. */
function told(values: readonly number[], digits: number): string {
  if (values.length === 0) return "";
  const [low, middle, high] = [Math.min(...values), median(values), Math.max(...values)];
  return `${middle.toFixed(digits)} (${low.toFixed(digits)} to ${high.toFixed(digits)})`;
}

async function git(...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("git", { args: [...args], cwd: root }).output();
  if (!success) {
    throw new Error(`Cannot put the base beside as git failed: ${new TextDecoder().decode(stderr)}`);
  }
}
