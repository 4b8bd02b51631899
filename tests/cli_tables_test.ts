// `likely import` and `likely export`, and one posterior a row, as users meet them.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import {
  fromRows,
  independent,
  key,
  normal,
  openSimulations,
  readNpz,
  readParquet,
  simulate,
  simulator,
  uniform,
  writeCsv,
  writeNpy,
  writeNpz,
} from "@likely/core";
import {
  ace,
  drawsFromCsv,
  drawsToCsv,
  encodeArtifact,
  foldIn,
  nle,
  npe,
  posterior,
  split,
  twoMoons,
} from "@likely/sbi";
import { assertRefused, Desk, endOf } from "./_desk.ts";

/** Two parameters of other priors; the simulator must never run. */
const PAIR = `
import { independent, normal, simulator, uniform } from "@likely/core";

export const task = {
  prior: independent({ rate: uniform(0, 10), offset: normal(0, 1) }),
  simulator: simulator({ name: "pair", thetaDim: 2, xDim: 2, simulate: () => { throw new Error("it must not run"); } }),
};
`;

/** As that of PAIR, and with a simulator that runs. */
const source = {
  prior: independent({ rate: uniform(0, 10), offset: normal(0, 1) }),
  simulator: simulator({ name: "pair", thetaDim: 2, xDim: 2, simulate: (_, [a, b]) => [a! + b!, a! * b!] }),
};

const { theta, x } = await simulate(key(5), source, 400);

function npy({ data, n, dim }: { data: Float64Array; n: number; dim: number }): Uint8Array {
  return writeNpy({ shape: [n, dim], values: data });
}

Deno.test("pairs go out and come back in every form, failed rows and all, and train the very same model", async () => {
  await using desk = new Desk();
  const train = ["--max-epochs", "2", "--seed", "3", "--out"];
  await desk.run("simulate", "./task.ts", "--n", "300", "--out", "s.zarr", "--seed", "3");
  const first = await desk.run("train", "s.zarr", ...train, "m");
  assertEquals(first.code, 0, first.stderr);
  const { dataset } = await openSimulations(desk.file("s.zarr"));
  assert(dataset.failed > 5 && dataset.failedTheta!.n === dataset.failed);
  for (const form of ["npz", "parquet", "csv"]) {
    const out = await desk.run("export", "s.zarr", "--out", `t.${form}`);
    assertEquals(out.code, 0, out.stderr);
    assertMatch(out.stdout, /300 pairs of slow, theta is a\nnote: \d+ of the rows failed: they have NaN/);
    const tables = ["--theta", `t.${form}`, "--x", `t.${form}`];
    const back = await desk.run("import", ...tables, "--task", "./task.ts", "--out", `${form}.zarr`);
    assertEquals(back.code, 0, back.stderr);
    assertStringIncludes(back.stdout, `${dataset.failed} of 300 rows failed and are left out`);
    const found = await openSimulations(desk.file(`${form}.zarr`));
    assertEquals([found.missing, found.manifest.n], [0, 300]);
    assertMatch(found.manifest.key, /^imported:[0-9a-f]{64}$/);
    const { failures: _, ...numbers } = found.dataset;
    const { failures: __, ...expected } = dataset;
    assertEquals(numbers, expected);
    await desk.run("train", `${form}.zarr`, ...train, `m_${form}`);
    assertEquals(desk.read(`m_${form}`), desk.read("m"));
  }
  // The same again changes nothing; other tables, and a run, are refused.
  const again = await desk.run(
    "import",
    ..."--theta t.npz --x t.csv --task ./task.ts --out npz.zarr".split(" "),
  );
  assertEquals(again.code, 0, again.stderr);
  await assertRefused(
    desk,
    "import --theta t.npz --x t.npz#theta --task ./task.ts --out npz.zarr",
    1,
    "other tables must not be replaced: its key is another",
  );
  await assertRefused(
    desk,
    "simulate ./task.ts --n 300 --out npz.zarr --seed 3",
    1,
    "they must have been simulated here: current value is they were imported from tables; choose another path",
  );
  await assertRefused(
    desk,
    "import --theta t.npz --x t.npz --task ./task.ts --out s.zarr",
    1,
    "other simulations must not be replaced",
  );
});

Deno.test("columns are matched by name, files joined in order, and widths, names and supports checked", async () => {
  await using desk = new Desk();
  desk.write("pair.ts", PAIR);
  const swapped = fromRows(
    Array.from({ length: theta.n }, (_, i) => [theta.data[2 * i + 1]!, theta.data[2 * i]!]),
  );
  desk.write("named.csv", writeCsv(["offset", "rate"], swapped));
  desk.write("swapped.npy", npy(swapped));
  desk.write("theta.npy", npy(theta));
  desk.write("x.npy", npy(x));
  const half = (first: number) => npy({ data: x.data.slice(first * 2, first * 2 + 400), n: 200, dim: 2 });
  desk.write("x1.npy", half(0));
  desk.write("x2.npy", half(200));
  const read = async (theta: string, x: string, out: string) => {
    const end = await desk.run("import", "--theta", theta, "--x", x, "--task", "./pair.ts", "--out", out);
    assertEquals(end.code, 0, end.stderr);
    return { stdout: end.stdout, ...(await openSimulations(desk.file(out))).dataset };
  };
  const plain = await read("theta.npy", "x.npy", "plain");
  assertEquals(plain.stdout, "plain: 400 pairs of pair, theta of width 2 and x of width 2, imported\n");
  const named = await read("named.csv", "x1.npy,x2.npy", "named");
  assertStringIncludes(named.stdout, "note: columns of named.csv are matched by name: offset, rate");
  for (const found of [plain, named]) assertEquals([found.theta, found.x], [theta, x]);
  const back = await read("theta.npy", "x2.npy,x1.npy", "back");
  assertEquals(back.x.data.subarray(0, 400), x.data.subarray(400));

  desk.write("counted.csv", "0,1\n" + writeCsv([], x));
  desk.write("counted_theta.csv", "0,1\n" + writeCsv([], theta));
  const counted = await read("counted_theta.csv", "counted.csv", "counted");
  assertStringIncludes(
    counted.stdout,
    "note: the first row of counted.csv is 0, 1: leave it out if it is a header",
  );
  assertEquals(counted.theta.n, 401);

  const refused = (theta: string, x: string, says: string) =>
    assertRefused(desk, `import --theta ${theta} --x ${x} --task ./pair.ts --out no`, 1, says);
  await refused(
    "swapped.npy",
    "x.npy",
    "for rate, whose support is from 0 to 10; columns look like offset, rate: name them in the file",
  );
  await refused(
    "theta.npy",
    "x1.npy",
    "x must have as many rows as theta, 400 (400 of theta.npy): current number is 200",
  );
  await refused("theta.npy", "x.npy,nothing.csv", "Cannot read nothing.csv as it must exist");
  desk.write("three.csv", "1,2,3\n");
  await refused(
    "three.csv",
    "x.npy",
    "three.csv must have 2 columns, the parameters of pair: rate, offset: it has 3",
  );
  await refused("theta.npy", "three.csv", "three.csv must have 2 columns, as x of pair: it has 3");
  desk.write("other.csv", "rate,shift\n1,2\n");
  await refused(
    "other.csv",
    "x.npy",
    'other.csv must have a column for "offset", a parameter of pair: its columns are rate, shift',
  );
  desk.write("twice.csv", "rate,offset,rate\n1,2,3\n");
  await refused(
    "twice.csv",
    "x.npy",
    'twice.csv must have one column for each parameter: "rate" is there twice',
  );
  await refused(
    "theta.npy",
    "named.csv",
    "named.csv must have 2 columns, as x of pair: it has 0 beside the parameters: offset, rate",
  );
  desk.write("one.csv", "1,0\n1,0\n");
  desk.write("hole.csv", "rate,offset\n1,0\n2,nan\n");
  await refused(
    "theta.npy,hole.csv",
    "x.npy,one.csv",
    "every parameter must be finite: row 2 of hole.csv has NaN for offset",
  );
  desk.write("hole1.csv", "1,0\n");
  desk.write("nan.csv", "nan,1\n");
  await refused("hole1.csv", "nan.csv", "x must be finite in one row at least");
  assert(!desk.names.some((name) => name.startsWith("no.") || name === "no"));
});

Deno.test("parameters unlike their prior, columns that look swapped or never vary are warned of", async () => {
  await using desk = new Desk();
  desk.write("pair.ts", PAIR.replace("uniform(0, 10)", "normal(5, 3)"));
  const told = async (rows: (i: number) => number[], data: (i: number) => number[]) => {
    const table = (of: (i: number) => number[]) =>
      npy(fromRows(Array.from({ length: theta.n }, (_, i) => of(i))));
    desk.write("t.npy", table(rows));
    desk.write("d.npy", table(data));
    await Deno.remove(desk.file("s"), { recursive: true }).catch(() => {});
    const { stdout, stderr } = await desk.run(
      ..."import --theta t.npy --x d.npy --task ./pair.ts --out s".split(" "),
    );
    return stdout.slice(stdout.indexOf("\n") + 1) + stderr;
  };
  const drawn = independent({ rate: normal(5, 3), offset: normal(0, 1) }).sample(key(9), theta.n);
  const [rate, offset] = [0, 1].map((j) => (i: number) => drawn.data[2 * i + j]!);
  const both = (i: number) => [i % 7, i % 5];
  assertEquals(await told((i) => [rate!(i), offset!(i)], both), "");
  assertStringIncludes(
    await told((i) => [offset!(i), rate!(i)], both),
    "warning: Columns of theta look swapped, by what the prior says of each: rate looks like offset, offset looks like rate",
  );
  assertStringIncludes(
    await told((i) => [rate!(i), 0.3 * offset!(i)], both),
    "warning: Values of offset are not distributed as their prior",
  );
  assertEquals(
    await told((i) => [rate!(i), offset!(i)], (i) => [i, 3]),
    "warning: Of x column 2 never varies: nothing can be learned of that\n",
  );
});

Deno.test("an import that is killed leaves nothing that looks whole, and the next one is", async () => {
  await using desk = new Desk();
  desk.write("pair.ts", PAIR);
  const n = 300_000;
  const many = (values: Float64Array) =>
    npy({ data: Float64Array.from({ length: 2 * n }, (_, k) => values[k % values.length]!), n, dim: 2 });
  desk.write("t.npy", many(theta.data));
  desk.write("d.npy", many(x.data));
  const line = "import --theta t.npy --x d.npy --task ./pair.ts --out s".split(" ");
  const child = desk.start(...line);
  const end = endOf(child);
  const hasPartial = () => desk.names.some((name) => name.endsWith(".partial"));
  while (!hasPartial()) await new Promise((resolve) => setTimeout(resolve, 2));
  child.kill("SIGKILL");
  await end;
  assert(!desk.has("s") && hasPartial(), "it was stopped before the end");
  assertEquals((await desk.run(...line)).code, 0);
  assert(!hasPartial());
  const { dataset, missing } = await openSimulations(desk.file("s"));
  assertEquals([dataset.x.n, missing], [n, 0]);
});

Deno.test("scores and draws are exported, and nothing else is replaced", async () => {
  await using desk = new Desk();
  await desk.run(..."simulate gaussian_linear --n 40 --score --out s.zarr".split(" "));
  await desk.run(..."export s.zarr --out s.npz".split(" "));
  const { dataset } = await openSimulations(desk.file("s.zarr"));
  const arrays = readNpz(desk.read("s.npz"));
  assertEquals([...arrays.keys()], ["theta", "x", "score"]);
  assertEquals(arrays.get("score"), { shape: [40, 10], values: dataset.score!.data });
  const tables = "--theta s.npz --x s.npz --score s.npz".split(" ");
  const back = await desk.run("import", ...tables, "--task", "gaussian_linear", "--out", "back.zarr");
  assertEquals(back.code, 0, back.stderr);
  assertEquals((await openSimulations(desk.file("back.zarr"))).dataset, dataset);
  desk.write("d.csv", "chain,draw,mu,tau\n0,0,1,2\n0,1,3,4\n1,0,5,6\n1,1,7,8\n");
  const out = await desk.run(..."export d.csv --out d.parquet".split(" "));
  assertEquals([out.code, out.stdout], [0, "d.parquet: 2 chains of 2 draws\n"]);
  const { names, rows } = await readParquet(desk.read("d.parquet"));
  assertEquals([names, rows.data.slice(4, 8)], [["chain", "draw", "mu", "tau"], Float64Array.of(0, 1, 3, 4)]);
  await desk.run(..."export d.csv --out d.npz".split(" "));
  assertEquals(readNpz(desk.read("d.npz")).get("tau"), {
    shape: [2, 2],
    values: Float64Array.of(2, 4, 6, 8),
  });
  // The same again may be replaced.
  for (const form of ["parquet", "npz"]) {
    assertEquals((await desk.run("export", "d.csv", "--out", `d.${form}`)).code, 0);
  }
  desk.write("mine.npz", writeNpz({ a: { shape: [1], values: Float64Array.of(1) } }));
  desk.write("mine.csv", "a,b\n1,2\n");
  desk.write("mine.parquet", "PAR1");
  for (const form of ["npz", "csv", "parquet"]) {
    await assertRefused(
      desk,
      `export d.csv --out mine.${form}`,
      1,
      "only a table of the same columns may be replaced",
    );
  }
  await assertRefused(
    desk,
    "export d.csv --out d.xlsx",
    2,
    "--out must end with .npz, .parquet, .csv or .onnx",
  );
  await assertRefused(desk, "export none.csv --out e.csv", 1, "Cannot read none.csv as it must exist");
});

/** Three observations of two moons, of which the second is none. */
const ROWS = fromRows([[0.1, 0.2], [NaN, 0], [-0.2, 0.4], [0.1, -0.3]]);
const ESTIMATOR = { kind: "maf", transforms: 2, hidden: [16], activation: "silu" } as const;
const FEW = { simulations: 300, maxEpochs: 2 };

Deno.test("likely sample --each asks about each row alone, and likely report knows which row", async () => {
  await using desk = new Desk();
  const { artifact } = await npe(key(0), twoMoons(), { ...FEW, estimator: ESTIMATOR });
  desk.write("m", encodeArtifact(artifact));
  desk.write("all.npy", npy(ROWS));
  const line = "sample m --x all.npy --draws 40 --seed 3 --out d.csv".split(" ");
  const { code, stdout, stderr } = await desk.run(...line, "--each");
  assertEquals(code, 1, "one of the rows cannot be asked about");
  assertStringIncludes(
    stderr,
    "error: Cannot sample 1 of 4 rows: row 2: Cannot condition on x as it must be finite",
  );
  assertMatch(stdout, /d_1\.csv: 40 independent draws[^]+d_3\.csv: 40[^]+d_4\.csv: 40/);
  assertEquals(desk.names.filter((name) => /^d.*csv$/.test(name)).sort(), ["d_1.csv", "d_3.csv", "d_4.csv"]);
  for (const i of [0, 2, 3]) {
    using given = await posterior(artifact, ROWS.data.slice(2 * i, 2 * i + 2));
    const draws = await given.sample(foldIn(split(key(3), 4)[2]!, i), 40);
    assertEquals(new TextDecoder().decode(desk.read(`d_${i + 1}.csv`)), drawsToCsv(draws));
  }
  const page = "report m d_3.csv --out r.html --task two_moons --x all.npy".split(" ");
  const reported = await desk.run(...page, "--row", "3");
  assertEquals(reported.code, 0, reported.stderr);
  await assertRefused(
    desk,
    [...page, "--row", "2"].join(" "),
    1,
    "row 2 of all.npy for x as every number must be finite",
  );
  await assertRefused(
    desk,
    [...page, "--row", "5"].join(" "),
    2,
    "--row must be in the data: current value is 5, of 4 rows",
  );
  desk.write("two.csv", "0.1,0.2\n0.3,0.1\n");
  await assertRefused(
    desk,
    "sample m --x two.csv --out e.csv",
    2,
    "--x must be one observation, as the model is of a posterior: there are 2 rows; ask about each by --each",
  );
  // A list of as many numbers as a row must have is one row.
  desk.write("list.npy", writeNpy({ shape: [2], values: Float64Array.of(0.1, 0.2) }));
  assertEquals((await desk.run(..."sample m --x list.npy --draws 40 --out one.csv".split(" "))).code, 0);
});

Deno.test("--each goes with several values of beta, and rows that are pooled are said to be", async () => {
  await using desk = new Desk();
  const { artifact } = await ace(key(0), twoMoons(), FEW);
  desk.write("m", encodeArtifact(artifact));
  desk.write("two.csv", "0.1,0.2\n0.3,0.1\n");
  const line = "sample m --x two.csv --draws 40 --beta 5,20".split(" ");
  const { code, stderr, stdout } = await desk.run(...line, "--each", "--out", "d.csv");
  assertEquals(code, 0, stderr);
  assert(!stdout.includes("note:"));
  for (const name of ["d_1_beta5.csv", "d_1_beta20.csv", "d_2_beta5.csv", "d_2_beta20.csv"]) {
    assertEquals(drawsFromCsv(desk.read(name)).length, 40);
  }
  assert(desk.read("d_1_beta20.csv").toString() !== desk.read("d_2_beta20.csv").toString());
  const pooled = await desk.run(...line, "--out", "p.csv");
  assertStringIncludes(
    pooled.stdout,
    "note: the 2 rows of x are taken for independent observations of the same parameters; --each asks about each",
  );
  assert(desk.has("p_beta5.csv") && !desk.has("p_1_beta5.csv"));
});

/** One measurement of a mean. */
const MEASURED = `
import { drawNormal, independent, normal, simulator } from "@likely/core";

const of = (trials) => ({
  prior: independent({ mu: normal(0, 1) }),
  simulator: simulator({ name: "measured", thetaDim: 1, xDim: trials, simulate: (random, [mu]) =>
    Array.from({ length: trials }, () => mu + drawNormal(random)) }),
});
export const task = of(1);
export const five = of(5);
`;

Deno.test("likely check --trials asks about several observations at once", async () => {
  await using desk = new Desk();
  desk.write("measured.ts", MEASURED);
  const { task } = await import(`file://${desk.file("measured.ts")}`);
  const { artifact } = await nle(key(0), task, { ...FEW, estimator: ESTIMATOR });
  desk.write("m", encodeArtifact(artifact));
  const line = "check m --datasets 20 --draws 9 --task ./measured.ts".split(" ");
  for (const which of ["task", "five"]) {
    const end = await desk.run(...line.slice(0, -1), `./measured.ts#${which}`, "--trials", "5");
    assertEquals(end.code, 0, end.stderr);
    assertMatch(end.stdout, /rank of mu +p [^]+data sets/);
  }
  await assertRefused(
    desk,
    [...line.slice(0, -1), "./measured.ts#five"].join(" "),
    1,
    "it must have 1 parameters",
  );
  const learned = await npe(key(0), task, { ...FEW, estimator: ESTIMATOR });
  desk.write("p", encodeArtifact(learned.artifact));
  await assertRefused(
    desk,
    "check p --task ./measured.ts --trials 5",
    2,
    "a posterior was learned from one observation",
  );
});
