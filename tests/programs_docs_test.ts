// The loops of docs/programs.md, each run where its language is, and the examples against what they must be.

import { assert, assertEquals } from "@std/assert";
import {
  type AnySimulator,
  type AsyncSimulator,
  driftDiffusion,
  key,
  type Points,
  points,
  program,
  row,
  stochasticInfluenza,
} from "@likely/sbi";
import { readTaskFile } from "../cli/_task_file.ts";
import { taskOfFile } from "../cli/_task_file_module.ts";
import { isThere, run } from "./_external.ts";
import { hasPython } from "./_python.ts";

const ROOT = new URL("../", import.meta.url);

/** What builds and runs the loop of a language, and what has to be there. */
const LOOPS: Readonly<
  Record<string, { file: string; build?: string[]; command: string[]; needs: Promise<boolean> }>
> = {
  python: { file: "m.py", command: ["python3", "m.py"], needs: hasPython("numpy") },
  r: { file: "m.R", command: ["Rscript", "m.R"], needs: isThere("Rscript") },
  julia: { file: "m.jl", command: ["julia", "--startup-file=no", "m.jl"], needs: isThere("julia") },
  c: {
    file: "m.c",
    build: ["cc", "-O2", "-D_XOPEN_SOURCE", "-o", "m", "m.c", "-lm"],
    command: ["./m"],
    needs: isThere("cc"),
  },
};

for (const [language, { file, build, command, needs }] of Object.entries(LOOPS)) {
  Deno.test({
    name: `the loop in ${language} of the documentation simulates (ignored where there is no ${language})`,
    ignore: !await needs,
    fn: async () => {
      const text = await Deno.readTextFile(new URL("docs/programs.md", ROOT));
      const [, source] = new RegExp(`\`\`\`${language}\n([^]+?)\`\`\``).exec(text)!;
      const folder = await Deno.makeTempDir();
      await Deno.writeTextFile(`${folder}/${file}`, source!);
      if (build) await run(build, folder);
      const made = program({ command, folder, theta: ["a", "b"], x: 2, processes: 2 });
      const theta = constant([3, -2], 2000);
      const { x, failures } = await made.simulateAsync(key(1), theta);
      const again = await made.simulateAsync(key(1), points(theta.data.subarray(0, 400), 2), { first: 900 });
      await made.close!();
      await Deno.remove(folder, { recursive: true });
      assertEquals(failures, []);
      // The same seeds give the same rows, whichever process makes them.
      assertEquals(again.x.data, x.data.subarray(1800, 2200));
      const { mean, variance } = moments(x);
      for (const [j, at] of [3, -2].entries()) {
        assert(Math.abs(mean[j]! - at) < 5 / Math.sqrt(x.n), `${mean}`);
        assert(Math.abs(variance[j]! - 1) < 5 * Math.sqrt(2 / x.n), `${variance}`);
      }
    },
  });
}

Deno.test({
  name: "the epidemic in C is the stochastic influenza (ignored where there is no cc)",
  ignore: !await isThere("cc"),
  fn: async () => {
    const folder = await Deno.makeTempDir();
    for (const file of ["task.json", "model.c", "observed.csv"]) {
      await Deno.copyFile(new URL(`examples/epidemic/${file}`, ROOT), `${folder}/${file}`);
    }
    await run(["cc", "-O2", "-Wall", "-Werror", "-o", "model", "model.c", "-lm"], folder);
    const task = await taskOfFile(await readTaskFile(`${folder}/task.json`));
    const known = stochasticInfluenza();
    assertEquals(task.prior.spec, known.prior.spec);
    assertEquals(task.observation, known.observation);
    for (const theta of [[1.7, 0.5, 0.1], [0.8, 0.6, 0.02], [2.5, 0.2, 1.2]]) {
      const rows = constant(theta, 4000);
      compare(await simulated(task.simulator, rows), await simulated(known.simulator, rows), 0);
    }
    await (task.simulator as AsyncSimulator).close!();
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test({
  name: "the drift diffusion in Python is the exact one but for its steps (ignored where there is no numpy)",
  ignore: !await hasPython("numpy"),
  fn: async () => {
    const task = await taskOfFile(
      await readTaskFile(new URL("examples/drift_diffusion/task.json", ROOT).pathname),
    );
    const known = driftDiffusion();
    assertEquals(task.prior.spec, known.prior.spec);
    for (const theta of [[1, 1.4, 0.5, 0.3], [-2, 0.8, 0.35, 0.1]]) {
      // 200 trials in a row of one, as many rows of the other.
      const { data } = await simulated(task.simulator, constant(theta, 20));
      compare(points(data, 2), await simulated(known.simulator, constant(theta, 4000)), 0.004);
    }
    await (task.simulator as AsyncSimulator).close!();
  },
});

async function simulated(simulator: AnySimulator, theta: Points): Promise<Points> {
  if ("simulate" in simulator) return simulator.simulate(key(2), theta);
  const { x, failures } = await simulator.simulateAsync(key(3), theta);
  assertEquals(failures, []);
  return x;
}

/** Means and standard deviations of columns must agree, but for so much and five standard errors. */
function compare(x: Points, known: Points, slack: number): void {
  const [a, b] = [moments(x), moments(known)];
  for (let j = 0; j < known.dim; j++) {
    const errors = [a, b].map(({ variance }, i) => variance[j]! / [x, known][i]!.n);
    assert(Math.abs(a.mean[j]! - b.mean[j]!) < slack + 5 * Math.sqrt(errors[0]! + errors[1]!), `mean ${j}`);
    const spread = [a, b].map(({ fourth, variance }, i) =>
      Math.max(0, fourth[j]! - variance[j]! ** 2) / [x, known][i]!.n
    );
    const room = 5 * Math.sqrt(spread[0]! + spread[1]!) + 2 * slack * Math.sqrt(b.variance[j]!);
    assert(
      Math.abs(a.variance[j]! - b.variance[j]!) <= room,
      `variance ${j}: ${a.variance[j]}, ${b.variance[j]}`,
    );
  }
}

function moments({ data, n, dim }: Points) {
  const column = (j: number) => Array.from({ length: n }, (_, i) => data[i * dim + j]!);
  const average = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / n;
  const columns = Array.from({ length: dim }, (_, j) => column(j));
  const mean = columns.map(average);
  const power = (k: number) =>
    columns.map((values, j) => average(values.map((value) => (value - mean[j]!) ** k)));
  return { mean, variance: power(2), fourth: power(4) };
}

function constant(theta: readonly number[], n: number): Points {
  const rows = points(new Float64Array(n * theta.length), theta.length);
  for (let i = 0; i < n; i++) row(rows, i).set(theta);
  return rows;
}
