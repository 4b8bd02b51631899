import { assert, assertEquals, assertLess, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { foldIn, fromRows, key, row, UnreachableError } from "@likely/core";
import { programPerRow, type ProgramPerRowOptions } from "./program_per_row.ts";

const THETA = fromRows(Array.from({ length: 12 }, (_, i) => [i, i / 8]));

/** A program in JavaScript whose arguments are as told. */
function made(source: string, args: readonly string[], more: Partial<ProgramPerRowOptions> = {}) {
  const run = [
    Deno.execPath(),
    "run",
    "-A",
    "--no-config",
    `data:text/javascript,${encodeURIComponent(source)}`,
  ];
  return programPerRow({
    name: "old",
    run: [...run, ...args],
    theta: ["a", "b"],
    x: 2,
    processes: 3,
    ...more,
  });
}

Deno.test("a program run for every row has its parameters, seed and row among its arguments", async () => {
  const old = made(
    `const [a, b, seed, row] = Deno.args; console.log(a.slice(4), ",", b, "\\n", seed, row)`,
    ["--a={theta.a}", "{theta.b}", "{seed}", "{row}"],
    { x: 4 },
  );
  const { x, failures } = await old.simulateAsync(key(2), THETA, { first: 5 });
  const expected = Array.from(
    { length: THETA.n },
    (_, i) => [i, i / 8, foldIn(key(2), 5 + i).hi >>> 1, 5 + i],
  );
  assertEquals([x, failures], [fromRows(expected), []]);
});

Deno.test("numbers are read as languages write them, from a file of the row alone", async () => {
  const old = made(
    `const [file, a] = Deno.args; console.log("nothing"); Deno.writeTextFileSync(file, a + ";\\t-1.5D+01,  .5\\r\\n1E-3 ")`,
    ["{scratch}/out.txt", "{theta.a}"],
    { file: "{scratch}/out.txt", x: 4 },
  );
  const { x } = await old.simulateAsync(key(2), THETA);
  assertEquals(x, fromRows(Array.from({ length: THETA.n }, (_, i) => [i, -15, 0.5, 0.001])));
});

Deno.test("rows fail alone, with the reason", async () => {
  const old = made(
    `const a = Number(Deno.args[0]);
    if (a === 1) { console.error("singular"); Deno.exit(3); }
    if (a === 2) console.log("1 nan");
    else if (a === 3) console.log("1 2 3");
    else if (a === 4) console.log("x = 1");
    else if (a === 5) await new Promise((resolve) => setTimeout(resolve, 1e5));
    else console.log(a, a);`,
    ["{theta.a}"],
    { seconds: 6 },
  );
  const { x, failures } = await old.simulateAsync(key(2), THETA, { first: 100 });
  assertEquals(failures, [
    { row: 101, reason: "the program ended with exit code 3; its standard error ends: singular" },
    { row: 103, reason: "standard output must hold 2 numbers: it holds 3" },
    { row: 104, reason: `standard output must hold numbers only: it holds "x"` },
    { row: 105, reason: "took longer than 6 s" },
  ]);
  const bad = Array.from({ length: x.n }, (_, i) => i).filter((i) => !row(x, i).every(Number.isFinite));
  assertEquals(bad, [1, 2, 3, 4, 5]);
});

Deno.test("a file that an earlier run left is not taken for this one's", async () => {
  const folder = await Deno.makeTempDir();
  const source = `if (Deno.args[0] === "0") Deno.writeTextFileSync("out", "1 2")`;
  const old = made(source, ["{theta.a}"], { file: "out", folder, processes: 1 });
  await Deno.writeTextFile(`${folder}/out`, "7 7");
  const { x, failures } = await old.simulateAsync(key(2), fromRows([[0, 0], [1, 0]]));
  assertEquals([row(x, 0), failures], [
    Float64Array.of(1, 2),
    [{ row: 1, reason: "the program must write the file out: there is none" }],
  ]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("levels are asked for by their number, the finest unless told", async () => {
  const old = made(`console.log(Deno.args.join(" "))`, ["{level}", "{seed}"], {
    levels: [{ cost: 1 }, { cost: 2 }],
  });
  const theta = fromRows([[0, 0]]);
  const rows = await Promise.all([...old.levels!, old].map((level) => level.simulateAsync(key(1), theta)));
  const seed = foldIn(key(1), 0).hi >>> 1;
  assertEquals(rows.map(({ x }) => [...x.data]), [[0, seed], [1, seed], [1, seed]]);
});

Deno.test("a run that is aborted ends its programs at once", async () => {
  const old = made(`await new Promise((resolve) => setTimeout(resolve, 1e5))`, []);
  const end = new AbortController();
  const rows = old.simulateAsync(key(1), THETA, { signal: end.signal });
  const start = performance.now();
  setTimeout(() => end.abort(new Error("enough")), 200);
  await assertRejects(() => rows, Error, "enough");
  assertLess(performance.now() - start, 3000);
  // The others are refused their turn.
  await new Promise((resolve) => setTimeout(resolve, 100));
});

Deno.test("a program that cannot be run stops the run", async () => {
  const gone = programPerRow({ run: ["./no-such", "{seed}"], theta: ["a"], x: 1 });
  const error = await assertRejects(() => gone.simulateAsync(key(0), fromRows([[1]])), UnreachableError);
  assertMatch(error.message, /^Cannot start "\.\/no-such \d+" as the program must exist: there is no/);
});

Deno.test("what is in braces must stand for something, and files be of one row", () => {
  const make = (run: string[], more: object = {}) => () =>
    programPerRow({ run, theta: ["a"], x: 1, processes: 2, ...more });
  assertThrows(make([]), TypeError, "run must be a program and its arguments");
  assertThrows(
    make(["m", "{theta.b}"]),
    TypeError,
    "must be one of theta.a, seed, row, scratch: current value is {theta.b}",
  );
  assertThrows(make(["m", "{level}"]), TypeError, "current value is {level}");
  assertThrows(make(["m"], { levels: [{}, {}] }), RangeError, "must have {level}: none has");
  assertThrows(make(["m"], { file: "out.txt" }), RangeError, "must have {scratch} or {row} in its name");
  assert(make(["sh", "-c", "awk '{print $1}' ${HOME}/{seed}"])().xDim === 1);
});
