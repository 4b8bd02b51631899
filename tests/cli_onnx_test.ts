// `likely import-onnx` and `likely export` to ONNX, as users of HSSM and LANfactory meet them.

import { assert, assertAlmostEquals, assertEquals, assertStringIncludes } from "@std/assert";
import {
  decodeArtifact,
  drawsFromCsv,
  key,
  type LogDensity,
  points,
  posteriorDensity,
  writeCsv,
} from "@likely/core";
import { sample } from "@likely/samplers";
import { driftDiffusion, driftDiffusionTrials } from "@likely/simulators";
import golden from "./golden/onnx_files.json" with { type: "json" };
import { assertRefused, Desk } from "./_desk.ts";

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));

const uniform = (low: number, high: number) => ({ kind: "uniform", low, high });
const TASK = {
  format: 1,
  name: "ddm",
  prior: { v: uniform(-3, 3), a: uniform(0.5, 2.5), w: uniform(0.3, 0.7), t0: uniform(0.1, 0.5) },
  x: ["choice", "time"],
};

/** A desk with the network, and a task file of no simulator. */
function deskWithLan(): Desk {
  const desk = new Desk();
  desk.write("ddm.onnx", bytesOf(golden.lan.file));
  desk.write("task.json", JSON.stringify(TASK));
  return desk;
}

const TRUTH = [1, 1.5, 0.5, 0.2];

/** Means and standard deviations of columns. */
function moments(values: Float64Array, dim: number): { mean: number; sd: number }[] {
  return Array.from({ length: dim }, (_, j) => {
    const column = values.filter((_, k) => k % dim === j);
    const mean = column.reduce((a, b) => a + b) / column.length;
    return { mean, sd: Math.sqrt(column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / column.length) };
  });
}

Deno.test("the posterior of 200 trials by an imported network is the one by the exact density", async () => {
  await using desk = deskWithLan();
  const made = await desk.run("import-onnx", "ddm.onnx", "--task", "task.json", "--out", "ddm.safetensors");
  assertEquals(made.code, 0, made.stderr);
  assertStringIncludes(made.stdout, "ddm.safetensors: likelihood of ddm, by pytorch");
  assertStringIncludes(made.stdout, "v, a, w, t0; choice, time");
  assertStringIncludes(made.stdout, "mlp 6-64-64-64-1, tanh");
  assertStringIncludes(made.stdout, "warning: The network was trained elsewhere");
  const trials = driftDiffusionTrials(key(0), TRUTH, 200);
  desk.write("trials.csv", writeCsv(["choice", "time"], trials));
  const drawn = await desk.run(
    ..."sample ddm.safetensors --x trials.csv --out draws.csv --draws 2000".split(" "),
  );
  assertEquals(drawn.code, 0, drawn.stderr);
  const { values, names } = drawsFromCsv(new TextDecoder().decode(desk.read("draws.csv")));
  assertEquals(names, ["v", "a", "w", "t0"]);

  const task = driftDiffusion();
  const target = posteriorDensity(task.prior, exactly(trials));
  const exact = await sample(key(5), target, task.prior, { warmup: 300, draws: 500 });
  const [ours, truth] = [moments(values, 4), moments(exact.values, 4)];
  names.forEach((name, j) => {
    const { mean, sd } = truth[j]!;
    assertAlmostEquals(ours[j]!.mean, mean, 0.2 * sd, name);
    assertAlmostEquals(ours[j]!.sd, sd, 0.15 * sd, name);
  });
});

/** The sum over trials. */
function exactly(trials: { readonly data: Float64Array; readonly n: number }): LogDensity {
  const all = driftDiffusion({ trials: trials.n }).simulator;
  return {
    name: "exact",
    dim: 4,
    evaluate: (theta) => {
      const data = Float64Array.from(
        { length: theta.n * trials.data.length },
        (_, k) => trials.data[k % trials.data.length]!,
      );
      const x = points(data, trials.data.length);
      return { value: all.logLikelihood!(theta, x), grad: all.score!(theta, x).data };
    },
  };
}

Deno.test("a network goes out as it came in", async () => {
  await using desk = deskWithLan();
  await desk.run(
    "import-onnx",
    "ddm.onnx",
    "--task",
    "task.json",
    "--out",
    "ddm.safetensors",
    "--kind",
    "ratio",
  );
  assertEquals(decodeArtifact(desk.read("ddm.safetensors")).kind, "ratio");
  const end = await desk.run("export", "ddm.safetensors", "--out", "out.onnx");
  assertEquals(end.code, 0, end.stderr);
  assertEquals(end.stdout, "out.onnx: log ratio of ddm, of rows of v, a, w, t0 and then 2 numbers of data\n");
  // What the command wrote may be replaced; the same file comes out.
  const first = desk.read("out.onnx");
  assertEquals((await desk.run("export", "ddm.safetensors", "--out", "out.onnx")).code, 0);
  assertEquals(desk.read("out.onnx"), first);
  await desk.run("import-onnx", "out.onnx", "--task", "drift_diffusion", "--out", "again.safetensors");
  const [before, after] = ["ddm.safetensors", "again.safetensors"].map((name) =>
    decodeArtifact(desk.read(name))
  );
  assertEquals(after!.weights, before!.weights);
});

Deno.test("what cannot be taken is told in one line, and nothing is written", async () => {
  await using desk = deskWithLan();
  desk.write("choice.onnx", bytesOf(golden.refused.choice));
  desk.write("cut.onnx", bytesOf(golden.lan.file).slice(0, 2000));
  desk.write("wide.json", JSON.stringify({ ...TASK, x: 3 }));
  const { x: _, ...silent } = TASK;
  desk.write("silent.json", JSON.stringify(silent));
  const import_ = (rest: string) => `import-onnx ${rest} --out out.safetensors`;
  await assertRefused(desk, "import-onnx ddm.onnx --out out.safetensors", 2, "--task is missing");
  await assertRefused(
    desk,
    import_("ddm.onnx --task wide.json"),
    1,
    "must have 7 numbers, parameters and data",
  );
  await assertRefused(desk, import_("ddm.onnx --task silent.json"), 1, "must say what x is");
  await assertRefused(
    desk,
    import_("choice.onnx --task task.json"),
    1,
    "choice.onnx: Cannot read ONNX as its",
  );
  await assertRefused(desk, import_("cut.onnx --task task.json"), 1, "must end within its message");
  await assertRefused(desk, import_("none.onnx --task task.json"), 1, "it must exist");
  await assertRefused(desk, import_("ddm.onnx --task task.json --kind cost"), 2, "--kind must be one of");
  await assertRefused(
    desk,
    "import-onnx ddm.onnx --task task.json --out x.csv",
    1,
    "only a model may be replaced",
  );
  await assertRefused(
    desk,
    "export x.csv --out ddm.onnx",
    1,
    "only a network of this command may be replaced",
  );
  assert(!desk.has("out.safetensors"));
});
