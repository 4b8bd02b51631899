// The `likely` command with task files and programs, as users meet it.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openSimulations, row } from "@likely/sbi";
import { assertRefused, Desk } from "./_desk.ts";
import { isThere, run } from "./_external.ts";

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
      "train s.zarr --method npe --max-epochs 3 --out m.safetensors",
      "sample m.safetensors --x task.json --out d.csv --draws 400",
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
  const rounds =
    "rounds task.json --x task.json --n 120 --rounds 2 --max-epochs 2 --pairs p --out m.safetensors --chunk-rows 13";
  const ends = await desk.run(...rounds.split(" "));
  assertEquals(ends.code, 0, ends.stderr);
  for (const round of [1, 2]) {
    assertEquals((await openSimulations(desk.file(`p/round${round}`))).manifest.chunkRows, 13);
  }

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

Deno.test("scores that a program gives are kept beside its rows", async () => {
  await using desk = deskOf({ x: ["first", "second"] });
  desk.write(
    "model.js",
    MODEL.replace("levels: [{ cost: 1 }, { cost: 10 }]", "score: true").replace(
      /say\(\{ row, x: .*/,
      "say({ row, x: [a, b], ...(JSON.parse(line).score && { score: [2 * a, seed] }) });",
    ),
  );
  const end = await desk.run("simulate", "task.json", "--n", "50", "--score", "--out", "s.zarr");
  assertEquals(end.code, 0, end.stderr);
  const { dataset: { theta, score } } = await openSimulations(desk.file("s.zarr"));
  for (let i = 0; i < theta.n; i++) assertEquals(row(score!, i)[0], 2 * row(theta, i)[0]!);
  desk.write("model.js", MODEL);
  await assertRefused(desk, "simulate task.json --score --out t.zarr", 1, "must have a score: there is none");
});

Deno.test("kinds of columns reach the likelihood that rounds learn", async () => {
  await using desk = deskOf({ columns: [{ kind: "interval", low: 2, high: 3 }, { kind: "real" }] });
  const line =
    "rounds task.json --x task.json --method nle --n 60 --rounds 2 --max-epochs 1 --pairs p --out m";
  await assertRefusedLast(desk, line, "column 0 of x must be in (2, 3)");
});

Deno.test("for its data alone a task file needs no permission, and no program", async () => {
  await using desk = deskOf({ simulator: { command: ["no-such-program"] } });
  await desk.run("simulate", "two_moons", "--out", "s.zarr", "--n", "100");
  await desk.run("train", "s.zarr", "--method", "npe", "--max-epochs", "1", "--out", "m.safetensors");
  const end = await desk.run(
    "sample",
    "m.safetensors",
    "--x",
    "task.json",
    "--out",
    "d.csv",
    "--draws",
    "40",
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

Deno.test("a program that is run once for every row is a task's simulator, too", async () => {
  await using desk = new Desk("--allow-run");
  desk.write(
    "old.js",
    `const [a, seed, file] = Deno.args;
    if (a > 0.9) { console.error("diverged"); Deno.exit(2); }
    Deno.writeTextFileSync(file, a + " " + seed);`,
  );
  const run = [Deno.execPath(), "run", "--allow-write", "--no-config", "old.js", "{theta.a}", "{seed}"];
  const task = {
    format: 1,
    name: "old",
    prior: PRIOR,
    x: ["a", "seed"],
    simulator: { run: [...run, "{scratch}/x.txt"], file: "{scratch}/x.txt", processes: 2 },
  };
  desk.write("task.json", JSON.stringify(task));
  const end = await desk.run("simulate", "task.json", "--n", "60", "--out", "s.zarr", "--chunk-rows", "20");
  assertEquals(end.code, 0, end.stderr);
  assertStringIncludes(end.stdout, "the program ended with exit code 2; its standard error ends: diverged");
  const { dataset: { theta, x } } = await openSimulations(desk.file("s.zarr"));
  assert(x.n > 40);
  for (let i = 0; i < x.n; i++) assertEquals(row(x, i)[0], row(theta, i)[0]);
  desk.write("task.json", JSON.stringify({ ...task, x: undefined }));
  await assertRefused(desk, "simulate task.json --out t.zarr", 1, "the task must say what x is");
});

/** What runs a language, and how its model is made to fail where a is large. */
const LANGUAGES: Readonly<
  Record<string, { tool: string; file: string; at: RegExp; fail: string; told: string }>
> = {
  python: {
    tool: "python3",
    file: "model.py",
    at: /^def simulate.*$/m,
    fail: `    if a > 0.5: raise ValueError('too "large"')`,
    told: "ValueError('too \"large\"')",
  },
  r: {
    tool: "Rscript",
    file: "model.R",
    at: /^simulate <- .*$/m,
    fail: `  if (a > 0.5) stop('too "large"')`,
    told: 'too "large"',
  },
  julia: {
    tool: "julia",
    file: "model.jl",
    at: /^function simulate.*$/m,
    fail: `    a > 0.5 && error("too \\"large\\"")`,
    told: 'too "large"',
  },
  c: {
    tool: "cc",
    file: "model.c",
    at: /^static int simulate.*$/m,
    fail: `  if (theta[0] > 0.5) return 1;`,
    told: "simulate() failed",
  },
};

for (const [language, { tool, file, at, fail, told }] of Object.entries(LANGUAGES)) {
  Deno.test({
    name:
      `a simulator that init writes in ${language} runs, and may fail (ignored where there is no ${tool})`,
    ignore: !await isThere(tool),
    fn: async () => {
      await using desk = new Desk("--allow-run");
      const parameters = "a=uniform(0,1),lambda=truncated_normal(0,1,-1,Infinity),c d=beta(2,3)";
      const end = await desk.run(
        "init",
        "mine",
        "--language",
        language,
        "--parameters",
        parameters,
        "--x",
        "p,q",
      );
      assertEquals(end.code, 0, end.stderr);
      const path = desk.file(`mine/${file}`);
      const written = await Deno.readTextFile(path);
      const command = /\(cd mine && (.+)\)/.exec(end.stdout)?.[1];
      const build = async () => {
        if (command) await run(command.split(" "), desk.file("mine"));
      };
      await build();
      const simulate = ["simulate", "mine/task.json", "--n", "2000", "--out"];
      const simulated = await desk.run(...simulate, "s.zarr", "--chunk-rows", "500");
      assertEquals(simulated.code, 0, simulated.stderr);
      const { dataset: { theta, x, failed } } = await openSimulations(desk.file("s.zarr"));
      assertEquals([theta.n, theta.dim, failed], [2000, 3, 0]);
      // The sum of all parameters, and standard normal noise.
      const noise = Array.from(x.data, (value, k) => value - row(theta, k >> 1).reduce((sum, v) => sum + v));
      const mean = noise.reduce((sum, e) => sum + e) / noise.length;
      const square = noise.reduce((sum, e) => sum + e * e, 0) / noise.length;
      assert(Math.abs(mean) < 5 / Math.sqrt(4000), `${mean}`);
      assert(Math.abs(square - 1) < 5 * Math.sqrt(2 / 4000), `${square}`);

      await Deno.writeTextFile(path, written.replace(at, (line) => `${line}\n${fail}`));
      await build();
      await desk.run(...simulate, "t.zarr", "--chunk-rows", "500");
      const { dataset } = await openSimulations(desk.file("t.zarr"));
      assert(dataset.failed > 800 && dataset.failed < 1200, `${dataset.failed}`);
      const some = await desk.run(...simulate, "u.zarr", "--chunk-rows", "500");
      assertStringIncludes(some.stdout, `: ${told}`);
      assert(dataset.theta.data.every((value, k) => k % 3 > 0 || value <= 0.5));
    },
  });
}

Deno.test({
  name: "what init writes goes to a report as it stands (ignored where there is no python3)",
  ignore: !await isThere("python3"),
  fn: async () => {
    await using desk = new Desk("--allow-run");
    for (
      const line of [
        "init mine --language python --parameters a=normal(0,1),b=normal(0,1) --x 2 --observation x.csv",
        "simulate mine/task.json --n 500 --out s.zarr",
        "train s.zarr --method npe --max-epochs 3 --out m.safetensors",
        "sample m.safetensors --x mine/task.json --out d.csv --draws 400",
        "report m.safetensors d.csv --task mine/task.json --out r.html",
      ]
    ) {
      const end = await desk.run(...line.split(" "));
      assertEquals(end.code, 0, `${line}: ${end.stderr}`);
    }
    assertStringIncludes(new TextDecoder().decode(desk.read("r.html")), "Posterior predictive");
  },
});

Deno.test("init replaces nothing, and says what is missing or wrong", async () => {
  await using desk = new Desk();
  await assertRefused(desk, "init mine", 2, "--language is missing, and there is no terminal to ask at");
  const init = "init mine --language c --x 3 --parameters";
  await assertRefused(desk, "init mine --language cobol", 2, "--language must be one of python, r, julia, c");
  await assertRefused(desk, `${init} a=cauchy(0,1)`, 2, "--parameters must be one of uniform, normal");
  await assertRefused(desk, `${init} a=normal(0)`, 2, "--parameters must be normal(mean,sd)");
  await assertRefused(desk, `${init} a`, 2, "--parameters must be name=prior");
  await assertRefused(desk, `${init} a=uniform(1,0)`, 2, "--parameters must be a prior: ");
  await assertRefused(desk, `${init} a=uniform(0,1),a=beta(1,1)`, 2, "of distinct names");
  await assertRefused(
    desk,
    "init mine --language c --parameters a=beta(1,1) --x 0",
    2,
    "--x must be a whole number",
  );
  assert(!desk.has("mine"));
  assertEquals((await desk.run(...`${init} a=beta(1,1)`.split(" "))).code, 0);
  await Deno.remove(desk.file("mine/task.json"));
  await assertRefused(desk, `${init} a=beta(2,1)`, 1, "Cannot write mine/model.c as nothing may be replaced");
});

Deno.test({
  name: "init asks for what it was not told (ignored where there is no script)",
  ignore: !await isThere("script"),
  fn: async () => {
    await using desk = new Desk();
    const main = new URL("../cli/main.ts", import.meta.url).pathname;
    const line = `${Deno.execPath()} run --no-prompt --allow-read --allow-write ${main} init mine`;
    const child = new Deno.Command("script", {
      args: ["-qec", line, "/dev/null"],
      cwd: desk.path,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const input = child.stdin.getWriter();
    const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let said = "";
    for (
      const [question, answer] of [
        ["language?", "cobol"],
        ["It must be one of python", "R"],
        ["parameters?", "rate=gamma(2)"],
        ["It must be gamma(shape,rate)", "rate=gamma(2,1)"],
        ["how many?", ""],
      ]
    ) {
      // A question is answered once it is asked.
      while (!said.includes(question!)) said += (await output.read()).value ?? assert(false, said);
      await input.write(new TextEncoder().encode(`${answer}\n`));
    }
    for (let read = await output.read(); !read.done; read = await output.read()) said += read.value;
    await input.close().catch(() => {});
    const [{ code }] = await Promise.all([child.status, child.stderr.cancel()]);
    assertEquals(code, 0, said);
    const task = JSON.parse(new TextDecoder().decode(desk.read("mine/task.json")));
    assertEquals([task.prior, task.x], [{ rate: { kind: "gamma", shape: 2, rate: 1 } }, 10]);
    assertStringIncludes(new TextDecoder().decode(desk.read("mine/model.R")), "simulate <- function(rate)");
  },
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
