// What a newcomer stumbled over, from the command line.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { encodeArtifact, key } from "@likely/core";
import { npe, twoMoons } from "@likely/sbi";
import { findChromium } from "./_browser.ts";
import { assertRefused, Desk } from "./_desk.ts";
import { isThere } from "./_external.ts";

const MODULE = (body: string) => `
import { independent, simulator, uniform } from "@likely/core";
export const task = {
  prior: independent({ a: uniform(0, 1), b: uniform(0, 9) }),
  simulator: simulator({ name: "mended", thetaDim: 2, xDim: 2, simulate: (_, [a, b]) => { ${body} } }),
};`;

/** A task file whose pairs come from elsewhere. */
const ELSEWHERE = JSON.stringify({
  format: 1,
  name: "elsewhere",
  prior: { a: { kind: "uniform", low: 0, high: 1 }, b: { kind: "uniform", low: 0, high: 9 } },
  x: ["u", "v"],
});

const TWO_STATISTICS = JSON.stringify({
  format: 1,
  name: "statistics",
  prior: { a: { kind: "uniform", low: 0, high: 1 } },
  x: ["wait, minutes", "served"],
  observation: [0.4, 400],
  simulator: { command: ["python3", "model.py"], processes: 1 },
});

async function ok(desk: Desk, line: string): Promise<string> {
  const { code, stdout, stderr } = await desk.run(...line.split(" "));
  assertEquals(code, 0, stderr);
  return stdout;
}

Deno.test("a run whose rows all failed is made anew once the simulator is mended", async () => {
  await using desk = new Desk();
  desk.write("m.ts", MODULE(`throw new Error("no such package")`));
  await assertRefused(desk, "simulate ./m.ts --n 30 --out s.zarr", 1, "no such package");
  desk.write("m.ts", MODULE("return [a, b];"));
  assertMatch(await ok(desk, "simulate ./m.ts --n 30 --out s.zarr"), /^s\.zarr: 30 pairs of mended/m);
});

Deno.test("a run that is finished says that nothing was simulated", async () => {
  await using desk = new Desk();
  desk.write("m.ts", MODULE("return [a, b];"));
  const first = await ok(desk, "simulate ./m.ts --n 30 --out s.zarr");
  assertEquals(first.includes("nothing was simulated"), false);
  assertStringIncludes(
    await ok(desk, "simulate ./m.ts --n 30 --out s.zarr"),
    "nothing was simulated; remove s.zarr",
  );
});

Deno.test("another seed is told as one", async () => {
  await using desk = new Desk();
  desk.write("m.ts", MODULE("return [a, b];"));
  await ok(desk, "simulate ./m.ts --n 30 --out s.zarr");
  await assertRefused(
    desk,
    "simulate ./m.ts --n 30 --seed 5 --out s.zarr",
    1,
    "key, which follows from the seed,",
  );
});

Deno.test("pairs from elsewhere need no simulator, and are matched by names of x", async () => {
  await using desk = new Desk();
  desk.write("task.json", ELSEWHERE);
  desk.write("theta.csv", "b,a\n1,0.1\n2,0.2\n3,0.3\n");
  desk.write("x.csv", "v,u\n10,1\n20,2\n30,3\n");
  const said = await ok(desk, "import --theta theta.csv --x x.csv --task task.json --out s.zarr");
  assertStringIncludes(said, "columns of theta.csv are matched by name: b, a");
  assertStringIncludes(said, "columns of x.csv are matched by name: v, u");
  await ok(desk, "export s.zarr --out s.csv");
  assertEquals(
    await Deno.readTextFile(desk.file("s.csv")),
    "a,b,u,v\n0.1,1,1,10\n0.2,2,2,20\n0.3,3,3,30\n",
  );
  desk.write("pq.csv", "p,q\n10,1\n20,2\n30,3\n");
  const line = "import --theta theta.csv --task task.json --out t.zarr --x";
  await assertRefused(desk, `${line} pq.csv`, 1, 'must have a column for "u"');
  await assertRefused(
    desk,
    "simulate task.json --n 5 --out u.zarr",
    1,
    "must have a simulator: there is none",
  );
});

Deno.test("rows that are numbered differently are refused", async () => {
  await using desk = new Desk();
  desk.write("task.json", ELSEWHERE);
  desk.write("theta.csv", ",a,b\n0,0.1,1\n1,0.2,2\n2,0.3,3\n");
  desk.write("plain.csv", "a,b\n0.1,1\n0.2,2\n0.3,3\n");
  desk.write("x.csv", ",u,v\n0,1,10\n1,2,20\n2,3,30\n");
  desk.write("shuffled.csv", ",u,v\n0,1,10\n2,3,30\n1,2,20\n");
  const line = (theta: string, x: string) => `import --theta ${theta} --x ${x} --task task.json --out s.zarr`;
  await assertRefused(desk, line("theta.csv", "shuffled.csv"), 1, "row 2 is 1 in theta and 2 in x");
  await assertRefused(desk, line("plain.csv", "shuffled.csv"), 1, "row 2 of x is 2, after 0");
  await ok(desk, line("theta.csv", "x.csv"));
  await ok(desk, line("plain.csv", "x.csv"));
  // An observation may be numbered as well.
  const { artifact } = await npe(key(0), twoMoons(), { simulations: 200, maxEpochs: 1 });
  desk.write("moons.safetensors", encodeArtifact(artifact));
  desk.write("numbered.csv", '"","x1","x2"\n"1",0.1,0.2\n');
  await ok(desk, "sample moons.safetensors --x numbered.csv --out d.csv --draws 20");
});

Deno.test("numbers in place of a file are the row they are; a file of that name is the file", async () => {
  await using desk = new Desk();
  const { artifact } = await npe(key(0), twoMoons(), { simulations: 200, maxEpochs: 1 });
  desk.write("moons.safetensors", encodeArtifact(artifact));
  desk.write("x.csv", "-0.1,2e-1\n");
  await ok(desk, "sample moons.safetensors --x x.csv --out file.csv --draws 20");
  await ok(desk, "sample moons.safetensors --x -0.1,2e-1 --out typed.csv --draws 20");
  assertEquals(desk.read("typed.csv"), desk.read("file.csv"));
  desk.write("3,4", "-0.1,0.2\n");
  await ok(desk, "sample moons.safetensors --x 3,4 --out named.csv --draws 20");
  assertEquals(desk.read("named.csv"), desk.read("file.csv"));
  await assertRefused(
    desk,
    "sample moons.safetensors --x 1,2,3 --out no.csv",
    1,
    "Cannot take 1,2,3 for x as a row must have 2 numbers, as the model's x: current length is 3",
  );
});

Deno.test("commands and options that do not exist are told with the nearest that does", async () => {
  await using desk = new Desk();
  for (
    const [line, told] of [
      ["trian s.zarr", "the nearest is train"],
      ["train s.zarr --out m --epochs 3", "--epochs is not an option: the nearest is --max-epochs"],
      ["train s.zarr --out m --lr 0.1", "--lr is not an option: the nearest is --learning-rate"],
      ["train s.zarr --out m --batchSize 3", "--batchSize is not an option: the nearest is --batch-size"],
      ["sample m --x 1 --out d.csv --colour red", '"likely sample" as --colour is not an option'],
    ] as const
  ) await assertRefused(desk, line, 2, told);
});

Deno.test("a task of other parameters is not the model's", async () => {
  await using desk = new Desk();
  const { artifact } = await npe(key(0), twoMoons(), { simulations: 200, maxEpochs: 1 });
  desk.write("moons.safetensors", encodeArtifact(artifact));
  desk.write("m.ts", MODULE("return [a, b];"));
  await assertRefused(
    desk,
    "check moons.safetensors --task ./m.ts --datasets 10",
    1,
    "its parameters must be theta1, theta2: current names are a, b",
  );
});

Deno.test("a folder of another program is told to be imported", async () => {
  await using desk = new Desk();
  await Deno.mkdir(desk.file("g.zarr"));
  desk.write("g.zarr/zarr.json", '{"zarr_format":3,"node_type":"group","attributes":{}}');
  await assertRefused(desk, "train g.zarr --out m", 1, "simulations of other programs are imported first");
});

Deno.test("a scheduler's signal ends a simulation in order", async () => {
  await using desk = new Desk();
  const child = desk.start("simulate", "./task.ts", "--n", "5000", "--out", "s.zarr");
  const said = new Response(child.stderr).text();
  for (let i = 0; i < 300 && !desk.has("s.zarr"); i++) await new Promise((done) => setTimeout(done, 20));
  await new Promise((done) => setTimeout(done, 500));
  child.kill("SIGTERM");
  await child.stdout.cancel();
  assertEquals((await child.status).code, 130);
  assertStringIncludes(await said, "run the same command again to go on");
});

Deno.test("a report without a simulator is warned of data that are unlike simulations", async () => {
  await using desk = new Desk();
  const { artifact } = await npe(key(0), twoMoons(), { simulations: 500, maxEpochs: 2 });
  desk.write("moons.safetensors", encodeArtifact(artifact));
  desk.write("far.csv", "0.1,0.2\n9,9\n");
  await ok(desk, "sample moons.safetensors --x far.csv --each --out d.csv --draws 200");
  const page = async (row: number) => {
    await ok(desk, `report moons.safetensors d_${row}.csv --x far.csv --row ${row} --out r.html`);
    return (await Deno.readTextFile(desk.file("r.html"))).includes(
      "The observation is unlike the simulations",
    );
  };
  assertEquals([await page(1), await page(2)], [false, true]);
  await assertRefused(desk, "report moons.safetensors d_1.csv --row 1 --out s.html", 2, "--x or --task");
  await assertRefused(
    desk,
    "report moons.safetensors d_1.csv --x far.csv --out s.html",
    2,
    "which of the 2 rows",
  );
});

Deno.test({
  name:
    "columns that are statistics have panels, a truth is drawn, figures are files (ignored without python3)",
  ignore: !await isThere("python3"),
}, async () => {
  await using desk = new Desk("--allow-run", "--allow-env=LIKELY_CHROMIUM");
  desk.write("task.json", TWO_STATISTICS);
  desk.write(
    "model.py",
    `import json, random, sys
say = lambda said: print(json.dumps(said), flush=True)
say({"likely": 1, "theta": ["a"], "x": ["wait, minutes", "served"]})
for line in sys.stdin:
    asked = json.loads(line)
    random.seed(asked["seed"])
    a = asked["theta"][0]
    say({"row": asked["row"], "x": [random.gauss(a, 0.1), random.gauss(1000 * a, 9)]})
`,
  );
  await ok(desk, "simulate task.json --n 200 --out s.zarr");
  const training = await desk.run(
    ..."train s.zarr --method npe --max-epochs 3 --out m.safetensors".split(" "),
  );
  assertEquals(training.code, 0, training.stderr);
  // Off a terminal the last line of a bar is printed once.
  assertEquals(training.stderr.match(/^train .* 100 % .*3 epochs$/gm)?.length, 1, training.stderr);
  await ok(desk, "sample m.safetensors --x task.json --draws 50 --out d.csv");
  const line = "report m.safetensors d.csv --task task.json --out r.html";
  await assertRefused(desk, `${line} --truth 1,2`, 2, "--truth must be a number for each of a");
  await assertRefused(desk, `${line} --png`, 2, "--png must come with --figures");
  const chromium = await findChromium() !== undefined;
  const said = await ok(desk, `${line} --truth 0.4 --figures figures${chromium ? " --png" : ""}`);
  assertMatch(said, /^figures: pairs\.svg, .*predictive\.svg, .*learning\.svg/m);
  const page = await Deno.readTextFile(desk.file("r.html"));
  for (const text of [">wait, minutes<", ">served<", ">truth<", "What was found", "Can it be believed"]) {
    assertStringIncludes(page, text);
  }
  assertStringIncludes(await Deno.readTextFile(desk.file("figures/predictive.svg")), "wait, minutes");
  if (chromium) {
    const png = await Deno.readFile(desk.file("figures/pairs.png"));
    assertEquals(new TextDecoder().decode(png.subarray(1, 4)), "PNG");
  }
  await Deno.mkdir(desk.file("mine"));
  desk.write("mine/notes.txt", "mine");
  await assertRefused(desk, `${line} --figures mine`, 1, "the folder must hold figures only");
});
