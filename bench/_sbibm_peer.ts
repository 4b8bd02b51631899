// The same cells by sbi, in the Python that `PYTHON` names: our simulations, its defaults, our C2ST.

import { type Points, points, split } from "@likely/core";
import type { Clocked } from "./_sbibm_clock.ts";
import type { Problem } from "./_sbibm_problems.ts";
import {
  answerKey,
  type AnswerResult,
  type AnswerSettings,
  datasetOf,
  judged,
  taskOf,
  type TrainResult,
  type TrainSettings,
} from "./_sbibm_run.ts";

/** What the script says. */
interface Told {
  readonly train: Clocked;
  readonly epochs: readonly [number, number];
  readonly sample: readonly Clocked[];
}

/** What it is asked about, beside its training. */
interface Asked {
  readonly python: string;
  readonly answers: readonly AnswerSettings[];
  readonly exact: (observation: number) => Promise<Points>;
}

/** Trains once, answers all; files go through a folder that is gone afterwards. */
export async function byPeer(
  problem: Problem,
  settings: TrainSettings,
  { python, answers, exact }: Asked,
): Promise<{ training: TrainResult; answers: AnswerResult[] }> {
  const folder = await Deno.makeTempDir();
  try {
    await request(folder, problem, settings, answers);
    const told = await run(python, folder);
    const results: AnswerResult[] = [];
    for (const [i, answer] of answers.entries()) {
      const { data } = await readRows(`${folder}/draws${i}.f64`, problem.task.prior.dim);
      const draws = points(data, problem.task.prior.dim);
      const forTest = split(answerKey(answer), 2)[1]!;
      const comparison = await judged(forTest, problem, answer, {
        exact: await exact(answer.observation),
        draws,
      });
      results.push({ settings: answer, sample: told.sample[i]!, ...comparison, warnings: [] });
    }
    return { training: { settings, train: told.train, epochs: told.epochs }, answers: results };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function request(
  folder: string,
  problem: Problem,
  settings: TrainSettings,
  answers: readonly AnswerSettings[],
): Promise<void> {
  const { prior, simulator } = taskOf(problem, settings.method);
  const { theta, x } = await datasetOf(problem, settings);
  await writeRows(`${folder}/theta.f64`, theta.data);
  await writeRows(`${folder}/x.f64`, x.data);
  for (const [i, { observation }] of answers.entries()) {
    await writeRows(`${folder}/observation${i}.f64`, await problem.observation(observation));
  }
  const method = settings.method.replace("sbi_", "");
  const about = { method, prior: prior.spec, xDim: simulator.xDim, seed: settings.key };
  const sizes = { draws: answers[0]!.draws, observations: answers.length };
  await Deno.writeTextFile(`${folder}/request.json`, JSON.stringify({ ...about, ...sizes }));
}

async function run(python: string, folder: string): Promise<Told> {
  const script = new URL("./peers/sbibm_sbi.py", import.meta.url).pathname;
  const command = new Deno.Command(python, { args: [script, folder], stdout: "piped", stderr: "piped" });
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new Error(`Cannot ask the peer as ${python} ended: ${decoded(stderr).slice(-2000)}`);
  return JSON.parse(decoded(stdout).trim().split("\n").at(-1)!);
}

function writeRows(path: string, data: Float64Array): Promise<void> {
  return Deno.writeFile(path, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

async function readRows(path: string, dim: number): Promise<Points> {
  return points(new Float64Array((await Deno.readFile(path)).buffer), dim);
}

function decoded(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
