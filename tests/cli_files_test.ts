import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { assertRefused, Desk, endOf } from "./_desk.ts";

const MAIN = new URL("../cli/main.ts", import.meta.url).pathname;

const TASKS = `
import { independent, simulator, uniform } from "@likely/core";

const taskOf = (simulate) => ({
  prior: independent({ a: uniform(0, 1) }),
  simulator: simulator({ name: "odd", thetaDim: 1, xDim: 1, simulate }),
});
export const plain = taskOf((random, [a]) => [a + random.uniform()]);
export const exits = taskOf((_, [a]) => a > 0.5 ? Deno.exit(0) : [a]);
export const leaves = taskOf((_, [a]) => a > 0.5 ? process.exit(0) : [a]);
export const hangs = taskOf(() => { while (true); });
export const some = taskOf((_, [a]) => { while (a > 0.7); return [a]; });
export const red = taskOf(() => { throw new Error("\\x1b[31mred"); });
export const never = () => new Promise(() => {});
export const later = () => { setTimeout(() => { throw new Error("too late"); }, 0); return plain; };
`;

function odd(...permissions: string[]): Desk {
  const desk = new Desk(...permissions);
  desk.write("odd.ts", TASKS);
  return desk;
}

async function simulated(desk: Desk): Promise<void> {
  const end = await desk.run("simulate", "./odd.ts#plain", "--n", "300", "--out", "s", "--workers", "0");
  assertEquals(end.code, 0, end.stderr);
}

Deno.test("nothing is made where something else is, through a link, or inside a Zarr group", async () => {
  await using desk = odd();
  await simulated(desk);
  desk.write("m.partial", "mine");
  desk.write("mine", "mine");
  await Deno.symlink("mine", desk.file("link"));
  await Deno.symlink(desk.file("mine"), desk.file("s/score"));
  await assertRefused(desk, "train s --out link --max-epochs 1", 1, "a link of that name is there");
  await assertRefused(desk, "train s --out s/m --max-epochs 1", 1, "must not be inside a Zarr group");
  await assertRefused(desk, "simulate two_moons --out s/in/deep", 1, "its folder must exist");
  await assertRefused(desk, "simulate ./odd.ts#plain --out s", 1, 'a link "score" is there');
  await Deno.remove(desk.file("s/score"));
  assertEquals((await desk.run("train", "s", "--out", "m", "--max-epochs", "1")).code, 0);
  for (const name of ["m.partial", "mine"]) {
    assertEquals(new TextDecoder().decode(desk.read(name)), "mine", name);
  }
  assertEquals(desk.names.filter((name) => name.startsWith("m.")), ["m.partial"]);
});

Deno.test("where files cannot be made is told before the work", async () => {
  await using desk = odd();
  await simulated(desk);
  await Deno.mkdir(desk.file("mine"));
  for (
    const line of [
      "simulate two_moons --n 1000000 --out no",
      "train s --out no --max-epochs 100000 --patience 100000",
      "rounds two_moons --x x.csv --pairs mine/p --out no",
      "sample none --x x.csv --out no.csv",
      "import --theta x.csv --x x.csv --task two_moons --out no",
    ]
  ) {
    // The process may write into one folder, as on a disk that is read only elsewhere.
    const allowed = ["--allow-read", `--allow-write=${desk.file("mine")}`];
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--no-prompt", ...allowed, MAIN, ...line.split(" ")],
      cwd: desk.path,
    });
    const { code, stderr } = await child.output();
    const said = new TextDecoder().decode(stderr);
    assertStringIncludes(said, "Cannot write no", line);
    assertStringIncludes(said, "as files must be possible in .", line);
    assertEquals(code, 1, said);
  }
  await assertRefused(desk, `train s --out ${"m".repeat(240)}`, 1, "files must be possible in .");
});

Deno.test("a task that ends the program, waits for ever or throws late ends it in words, with code 1", async () => {
  await using desk = odd();
  for (
    const [name, message] of [
      ["exits", "a task must not end the program"],
      ["leaves", "a task must not end the program"],
      ["never", "what a task waits for must come about"],
      ["later", "no part may fail: Error: too late"],
    ] as const
  ) {
    const { code, stderr } = await desk.run("simulate", `./odd.ts#${name}`, "--out", name, "--workers", "0");
    assertEquals(code, 1, stderr);
    assertStringIncludes(stderr, `error: Cannot go on as ${message}`);
    assert(!/^\s+at /m.test(stderr), stderr);
  }
  const { stderr } = await desk.run("simulate", "./odd.ts#red", "--out", "red", "--n", "5", "--workers", "0");
  assertStringIncludes(stderr, "row 0 as \\x1b[31mred");
});

Deno.test("a simulator that hangs is left by Ctrl-C, or after --row-timeout", async () => {
  await using desk = odd();
  const child = desk.start("simulate", "./odd.ts#hangs", "--out", "h", "--workers", "0");
  const end = endOf(child);
  while (!desk.has("h")) await new Promise((resolve) => setTimeout(resolve, 20));
  child.kill("SIGINT");
  assertEquals((await end).code, 130);
  const line = [
    "simulate",
    "./odd.ts#some",
    "--out",
    "s",
    "--n",
    "8",
    "--workers",
    "1",
    "--row-timeout",
    "2",
  ];
  const { code, stdout, stderr } = await desk.run(...line);
  assertEquals(code, 0, stderr);
  assertStringIncludes(stdout, "it took longer than rowTimeout, 2 s");
  await assertRefused(
    desk,
    `${line.join(" ").replace("--workers 1", "--workers 0")}`,
    2,
    "--row-timeout must come",
  );
});

Deno.test("an option is given once, and a flag has no value", async () => {
  await using desk = odd();
  const line = "simulate two_moons --out s --n 10";
  await assertRefused(desk, `${line} --n 20`, 2, "--n must be given once: it is there twice");
  await assertRefused(desk, `${line} --score -1`, 2, "-1 is not an option");
  await assertRefused(desk, `${line} --score=no`, 2, '--score must have no value: current value is "no"');
  await assertRefused(desk, "simulate constructor --out s", 2, 'current value is "constructor"');
  assertEquals((await desk.run(...line.split(" "), "--seed", "-1")).code, 2);
});

Deno.test("of two programs that make one file one does, and the other is told", async () => {
  await using desk = odd();
  await simulated(desk);
  const line = ["train", "s", "--out", "m", "--max-epochs", "30"];
  const [one, two] = await Promise.all([desk.run(...line), desk.run(...line)]);
  const [first, second] = one.code === 0 ? [one, two] : [two, one];
  assertEquals(first.code, 0, first.stderr);
  // The second may have come when the first was done.
  if (second.code !== 0) {
    assertStringIncludes(second.stderr, "the model m as one program at a time may do so: process");
  }
  assertEquals(desk.names.filter((name) => name.startsWith("m")), ["m"]);
});
