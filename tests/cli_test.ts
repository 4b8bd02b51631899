// The `likely` command as users meet it: a process of its own, with the permissions its help names.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  ace,
  type Artifact,
  betaPath,
  coupledSimulate,
  decodeArtifact,
  drawsFromCsv,
  drawsToCsv,
  encodeArtifact,
  encodeSafetensors,
  key,
  maeDistance,
  membersOf,
  npe,
  nre,
  openLevels,
  openSimulations,
  ornsteinUhlenbeck,
  posterior,
  separableField,
  simulate,
  split,
  standardisation,
  trainLevels,
  trainRatio,
  twoMoons,
} from "@likely/sbi";
import { openDraws } from "@likely/core/draws-zarr";
import { assertRefused, Desk, endOf, TASK } from "./_desk.ts";

const KEYS = split(key(3), 4);

/** Waits until what is read is no longer what it was. */
async function changes(read: () => Promise<unknown>): Promise<void> {
  const before = await read();
  for (let i = 0; i < 1000 && await read() === before; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** When a file was written last; undefined for none. */
function written(path: string): Promise<number | undefined> {
  return Deno.stat(path).then(({ mtime }) => mtime?.getTime(), () => undefined);
}

Deno.test("likely runs from a task to a page, and every file is what the library makes", async () => {
  await using desk = new Desk();
  const simulated = await desk.run("simulate", "two_moons", "--out", "s.zarr", "--n", "600", "--seed", "3");
  assertEquals([simulated.code, simulated.stdout.slice(0, 30)], [0, "s.zarr: 600 pairs of two_moons"]);

  const trained = await desk.run(
    "train",
    "s.zarr",
    "--out",
    "m.safetensors",
    "--max-epochs",
    "5",
    "--seed",
    "3",
  );
  assertEquals(trained.code, 0, trained.stderr);
  assertMatch(trained.stdout, /validation loss +0\.\d+ \(bce, epoch \d\)[^]+engine[^]+size/);
  assert(!desk.has("m.safetensors.checkpoint"));
  const { artifact } = await nre(key(3), twoMoons(), { simulations: 600, maxEpochs: 5 });
  assertEquals(desk.read("m.safetensors"), encodeArtifact(artifact));

  const flags = ["--draws", "200", "--warmup", "50", "--chains", "2", "--seed", "3"];
  const sampled = await desk.run("sample", "m.safetensors", "--x", "x.csv", "--out", "d.csv", ...flags);
  assertEquals(sampled.code, 0, sampled.stderr);
  assertMatch(sampled.stdout, /mean +sd[^]+theta1[^]+d\.csv: 2 chains of 100 draws by nuts/);
  using given = await posterior(artifact, [0.1, 0.2], { chains: 2, warmup: 50 });
  const draws = await given.sample(KEYS[2]!, 200);
  assertEquals(new TextDecoder().decode(desk.read("d.csv")), drawsToCsv(draws));
  for (const warning of draws.warnings) assertStringIncludes(sampled.stdout, `warning: ${warning}`);

  const size = ["--datasets", "12", "--draws", "9"];
  const checked = await desk.run("check", "m.safetensors", "--task", "two_moons", "--out", "c.html", ...size);
  assertEquals(checked.code, 0, checked.stderr);
  assertMatch(checked.stdout, /rank of theta1 +p [^]+expected coverage[^]+TARP[^]+data sets/);
  assert(desk.has("c.html"));

  const page = ["report", "m.safetensors", "d.csv", "--out", "r.html"];
  assertStringIncludes((await desk.run(...page)).stdout, "3 figures");
  const again = await desk.run(...page, "--task", "two_moons", "--x", "x.csv");
  assertEquals([again.code, again.stderr], [0, ""]);
  assertStringIncludes(again.stdout, "4 figures");
  assertStringIncludes(new TextDecoder().decode(desk.read("r.html")), "Posterior predictive");
});

Deno.test("likely runs from a task to generalized posteriors, and every file is what the library makes", async () => {
  await using desk = new Desk();
  await desk.run("simulate", "two_moons", "--out", "s.zarr", "--n", "400", "--seed", "3");
  const training = ["train", "s.zarr", "--out", "m", "--method", "ace", "--max-epochs", "3", "--seed", "3"];
  const trained = await desk.run(...training);
  assertEquals(trained.code, 0, trained.stderr);
  assertMatch(trained.stdout, /cost of two_moons[^]+mean squared difference[^]+quadratic/);
  const { artifact } = await ace(key(3), twoMoons(), { simulations: 400, maxEpochs: 3 });
  assertEquals(desk.read("m"), encodeArtifact(artifact));

  const flags = ["--x", "x.csv", "--out", "d.csv", "--draws", "60", "--seed", "3"];
  const chains = ["--chains", "2", "--warmup", "50"];
  const sampled = await desk.run("sample", "m", ...flags, ...chains, "--beta", "50");
  assertEquals(sampled.code, 0, sampled.stderr);
  using given = await posterior(artifact, [0.1, 0.2], { beta: 50, chains: 2, warmup: 50 });
  assertEquals(new TextDecoder().decode(desk.read("d.csv")), drawsToCsv(await given.sample(KEYS[2]!, 60)));

  const followed = await desk.run("sample", "m", ...flags, "--beta", "30,5");
  assertMatch(followed.stdout, /d_beta5.csv: beta 5, 60 draws, mean cost[^]+d_beta30.csv: beta 30/);
  const [, high] = await betaPath(KEYS[2]!, artifact, [0.1, 0.2], { betas: [5, 30], particles: 60 });
  const { values } = drawsFromCsv(new TextDecoder().decode(desk.read("d_beta30.csv")));
  assertEquals(values, high!.draws.values);

  const auto = ["--beta", "auto", "--task", "two_moons", "--datasets", "2"];
  const chosen = await desk.run("sample", "m", ...flags, ...chains, ...auto);
  assertMatch(chosen.stdout, /beta \S+ +distance to data held out .+ <- chosen[^]+d.csv: 2 chains of 30/);

  const page = ["report", "m", "d_beta30.csv", "--out", "r.html", "--beta", "30", "--task", "two_moons"];
  assertStringIncludes((await desk.run(...page, "--x", "x.csv")).stdout, "4 figures");
  assertMatch(
    new TextDecoder().decode(desk.read("r.html")),
    /beta, in 1 \/ \(mean squared difference.+: 30\./,
  );
});

Deno.test("likely trains on a grid, and on refreshed pairs, as the library does", async () => {
  await using desk = new Desk();
  const size = ["--n", "200", "--seed", "3"];
  await desk.run("simulate", "separable_field", "--out", "s.zarr", ...size, "--score");
  const line =
    "train s.zarr --out m --max-epochs 2 --seed 3 --embedding conv --grid 6x6 --refresh separable_field";
  const trained = await desk.run(...line.split(" "));
  assertEquals(trained.code, 0, trained.stderr);
  const { artifact } = await nre(key(3), separableField(), {
    simulations: 200,
    simulation: { score: true },
    maxEpochs: 2,
    refresh: {},
    embedding: {
      kind: "conv",
      size: [6, 6],
      channels: 1,
      filters: [16, 16],
      kernel: 3,
      pool: 2,
      out: 64,
      activation: "silu",
    },
  });
  assertEquals(desk.read("m"), encodeArtifact(artifact));

  const usage = (rest: string, message: string) =>
    assertRefused(desk, `train s.zarr --out m2 ${rest}`, 2, message);
  await usage("--embedding conv", "--grid is missing: --embedding conv sees x on one");
  await usage("--grid 6x6", "--grid must come with --embedding conv");
  await usage("--embedding conv --grid 6by6", 'such as 100 or 25x25: current value is "6by6"');
  await usage("--embedding conv --grid 5x5", "a cell for each of the 36 numbers of x: current value is 5x5");
  await usage("--embedding conv --grid 1x36", "at least 2 cells a side: current value is 1x36");
  await usage("--refresh two_moons", "must be the task that was simulated, separable_field");
});

Deno.test("options of costs go with costs, those of ratios with ratios", async () => {
  await using desk = new Desk();
  await desk.run("simulate", "two_moons", "--out", "s.zarr", "--n", "60", "--seed", "3");
  const usage = (line: string, message: string) => assertRefused(desk, line, 2, message);
  const refused = (line: string, message: string) => assertRefused(desk, line, 1, message);
  const train = "train s.zarr --out m --method ace";
  await usage(`${train} --loss bce`, `--loss must come with --method nre: current value is "ace"`);
  await usage(`${train} --embedding dense`, "--embedding must come with --method nre");
  await usage(`${train} --refresh two_moons`, "--refresh must come with --method nre");
  await usage("train s.zarr --out m --distance mae", `--distance must come with --method ace`);
  await usage(`${train} --distance mmd`, "--element is missing: --distance mmd is between sets of elements");
  await usage(
    `${train} --element 2`,
    "--element must come with --distance mmd or energy_score: there is none",
  );
  await usage(`${train} --distance far`, "--distance must be one of mse, mae, mmd, energy_score");
  await usage(`${train} --width 8`, "--width must come with --trunk, for ace");
  await refused(`${train} --distance mmd --element 3`, "element must be a whole number in [1, 2]");
  desk.write("empty.csv", "");
  desk.write("wide.csv", "1,2,3\n");
  await refused(
    `${train} --observations empty.csv`,
    "empty.csv: Cannot read CSV as there must be at least one row",
  );
  await refused(`${train} --observations wide.csv`, "a row must have 2 numbers, as the simulations' x");

  const cost = await ace(key(0), twoMoons(), { simulations: 50, maxEpochs: 1 });
  desk.write("cost", encodeArtifact(cost.artifact));
  desk.write("ratio", encodeArtifact(await model()));
  const sample = "--x x.csv --out d.csv";
  await usage(`sample cost ${sample}`, "--beta is missing: the model is of a cost");
  for (const beta of ["0", "-1", "abc", "1,,2"]) {
    await usage(`sample cost ${sample} --beta ${beta}`, `--beta must be a finite number > 0`);
  }
  await usage(`sample cost ${sample} --beta auto`, "--task is missing");
  await usage(`sample cost ${sample} --beta 1,2 --chains 3`, "--chains must come with one value of --beta");
  await usage(
    `sample ratio ${sample} --beta 1,2`,
    "several values of --beta must come with a model of a cost",
  );
  await refused(
    "check cost --task two_moons",
    "Cannot check the calibration as the model must be of a likelihood",
  );
  assert(!desk.has("d.csv") && !desk.has("m"));
});

Deno.test("a model of exact scores and of rates on the log scale survives its file", async () => {
  await using desk = new Desk();
  await desk.run("simulate", "influenza", "--out", "s.zarr", "--n", "200", "--score");
  const { stdout } = await desk.run("train", "s.zarr", "--out", "m.safetensors", "--max-epochs", "1");
  assertStringIncludes(stdout, "bce_score");
  const { scaling } = decodeArtifact(desk.read("m.safetensors"));
  assertEquals(scaling.theta.log, [0, 0, 0]);
  const line = "sample m.safetensors --x influenza --out d.csv --chains 1 --draws 4 --warmup 0".split(" ");
  assertEquals((await desk.run(...line)).code, 0);
});

Deno.test("every command explains itself", async () => {
  await using desk = new Desk();
  const overview = await desk.run("--help");
  assertEquals(overview.code, 0);
  const commands = {
    simulate: "brown_resnick",
    train: "--learning-rate",
    sample: "--warmup",
    report: "--task",
  };
  for (const [command, option] of Object.entries(commands)) {
    assertStringIncludes(overview.stdout, command);
    const { code, stdout, stderr } = await desk.run(command, "--help");
    assertEquals([code, stderr], [0, ""]);
    for (const part of ["Usage: likely", option, "default", "Examples:", "Permissions:"]) {
      assertStringIncludes(stdout, part);
    }
  }
});

Deno.test("bad usage ends with exit code 2 and says what would be right", async () => {
  await using desk = new Desk();
  const refused = (line: string, message: string) => assertRefused(desk, line, 2, message);
  await refused(
    "fly",
    "the command must be one of simulate, merge, import, import-onnx, train, rounds, sample, check, report, " +
      "export, serve, deploy, multilevel, init, work",
  );
  await refused("simulate two_moons --out s --rows 3", "--rows is not an option");
  await refused("simulate --out s", "<task> is missing");
  await refused("simulate two_moons", "--out is missing");
  await refused("simulate two_moons more --out s", `"more" is one argument too many`);
  await refused(
    "simulate two_moons --out s --n many",
    `--n must be a whole number >= 1: current value is "many"`,
  );
  await refused(
    "simulate two_moons --out s --n -5",
    `--n must be a whole number >= 1: current value is "-5"`,
  );
  await refused("simulate two_moons --out s --n", `--n must be followed by a value`);
  await refused("simulate moons --out s", `one of gaussian_linear, two_moons, slcp`);
  await refused("train s --out m --loss mse", `--loss must be one of bce, bce_balanced, nre_c`);
  await refused("train s --out m --learning-rate 0", `--learning-rate must be a finite number > 0`);
  await refused("report m d --out r --row 2", "--row must come with --x or --task");
  assertEquals(desk.names.length, 4);
});

Deno.test("a task that cannot be used ends with exit code 1 and its reason", async () => {
  await using desk = new Desk();
  const refused = (task: string, message: string) =>
    assertRefused(desk, `simulate ${task} --out s --n 10`, 1, message);
  await refused("./nowhere.ts", "Module not found");
  await refused("./throws.ts", "must import without an error: on import");
  await refused("./empty.ts", `must export "task": its exports are none`);
  await refused("./task.ts#broken", "must return without an error: boom");
  await refused("./task.ts#bare", "a task must have a prior");
  assert(!desk.has("s"));
  await refused("./task.ts#late", "Cannot go on as no part may fail: Error: too late");
});

Deno.test("a task may lie in a folder of any name, and simulations too", async () => {
  await using desk = new Desk();
  await Deno.mkdir(desk.file("a#1 50%?"));
  for (const name of ["#task", ""]) {
    desk.write("a#1 50%?/task.ts", TASK);
    const out = `s${name}?.zarr`;
    const line = ["simulate", `./a#1 50%?/task.ts${name}`, "--n", "10", "--workers", "1", "--out", out];
    const { code, stderr } = await desk.run(...line);
    assertEquals(code, 0, stderr);
    assertEquals((await openSimulations(desk.file(out))).missing, 0);
  }
});

Deno.test("what is in the way of an output is left as it is", async () => {
  await using desk = new Desk();
  desk.write("notes.txt", "mine");
  const refused = (line: string, message: string) => assertRefused(desk, line, 1, message);
  await refused("simulate two_moons --out no/s", "its folder must exist: there is no folder no");
  await refused("simulate two_moons --out .", "the folder must hold simulations only");
  await refused("simulate two_moons --out notes.txt", "it must be a folder");
  await refused("train s --out no/m", "its folder must exist");
  await refused("train s --out notes.txt", "only a model may be replaced");
  await refused("sample m --x x.csv --out notes.txt", "only a file of draws may be replaced");
  await refused("report m d --out notes.txt", "only a report may be replaced");
  await refused("report m d --out .", "it must be a file");
  assertEquals(new TextDecoder().decode(desk.read("notes.txt")), "mine");
});

Deno.test("draws go to a folder for ArviZ as they go to a table, and a report reads both", async () => {
  await using desk = new Desk();
  desk.write("m", encodeArtifact(await model()));
  const line = ["sample", "m", "--x", "x.csv", "--draws", "100", "--warmup", "20", "--chains", "2", "--out"];
  const sampled = await desk.run(...line, "d.zarr");
  assertEquals(sampled.code, 0, sampled.stderr);
  assertStringIncludes(sampled.stdout, "d.zarr: 2 chains of 50 draws");
  await desk.run(...line, "d.csv");
  const draws = await openDraws(desk.file("d.zarr"));
  assertEquals(drawsToCsv(draws), new TextDecoder().decode(desk.read("d.csv")));
  assert(draws.info.sampler !== "unknown");

  for (const [from, to] of [["d.zarr", "zarr.html"], ["d.csv", "csv.html"]] as const) {
    const { code, stderr } = await desk.run("report", "m", from, "--out", to);
    assertEquals(code, 0, stderr);
  }
  const told = (name: string) =>
    new TextDecoder().decode(desk.read(name)).includes(`>${draws.info.sampler}<`);
  assert(told("zarr.html") && told("csv.html"));
  // Of a table that another program has changed, or that lost what lay beside it, nothing is told.
  desk.write("d.csv", drawsToCsv({ ...draws, values: draws.values.map((value) => value + 1e-3) }));
  await desk.run("report", "m", "d.csv", "--out", "csv.html");
  assert(!told("csv.html"));
  await desk.run(...line, "d.csv");
  await Deno.remove(desk.file("d.csv.info.json"));
  await desk.run("report", "m", "d.csv", "--out", "csv.html");
  assert(!told("csv.html"));
  desk.write("d.csv.info.json", "{}");
  await assertRefused(desk, [...line, "d.csv"].join(" "), 1, "only what was told of draws may be replaced");

  // What is there is replaced where it is draws of this command, and only there.
  assertEquals((await desk.run(...line, "d.zarr", "--seed", "1")).code, 0);
  assert((await openDraws(desk.file("d.zarr"))).values[0] !== draws.values[0]);
  assert(!desk.names.some((name) => name.startsWith("d.zarr.")));
  await assertRefused(desk, [...line, "x.zarr"].join(" ").replace("x.csv", "d.csv"), 1, "2 numbers");
  assert(!desk.has("x.zarr"));
  await Deno.writeTextFile(desk.file("d.zarr/notes.txt"), "mine");
  await assertRefused(desk, [...line, "d.zarr"].join(" "), 1, "the folder must hold draws only");
  await Deno.mkdir(desk.file("other.zarr/posterior"), { recursive: true });
  await assertRefused(
    desk,
    [...line, "other.zarr"].join(" "),
    1,
    "only draws of this command may be replaced",
  );
  await assertRefused(desk, [...line, "task.ts"].join(" "), 1, "only a file of draws may be replaced");
  await assertRefused(
    desk,
    "report m other.zarr --out r.html",
    1,
    "posterior/zarr.json must describe a group",
  );
});

Deno.test("inputs that are not what they should be are refused by name", async () => {
  await using desk = new Desk();
  const bytes = encodeArtifact(await model());
  desk.write("m", bytes);
  desk.write("cut", bytes.subarray(0, bytes.length - 9));
  desk.write("hostile", new Uint8Array(new BigUint64Array([2n ** 62n]).buffer));
  desk.write("foreign", encodeSafetensors({}, { format: "pt" }));
  desk.write("wide.csv", "1,2,3\n");
  desk.write("nan.csv", "1,NaN\n");
  desk.write("text.csv", "a,b\n1,two\n");
  desk.write("hole.csv", "NA,1\n3,4\n");
  desk.write("comma.csv", "0,1;0,2\n");
  const refused = (line: string, message: string) => assertRefused(desk, line, 1, message);
  const rest = "--x x.csv --out d.csv";
  await refused(`sample none ${rest}`, "Cannot read none as it must exist");
  await refused(`sample . ${rest}`, "it is a folder");
  await refused(
    `sample cut ${rest}`,
    "cut: Cannot read safetensors as the arrays must fill the file to its end",
  );
  await refused(`sample hostile ${rest}`, "hostile: Cannot read safetensors as the header must have at most");
  await refused(`sample foreign ${rest}`, "foreign: Cannot read an artifact");
  await refused(
    "sample m --out d.csv --x wide.csv",
    "a row must have 2 numbers, as the model's x: current length is 3",
  );
  await refused("sample m --out d.csv --x nan.csv", "every number must be finite: row 1, column 2 is NaN");
  await refused(
    "sample m --out d.csv --x text.csv",
    `text.csv: Cannot read CSV as every cell must be a number: line 2`,
  );
  await refused(
    "sample m --out d.csv --x hole.csv",
    "Cannot take hole.csv for x as every number must be finite: row 1, column 1 is NaN",
  );
  await refused(
    "sample m --out d.csv --x comma.csv",
    "comma.csv: Cannot read CSV as decimals must have points",
  );
  await refused("sample m --out d.csv --x two_moons", "it must have an observation: give a table");
  await refused("train x.csv --out m2", "must be a folder of simulations: it is a file");
  await refused("train none --out m2", "none must hold a zarr.json");
  await refused("report m x.csv --out r.html", "the columns must be chain, draw and the parameters");
  desk.write("d.csv", "chain,draw,mu\n0,0,1\n");
  await refused("report m d.csv --out r.html", "its columns must be the model's parameters, theta1, theta2");
  assert(!desk.has("r.html") && !desk.has("m2"));
});

Deno.test("a simulation that is killed or interrupted goes on by the same command", async () => {
  await using desk = new Desk();
  const line = ["simulate", "./task.ts", "--out", "s.zarr", "--n", "1500", "--seed", "3", "--workers", "1"];
  for (const signal of ["SIGKILL", "SIGINT"] as const) {
    const child = desk.start(...line);
    const end = endOf(child);
    await changes(async () => (await stored(desk)).rows);
    child.kill(signal);
    const found = await end;
    assertEquals(found.stdout, "");
    if (signal === "SIGKILL") continue;
    assertEquals(found.code, 130, found.stderr);
    assertMatch(
      found.stderr,
      /Interrupted: \d+ of 1500 pairs are kept in s.zarr; run the same command again/,
    );
  }
  assert((await stored(desk)).missing > 0, "it was stopped before the end");
  const { stdout } = await desk.run(...line);
  const { dataset, missing } = await openSimulations(desk.file("s.zarr"));
  assertEquals(missing, 0);
  assert(dataset.failed > 0);
  assertStringIncludes(stdout, `${dataset.failed} of 1500 rows failed and are left out:\n  row `);
  const { task } = await import(`file://${desk.file("task.ts")}`);
  const expected = await simulate(KEYS[0]!, task, 1500, { workers: 0 });
  assertEquals([dataset.theta, dataset.x], [expected.theta, expected.x]);
  await assertRefused(desk, "simulate ./task.ts --out s.zarr --n 1500 --seed 4", 1, "choose another path");
});

for (
  const [method, how] of Object.entries({
    nre: ["--trunk", "mlp", "--layers", "2", "--loss", "nre_c"],
    ace: ["--method", "ace", "--distance", "mae", "--structure", "free", "--observations", "seen.csv"],
  })
) {
  Deno.test(`a training by ${method} that is killed or interrupted ends with the very same file`, async () => {
    await using desk = new Desk();
    desk.write("seen.csv", `${Array(10).fill(3)}\n`);
    await desk.run("simulate", "gaussian_linear", "--out", "s.zarr", "--n", "1000", "--seed", "3");
    const line = ["train", "s.zarr", "--max-epochs", "40", ...how, "--out"];
    await stopped(desk, line);
    const other = line.map((word) => word === "40" ? "50" : word).join(" ");
    await assertRefused(desk, `${other} m`, 1, "--max-epochs must be as it was, 40: current value is 50");
    if (method === "ace") {
      desk.write("seen.csv", `${Array(10).fill(4)}\n`);
      await assertRefused(desk, `${line.join(" ")} m`, 1, "--observations must be as it was");
      desk.write("seen.csv", `${Array(10).fill(3)}\n`);
    }
    await goesOn(desk, line);
  });
}

/** Trains once without a stop, as whole, and stops another three times, as m. */
async function stopped(desk: Desk, line: readonly string[]): Promise<void> {
  const whole = await desk.run(...line, "whole");
  assertEquals(whole.code, 0, whole.stderr);
  for (const signal of ["SIGKILL", "SIGKILL", "SIGINT"] as const) {
    const child = desk.start(...line, "m");
    const end = endOf(child);
    await changes(() => written(desk.file("m.checkpoint")));
    child.kill(signal);
    const { code, stderr } = await end;
    assert(!desk.has("m"), "it was stopped before the end");
    if (signal === "SIGINT") {
      assertEquals(code, 130, stderr);
      assertStringIncludes(stderr, "Interrupted: m.checkpoint is kept; run the same command again to go on");
    }
  }
}

async function goesOn(desk: Desk, line: readonly string[]): Promise<void> {
  assertEquals((await desk.run(...line, "m")).code, 0);
  assertEquals(desk.read("m"), desk.read("whole"));
  assert(!desk.has("m.checkpoint"));
}

Deno.test("likely train --members joins trainings as the library does, also when killed between two", async () => {
  await using desk = new Desk();
  await desk.run("simulate", "gaussian_linear", "--out", "s.zarr", "--n", "1000", "--seed", "3");
  const line = [
    "train",
    "s.zarr",
    "--max-epochs",
    "40",
    "--trunk",
    "mlp",
    "--members",
    "2",
    "--seed",
    "3",
    "--out",
  ];
  const whole = await desk.run(...line, "whole");
  assertEquals(whole.code, 0, whole.stderr);
  assertMatch(whole.stdout, /members +2; of the first:/);
  const { manifest: { simulator, prior }, dataset } = await openSimulations(desk.file("s.zarr"));
  const trunk = { kind: "mlp", hidden: [128, 128, 128], activation: "silu" } as const;
  const trained = await trainRatio(KEYS[1]!, { simulator, prior, dataset }, {
    maxEpochs: 40,
    members: 2,
    trunk,
  });
  assertEquals(membersOf(decodeArtifact(desk.read("whole"))), membersOf(trained.artifact));
  const child = desk.start(...line, "m");
  const end = endOf(child);
  await changes(() => written(desk.file("m.member2.checkpoint")));
  child.kill("SIGKILL");
  await end;
  assert(!desk.has("m") && desk.has("m.member1.checkpoint"));
  assertEquals((await desk.run(...line, "m")).code, 0);
  assertEquals(desk.read("m"), desk.read("whole"));
  assert(!desk.has("m.member1.checkpoint") && !desk.has("m.member2.checkpoint"));
});

Deno.test("likely rounds is the library's rounds, goes on when killed, and tells what it is good for", async () => {
  await using desk = new Desk();
  const line = "rounds two_moons --x x.csv --n 900 --max-epochs 8 --net maf --seed 2 --pairs".split(" ");
  const whole = await desk.run(...line, "all", "--out", "whole");
  assertEquals(whole.code, 0, whole.stderr);
  assertMatch(whole.stdout, /posterior of two_moons, from 900 pairs/);
  const { artifact } = await npe(split(key(2), 8)[6]!, twoMoons(), {
    observation: [0.1, 0.2],
    rounds: 3,
    simulations: 900,
    maxEpochs: 8,
    estimator: { kind: "maf", transforms: 4, hidden: [50], activation: "silu" },
  });
  assertEquals(decodeArtifact(desk.read("whole")).weights, artifact.weights);
  for (const round of [1, 2, 3]) {
    const { dataset, missing } = await openSimulations(desk.file(`all/round${round}`));
    assertEquals([dataset.x.n, missing], [300, 0]);
  }
  const child = desk.start(...line, "some", "--out", "m");
  const end = endOf(child);
  await changes(() => written(desk.file("some/round2/zarr.json")));
  child.kill("SIGKILL");
  await end;
  assert(!desk.has("m"));
  const again = await desk.run(...line, "some", "--out", "m");
  assertEquals(again.code, 0, again.stderr);
  assertEquals(desk.read("m"), desk.read("whole"));
  desk.write("other.csv", "0.5,0.2\n");
  await assertRefused(desk, "sample m --x other.csv --out d.csv", 1, "must be the observation");
  // Pairs of other proposals are not taken for this run's.
  await assertRefused(
    desk,
    "rounds two_moons --x x.csv --n 900 --max-epochs 9 --net maf --seed 2 --pairs all --out m2",
    1,
    "choose another path to start a new run",
  );
});

const ROUNDS_REFUSED: readonly (readonly [line: string, code: 1 | 2, says: string])[] = [
  ["--x x.csv --method ace", 2, "--method must be one of npe, nle, nre"],
  ["--x x.csv --rounds 1", 2, "--rounds must be a whole number >= 2"],
  ["--x x.csv --n 2", 2, "--n must be a whole number >= 3"],
  ["--x x.csv --trials 2", 2, "--trials must come with --method nle"],
  ["--x x.csv --method nle --trials 3", 1, "trials must divide the width of x, 2: current value is 3"],
  ["--x wide.csv", 1, "a row must have 2 numbers, as the task's x: current length is 3"],
  ["--x gone.csv", 1, "gone.csv"],
  ["", 2, "--x is missing"],
];

Deno.test("likely rounds refuses what cannot be before it simulates", async () => {
  await using desk = new Desk();
  desk.write("wide.csv", "1,2,3\n");
  for (const [line, code, says] of ROUNDS_REFUSED) {
    await assertRefused(desk, `rounds two_moons --pairs r --out m ${line}`.trim(), code, says);
    assert(!desk.has("r"), line);
  }
  await Deno.mkdir(desk.file("mine"));
  desk.write("mine/notes.txt", "");
  await assertRefused(
    desk,
    "rounds two_moons --x x.csv --pairs mine --out m",
    1,
    'the folder must hold rounds of simulations only: "notes.txt" is there',
  );
});

Deno.test("levels from the command line: simulated, killed and taken up, trained on, piloted, tested", async () => {
  await using desk = new Desk();
  const line = "simulate ornstein_uhlenbeck --levels 6000,60 --seed 3 --workers 1 --out".split(" ");
  const whole = await desk.run(...line, "all");
  assertEquals(whole.code, 0, whole.stderr);
  assertMatch(
    whole.stdout,
    /all: 2 levels of ornstein_uhlenbeck, cost 6120\n {2}level 0 {2}6000 rows\n {2}level 1 {2}60 pairs/,
  );
  const { pairs } = await openLevels(desk.file("all"), 2);
  const task = ornsteinUhlenbeck();
  const here = await coupledSimulate(KEYS[0]!, task, [6000, 60]);
  assertEquals(pairs.levels, here.levels);
  const child = desk.start(...line, "some");
  const end = endOf(child);
  await changes(() => written(desk.file("some/level0/zarr.json")));
  child.kill("SIGKILL");
  await end;
  assertEquals((await desk.run(...line, "some")).code, 0);
  assertEquals((await openLevels(desk.file("some"), 2)).pairs, pairs);
  const trained = await desk.run(
    ..."train all --levels plain --method npe --net maf --steps 60 --out m".split(" "),
  );
  assertEquals(trained.code, 0, trained.stderr);
  assertMatch(trained.stdout, /levels +plain, 6000, 60 rows, cost 6120/);
  assertEquals(decodeArtifact(desk.read("m")).provenance.levels!.mode, "plain");
  const costs = await desk.run(
    ..."train all --levels plain --method ace --distance mae --members 2 --steps 20 --seed 3 --out cost"
      .split(" "),
  );
  assertEquals(costs.code, 0, costs.stderr);
  const [cost, other] = membersOf(decodeArtifact(desk.read("cost")));
  const how = {
    method: "ace",
    mode: "plain",
    distance: maeDistance({ scale: standardisation(pairs.levels[1]!.fine).std }),
    steps: 20,
    members: 2,
  } as const;
  const expected = await trainLevels(KEYS[1]!, pairs, how);
  assertEquals([cost!.weights, other!.weights], membersOf(expected.artifact).map(({ weights }) => weights));
  const sampled = await desk.run(..."sample m --x x5.csv --out d.csv".split(" "));
  assertEquals(sampled.code, 1);
  desk.write("x5.csv", "2,2,1.8,1.5,1.2\n");
  assertEquals((await desk.run(..."sample m --x x5.csv --out d.csv".split(" "))).code, 0);
  const tested = await desk.run(
    ..."multilevel test ornstein_uhlenbeck --n 200 --report page.html".split(" "),
  );
  assertEquals(tested.code, 0, tested.stderr);
  assertMatch(tested.stdout, /ave\(Pf-Pc\)[^]+\n {2}1 /);
  assertStringIncludes(new TextDecoder().decode(desk.read("page.html")), "<svg");
  const piloted = await desk.run(..."multilevel pilot ornstein_uhlenbeck --n 60 --budget 5000".split(" "));
  assertMatch(piloted.stdout, /final +D\/V [^]+Use (the finest level alone|levels )/);
  await desk.run(..."simulate ornstein_uhlenbeck --n 50 --out alone".split(" "));
  const compared = await desk.run(..."multilevel compare all --alone alone --folds 2 --steps 20".split(" "));
  assertEquals(compared.code, 0, compared.stderr);
  assertMatch(compared.stdout, /control_variate +-?[\d.]+ +[\d.]+ ± [\d.]+ [^]+Judged by 60 runs/);
  await desk.run(..."simulate two_moons --n 50 --out moons".split(" "));
  await assertRefused(
    desk,
    "multilevel compare all --alone moons",
    2,
    "--alone must be simulations of ornstein",
  );
  await assertRefused(
    desk,
    "multilevel compare all --budget 3",
    2,
    "--budget must come with pilot, not with compare",
  );
  await assertRefused(
    desk,
    "multilevel compare all --folds 61",
    1,
    "folds must be a whole number in [2, 60]",
  );
});

for (const mode of ["weighted", "transfer"]) {
  Deno.test(`a training on levels by ${mode} that is killed or interrupted ends with the very same file`, async () => {
    await using desk = new Desk();
    await desk.run(..."simulate ornstein_uhlenbeck --levels 2000,400 --out sims".split(" "));
    const line = `train sims --levels ${mode} --method npe --net maf --steps 8000 --out`.split(" ");
    await stopped(desk, line);
    await assertRefused(desk, `${line.join(" ")} m --seed 2`, 1, "--seed must be as it was, 0");
    await goesOn(desk, line);
  });
}

const LEVELS_REFUSED: readonly (readonly [line: string, code: 1 | 2, says: string])[] = [
  ["simulate two_moons --levels 9,9 --out z", 1, "must have two at least: current number is 0"],
  [
    "simulate toggle_switch --levels 9,x --out z",
    2,
    '--levels must be whole numbers >= 1 with commas between: current value is "9,x"',
  ],
  ["simulate toggle_switch --levels 9,9 --out z", 1, "counts must have length 3"],
  ["simulate toggle_switch --levels 9,9,9 --score --out z", 2, "--score must come without --levels"],
  ["train tog/level1 --out m", 1, "they are of level 1 of toggle_switch; train on the folder that it is in"],
  ["train tog --levels magic --out m", 2, "--levels must be one of plain, weighted"],
  ["train tog --levels plain --patience 2 --out m", 2, "--patience must come without --levels"],
  ["train tog --steps 5 --out m", 2, "--steps must come with --levels"],
  ["train empty --levels plain --out m", 1, "must have folders level0, level1"],
  [
    "multilevel fly toggle_switch",
    2,
    'the first argument must be one of pilot, test, compare: current value is "fly"',
  ],
  ["multilevel test two_moons", 1, "two"],
  ["multilevel test toggle_switch --column 1", 2, "--column must be below 1"],
  ["multilevel pilot toggle_switch --budget 10", 1, "the budget must pay for the pilot"],
];

Deno.test("levels from the command line: what cannot be is told before the work", async () => {
  await using desk = new Desk();
  await Deno.mkdir(desk.file("empty"));
  await desk.run(..."simulate toggle_switch --levels 40,30,30 --workers 0 --out tog".split(" "));
  for (const [line, code, says] of LEVELS_REFUSED) await assertRefused(desk, line, code, says);
  assert(!desk.has("z") && !desk.has("m"));
});

Deno.test("likely train tells the network, and by --half what more pairs and steps have brought", async () => {
  await using desk = new Desk();
  await desk.run("simulate", "two_moons", "--out", "s.zarr", "--n", "400");
  const { code, stdout, stderr } = await desk.run(
    ..."train s.zarr --out m --method npe --net maf --max-epochs 3 --half".split(" "),
  );
  assertEquals(code, 0, stderr);
  assertMatch(
    stdout,
    /network +a flow of 4 masked transforms, as asked for[^]+note: Beside 360 simulations 180/,
  );
  const cost = await desk.run(..."train s.zarr --out m2 --method ace --max-epochs 3 --half".split(" "));
  assertMatch(cost.stdout, /note: Beside 360 simulations 180/, cost.stderr);
});

Deno.test("a training that fails leaves no checkpoint to fail from again", async () => {
  await using desk = new Desk();
  await desk.run("simulate", "two_moons", "--out", "s.zarr", "--n", "200");
  const line = "train s.zarr --out m --learning-rate 1e30";
  await assertRefused(desk, line, 1, "must be finite");
  assert(!desk.has("m.checkpoint") && !desk.has("m"));
});

/** A model of two moons that knows nothing. */
async function model(): Promise<Artifact> {
  const { artifact } = await nre(key(0), twoMoons(), { simulations: 50, maxEpochs: 1, batchSize: 10 });
  return artifact;
}

async function stored(desk: Desk): Promise<{ readonly rows: number; readonly missing: number }> {
  try {
    const { dataset, missing } = await openSimulations(desk.file("s.zarr"));
    return { rows: dataset.x.n + dataset.failed, missing };
  } catch {
    return { rows: 0, missing: NaN };
  }
}
