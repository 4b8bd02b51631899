// The `likely` command with task files and programs, as users meet it.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openSimulations, row } from "@likely/sbi";
import { assertRefused, Desk } from "./_desk.ts";

/** A program that stays: two levels, noise from the seed, rows that fail where a is large. */
const MODEL = `
const say = (said) => console.log(JSON.stringify(said));
say({ likely: 1, theta: ["a", "b"], x: ["first", "second"], levels: [{ cost: 1 }, { cost: 10 }] });
let rest = "";
for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
  const lines = (rest + text).split("\\n");
  rest = lines.pop();
  for (const line of lines) {
    const { row, seed, level, theta: [a, b] } = JSON.parse(line);
    if (a > 0.95) { say({ row, error: "too hot" }); continue; }
    const noise = Math.sin(seed) / 10;
    say({ row, x: [a + noise + (1 - level) * 0.01, b * b - noise] });
  }
}`;

const PRIOR = { a: { kind: "uniform", low: 0, high: 1 }, b: { kind: "normal", mean: 0, sd: 1 } };

/** A desk with a task file and its program. */
function deskOf(more: object = {}, ...permissions: string[]): Desk {
  const desk = new Desk(...(permissions.length > 0 ? permissions : ["--allow-run"]));
  desk.write("model.js", MODEL);
  const simulator = { command: [Deno.execPath(), "run", "--no-config", "--quiet", "model.js"], processes: 2 };
  const task = { format: 1, name: "pair", prior: PRIOR, observation: [0.5, 0.3], simulator, ...more };
  desk.write("task.json", JSON.stringify(task));
  return desk;
}

Deno.test("a task file with a program goes from simulations to a report", async () => {
  await using desk = deskOf();
  const simulated = await desk.run(
    "simulate",
    "task.json",
    "--n",
    "400",
    "--out",
    "s.zarr",
    "--chunk-rows",
    "90",
  );
  assertEquals(simulated.code, 0, simulated.stderr);
  assertMatch(
    simulated.stdout,
    /s\.zarr: \d+ pairs of pair[^]+ failed and are left out:\n +row \d+: too hot/,
  );
  const { dataset, manifest } = await openSimulations(desk.file("s.zarr"));
  assertEquals([manifest.chunkRows, manifest.names, manifest.simulator], [90, ["a", "b"], "pair"]);
  assert(dataset.failed > 5 && dataset.failed < 60);
  for (let i = 0; i < dataset.x.n; i++) {
    const [a, b] = row(dataset.theta, i);
    const [first, second] = row(dataset.x, i);
    assert(Math.abs(first! - a!) <= 0.1 && Math.abs(first! - a! + second! - b! * b!) < 1e-9);
  }

  for (
    const line of [
      "train s.zarr --method npe --epochs 3 --out m.safetensors",
      "sample m.safetensors --x task.json --out d.csv --draws 100",
      "report m.safetensors d.csv --task task.json --out r.html",
      "check m.safetensors --task task.json --datasets 20 --draws 19",
    ]
  ) {
    const end = await desk.run(...line.split(" "));
    assertEquals(end.code, 0, `${line}: ${end.stderr}`);
  }
  assertStringIncludes(new TextDecoder().decode(desk.read("r.html")), "Posterior predictive");
});

Deno.test("the same seed gives the same rows whatever the chunks, and a run is taken up again", async () => {
  await using desk = deskOf();
  for (const [out, chunk] of [["s.zarr", "17"], ["t.zarr", "60"]]) {
    await desk.run("simulate", "task.json", "--n", "100", "--out", out!, "--chunk-rows", chunk!);
  }
  await desk.run("simulate", "task.json", "--n", "150", "--out", "s.zarr");
  await desk.run("simulate", "task.json", "--n", "150", "--out", "t.zarr");
  const [s, t] = await Promise.all(["s.zarr", "t.zarr"].map((name) => openSimulations(desk.file(name))));
  assertEquals(s!.dataset.x, t!.dataset.x);
  assert(s!.dataset.x.n > 100);
});

Deno.test("a task file works in rounds, and by levels", async () => {
  await using desk = deskOf();
  const rounds = "rounds task.json --x task.json --n 120 --rounds 2 --epochs 2 --pairs p --out m.safetensors";
  const ends = await desk.run(...rounds.split(" "));
  assertEquals(ends.code, 0, ends.stderr);

  const tested = await desk.run("multilevel", "test", "task.json", "--n", "200");
  assertEquals(tested.code, 0, tested.stderr);
  const pilot = await desk.run("multilevel", "pilot", "task.json", "--n", "100", "--method", "npe");
  assertEquals(pilot.code, 0, pilot.stderr);
  assertMatch(pilot.stdout, /costs +1\.00, 10\.0/);
  const levels = await desk.run("simulate", "task.json", "--levels", "200,60", "--out", "levels");
  assertEquals(levels.code, 0, levels.stderr);
  assertMatch(levels.stdout, /level 0 +\d+ rows[^]+level 1 +\d+ pairs with level 0/);
  const { dataset: { x } } = await openSimulations(desk.file("levels/level1"));
  // Both levels of a row had one seed.
  for (let i = 0; i < x.n; i++) assert(Math.abs(row(x, i)[2]! - row(x, i)[0]! - 0.01) < 1e-9);
  const compared = await desk.run("multilevel", "compare", "levels", "--steps", "20", "--folds", "2");
  assertEquals(compared.code, 0, compared.stderr);
});

Deno.test("kinds of columns reach the likelihood that rounds learn", async () => {
  await using desk = deskOf({ columns: [{ kind: "interval", low: 2, high: 3 }, { kind: "real" }] });
  const line = "rounds task.json --x task.json --method nle --n 60 --rounds 2 --epochs 1 --pairs p --out m";
  await assertRefusedLast(desk, line, "column 0 of x must be in (2, 3)");
});

Deno.test("for its data alone a task file needs no permission, and no program", async () => {
  await using desk = deskOf({ simulator: { command: ["no-such-program"] } });
  await desk.run("simulate", "two_moons", "--out", "s.zarr", "--n", "100");
  await desk.run("train", "s.zarr", "--method", "npe", "--epochs", "1", "--out", "m.safetensors");
  const end = await desk.run(
    "sample",
    "m.safetensors",
    "--x",
    "task.json",
    "--out",
    "d.csv",
    "--draws",
    "10",
  );
  assertEquals(end.code, 0, end.stderr);
});

Deno.test("what is wrong with a program or its file is said in one line", async () => {
  await using desk = deskOf();
  await using timid = deskOf({}, "--allow-env");
  const simulate = "simulate task.json --n 10 --out s.zarr";
  await assertRefused(timid, simulate, 1, "must be permitted to run programs: run again with --allow-run");
  desk.write(
    "gone.json",
    JSON.stringify({ format: 1, name: "g", prior: PRIOR, simulator: { command: ["no-such"] } }),
  );
  await assertRefused(
    desk,
    "simulate gone.json --out s.zarr",
    1,
    `the program must exist: there is no "no-such"`,
  );
  await assertRefused(
    desk,
    "simulate nowhere.json --out s.zarr",
    1,
    "Cannot read nowhere.json as it must exist",
  );
  desk.write("bad.json", "{}");
  await assertRefused(
    desk,
    "simulate bad.json --out s.zarr",
    1,
    "Cannot read bad.json as format must be there",
  );
  desk.write("model.js", `console.log('{"likely":1,"theta":["b","a"]}')`);
  await assertRefused(desk, simulate, 1, `its hello must have theta ["a","b"]: current value is ["b","a"]`);
  await assertRefused(desk, `${simulate} --chunk-rows 0`, 2, "--chunk-rows must be a whole number >= 1");
  assert(!desk.has("s.zarr"));
});

Deno.test("a run that is interrupted keeps its chunks and leaves no program behind", async () => {
  await using desk = deskOf();
  desk.write(
    "model.js",
    MODEL.replace(
      "if (a >",
      `if (row === 60) await new Promise(() => setInterval(() => {}, 9e5)); if (a >`,
    )
      .replace(
        "say({ likely",
        `Deno.writeTextFileSync("pids", Deno.pid + "\\n", { append: true }); say({ likely`,
      ),
  );
  const simulator = { command: [Deno.execPath(), "run", "-A", "--no-config", "model.js"], processes: 2 };
  desk.write("task.json", JSON.stringify({ format: 1, name: "pair", prior: PRIOR, simulator }));
  const child = desk.start("simulate", "task.json", "--n", "200", "--out", "s.zarr", "--chunk-rows", "20");
  const ended = child.output();
  for (let i = 0; i < 500 && await count(`${desk.path}/s.zarr/x/c`) < 9; i++) await wait(20);
  child.kill("SIGINT");
  const { code, stderr } = await ended;
  const told = new TextDecoder().decode(stderr);
  assertEquals(code, 130, told);
  assertMatch(told, /Interrupted: 180 of 200 pairs are kept/);
  for (const pid of new TextDecoder().decode(desk.read("pids")).trim().split("\n").map(Number)) {
    for (let i = 0; i < 100 && isAlive(pid); i++) await wait(20);
    assert(!isAlive(pid), `program ${pid} is still there`);
  }
});

function wait(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function count(folder: string): Promise<number> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).length;
  } catch {
    return 0;
  }
}

function isAlive(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}

/** As `assertRefused`, where bars are shown before. */
async function assertRefusedLast(desk: Desk, line: string, message: string): Promise<void> {
  const end = await desk.run(...line.split(" "));
  assertStringIncludes(end.stderr, message);
  assertEquals(end.code, 1, line);
}
