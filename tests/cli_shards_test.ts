import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { key, openSimulations, simulate, split } from "@likely/core";
import { assertRefused, Desk, type End, endOf } from "./_desk.ts";
import { folderBytes } from "./_folder_bytes.ts";

const MAIN = new URL("../cli/main.ts", import.meta.url).pathname;
const JOB = new URL("../examples/cluster/kubernetes.yaml", import.meta.url);

const words = (line: string) => line.split(" ");

/** Runs `deno` in the desk's folder, with these variables and no others. */
async function deno(desk: Desk, env: Record<string, string>, args: readonly string[]): Promise<End> {
  const { PATH, HOME, DENO_DIR } = Deno.env.toObject();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: desk.path,
    clearEnv: true,
    env: { ...env, ...PATH && { PATH }, ...HOME && { HOME }, ...DENO_DIR && { DENO_DIR } },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  return await endOf(child);
}

/** Runs `likely`, allowed to read these variables. */
const likely = (desk: Desk, env: Record<string, string>, line: string, allow = "--allow-env") =>
  deno(desk, env, words(`run --no-check --no-prompt --allow-read --allow-write ${allow} ${MAIN} ${line}`));

Deno.test("shards from the command line, each in its folder, merge into what one machine makes", async () => {
  await using desk = new Desk();
  const line = "simulate ./task.ts --n 90 --seed 3 --workers 1 --chunk-rows 4";
  const ends = await Promise.all(
    [1, 2, 3].map((i) => desk.run(...words(`${line} --shard ${i}/3 --out part${i}`))),
  );
  for (const [i, { code, stdout, stderr }] of ends.entries()) {
    assertEquals(code, 0, stderr);
    const own = [32, 30, 28][i]!;
    const { dataset } = await openSimulations(desk.file(`part${i + 1}`));
    assertEquals(dataset.theta.n + dataset.failed, own);
    const said = `part${i + 1}: shard ${
      i + 1
    } of 3, with ${own} of the 90 rows: ${dataset.theta.n} pairs of slow, theta`;
    assertStringIncludes(stdout, said);
    if (dataset.failed > 0) assertMatch(stdout, new RegExp(`\n${dataset.failed} of ${own} rows failed`));
  }
  const early = await desk.run(...words("merge all.zarr part1 part3"));
  assertEquals([early.code, early.stdout], [1, "all.zarr: 60 of 90 rows of slow\n"]);
  assertStringIncludes(
    early.stderr,
    "Cannot finish all.zarr as every row must be in a folder: there are none of 30 of all.zarr, rows 4 to 7, " +
      "16 to 19, 28 to 31, 40 to 43, 52 to 55 and 3 stretches more (--shard 2/3)",
  );
  const merged = await desk.run(...words("merge all.zarr part1 part2 part3"));
  assertEquals([merged.code, merged.stdout], [0, "all.zarr: 90 of 90 rows of slow\n"], merged.stderr);
  assertEquals((await desk.run(...words(`${line} --out one.zarr`))).code, 0);
  assertEquals(await folderBytes(desk.file("all.zarr")), await folderBytes(desk.file("one.zarr")));
  const { task } = await import(`file://${desk.file("task.ts")}`);
  const expected = await simulate(split(key(3), 8)[0]!, task, 90, { workers: 0 });
  assertEquals((await openSimulations(desk.file("all.zarr"))).dataset.x, expected.x);
});

Deno.test("shards of levels are merged level by level", async () => {
  await using desk = new Desk();
  const line = "simulate ornstein_uhlenbeck --levels 40,9 --seed 1 --workers 0 --chunk-rows 3";
  for (const i of [1, 2]) {
    const { code, stdout, stderr } = await desk.run(...words(`${line} --shard ${i}/2 --out part${i}`));
    assertEquals(code, 0, stderr);
    assertMatch(
      stdout,
      i === 1 ? /shard 1 of 2: 2 levels [^]+ 21 rows\n[^]+ 6 pairs/ : / 19 rows\n[^]+ 3 pairs/,
    );
  }
  const merged = await desk.run(...words("merge all part1 part2"));
  const rows = "all/level0: 40 of 40 rows of ";
  assertEquals(merged.code, 0, merged.stderr);
  assertMatch(merged.stdout, new RegExp(`^${rows}.+\nall/level1: 9 of 9 rows of .+\n$`));
  assertEquals((await desk.run(...words(`${line} --out one`))).code, 0);
  assertEquals(await folderBytes(desk.file("all")), await folderBytes(desk.file("one")));
  const early = await desk.run(...words("merge some part1"));
  assertStringIncludes(early.stderr, "19 of some/level0, rows 3 to 5, 9 to 11, ");
  assertStringIncludes(early.stderr, "(--shard 2/2); 3 of some/level1, rows 3 to 5 (--shard 2/2)");
});

Deno.test("a shard that is interrupted, or killed, goes on by the same command", async () => {
  await using desk = new Desk();
  const line = words(
    "simulate ./task.ts --n 4000 --seed 3 --workers 1 --shard 2/2 --chunk-rows 50 --out s.zarr",
  );
  const there = async () =>
    (await openSimulations(desk.file("s.zarr")).catch(() => ({ dataset: { failed: 0, theta: { n: 0 } } })))
      .dataset;
  for (const signal of ["SIGKILL", "SIGINT"] as const) {
    const before = (await there()).theta.n;
    const child = desk.start(...line);
    const end = endOf(child);
    const isOver = { now: false };
    end.then(() => isOver.now = true);
    while (!isOver.now && (await there()).theta.n === before) await new Promise((go) => setTimeout(go, 20));
    assert(!isOver.now, "it ended before it could be stopped");
    child.kill(signal);
    const { code, stderr } = await end;
    if (signal === "SIGKILL") continue;
    assertEquals(code, 130, stderr);
    assertMatch(stderr, /Interrupted: \d+ of 2000 pairs are kept in s.zarr; run the same command again/);
  }
  const { code, stdout } = await desk.run(...line);
  assertEquals(code, 0);
  const { theta, failed } = await there();
  assertEquals(theta.n + failed, 2000);
  assertStringIncludes(stdout, `s.zarr: shard 2 of 2, with 2000 of the 4000 rows: ${theta.n} pairs of slow`);
});

Deno.test("a merge that is killed goes on by the same command, and ends with the same files", async () => {
  await using desk = new Desk();
  for (const i of [1, 2]) {
    const line = `simulate two_moons --n 800 --workers 0 --shard ${i}/2 --out part${i}`;
    assertEquals((await desk.run(...words(line))).code, 0);
  }
  let kills = 0;
  for (const some of [5, 100, 200]) {
    const child = desk.start(...words("merge all part1 part2"));
    const end = endOf(child);
    const isOver = { now: false };
    end.then(() => isOver.now = true);
    const count = async () =>
      (await Array.fromAsync(Deno.readDir(desk.file("all/x/c"))).catch(() => [])).length;
    while (!isOver.now && await count() < some);
    if (!isOver.now) child.kill("SIGKILL");
    if ((await end).code !== 0) kills++;
  }
  assert(kills > 0, "it was faster");
  assertEquals(
    (await desk.run(...words("merge all part1 part2"))).stdout,
    "all: 800 of 800 rows of two_moons\n",
  );
  assertEquals(
    (await desk.run(...words("simulate two_moons --n 800 --workers 0 --chunk-rows 1 --out one"))).code,
    0,
  );
  assertEquals(await folderBytes(desk.file("all")), await folderBytes(desk.file("one")));
});

Deno.test("--shard auto finds its part where Slurm and Kubernetes put it, and is refused where it cannot", async () => {
  await using desk = new Desk();
  const slurm = (id: number, least: number, most: number, count: number, step = 1) => ({
    "SLURM_ARRAY_TASK_ID": `${id}`,
    "SLURM_ARRAY_TASK_MIN": `${least}`,
    "SLURM_ARRAY_TASK_MAX": `${most}`,
    "SLURM_ARRAY_TASK_COUNT": `${count}`,
    "SLURM_ARRAY_TASK_STEP": `${step}`,
  });
  const line = "simulate two_moons --n 20 --workers 0 --out sims --shard";
  const said = async (env: Record<string, string>, shard: string, expected: string, allow?: string) => {
    const { stdout, stderr } = await likely(desk, env, `${line} ${shard}`, allow);
    assertStringIncludes(stdout + stderr, expected);
  };
  await said(slurm(3, 1, 4, 4), "auto", "sims: shard 3 of 4, with 5 of the 20 rows");
  await said(slurm(3, 1, 4, 4), "auto/4", "shard 3 of 4");
  await said(slurm(0, 0, 19, 20), "auto", "shard 1 of 20");
  await said(slurm(9, 1, 9, 3, 4), "auto", "shard 3 of 3");
  await said({ "JOB_COMPLETION_INDEX": "4" }, "auto/5", "shard 5 of 5", "--allow-env=JOB_COMPLETION_INDEX");
  const one = "1 tasks from 7 to 7; submit the whole array again";
  await said(
    slurm(7, 7, 7, 1),
    "auto/4",
    `--shard auto must find an array without holes of 4 tasks: current one has ${one}`,
  );
  await said(slurm(17, 3, 17, 2), "auto", "an array without holes: current one has 2 tasks from 3 to 17");
  await said(
    slurm(21, 1, 20, 20),
    "auto",
    'must be from 1/20 to 20/20: current value is "auto", which is 21/20',
  );
  await said({ "SLURM_ARRAY_TASK_ID": "3" }, "auto", "a whole number in SLURM_ARRAY_TASK_MIN: it is not set");
  await said(
    { ...slurm(3, 1, 4, 4), "SLURM_ARRAY_TASK_ID": "x" },
    "auto",
    'SLURM_ARRAY_TASK_ID: current value is "x"',
  );
  await said(
    { "JOB_COMPLETION_INDEX": "5" },
    "auto/5",
    'must be from 1/5 to 5/5: current value is "auto/5", which is 6/5',
  );
  await said(
    { "JOB_COMPLETION_INDEX": "0" },
    "auto",
    "must say how many shards there are, as JOB_COMPLETION_INDEX does not",
  );
  await said(
    { ...slurm(3, 1, 4, 4), "JOB_COMPLETION_INDEX": "0" },
    "auto/4",
    "JOB_COMPLETION_INDEX: both are set",
  );
  await said({}, "auto", "must find SLURM_ARRAY_TASK_ID or JOB_COMPLETION_INDEX: neither is set");
  const variables = Object.keys(slurm(1, 1, 1, 1)).join(",");
  for (const env of [{}, slurm(3, 1, 4, 4)]) {
    await said(env, "auto", `run with --allow-env=${variables},JOB_COMPLETION_INDEX`, "--deny-env");
  }
  const { missing } = await openSimulations(desk.file("sims"));
  assert(missing < 20 && missing > 0, "shards of all sizes went into one folder");
});

Deno.test("the example's Kubernetes Job, pod by pod, makes the files of one machine", async () => {
  await using desk = new Desk();
  const job = await Deno.readTextFile(JOB);
  const completions = Number(/^ +completions: (\d+)$/m.exec(job)![1]);
  const args = [.../^ +args:\n((?: +- .+\n)+)/m.exec(job)![1]!.matchAll(/- (.+)\n/g)].map(([, arg]) => arg!);
  const local = args.map((arg) => arg.replace("jsr:@likely/cli/main", MAIN).replace(/--n=\d+/, "--n=60"));
  assertEquals([args.includes(MAIN), local.includes(MAIN), local.includes("--n=60")], [false, true, true]);
  desk.write("my_task.ts", desk.read("task.ts"));
  const ends: End[] = [];
  for (let index = 0; index < completions; index++) {
    ends.push(
      await deno(desk, { "JOB_COMPLETION_INDEX": `${index}` }, [
        local[0]!,
        "--no-check",
        "--no-prompt",
        ...local.slice(1),
      ]),
    );
  }
  for (const { code, stderr } of ends) assertEquals(code, 0, stderr);
  assertEquals((await openSimulations(desk.file("sims.zarr"))).missing, 0);
  assertEquals(
    (await desk.run(...words("simulate ./my_task.ts --n 60 --chunk-rows 1 --out one.zarr"))).code,
    0,
  );
  assertEquals(await folderBytes(desk.file("sims.zarr")), await folderBytes(desk.file("one.zarr")));
});

for (
  const [line, code, message] of [
    [
      "simulate two_moons --out s --shard 3",
      2,
      '--shard must be 3/100, auto or auto/100: current value is "3"',
    ],
    ["simulate two_moons --out s --shard 3/", 2, "--shard must be 3/100"],
    ["simulate two_moons --out s --shard -1/3", 2, "--shard must be 3/100"],
    ["simulate two_moons --out s --shard 1.5/3", 2, "--shard must be 3/100"],
    ["simulate two_moons --out s --shard 0/3", 2, '--shard must be from 1/3 to 3/3: current value is "0/3"'],
    ["simulate two_moons --out s --shard 4/3", 2, '--shard must be from 1/3 to 3/3: current value is "4/3"'],
    ["simulate two_moons --out s --shard 0/0", 2, "--shard must have 1 part at least"],
    [
      "simulate two_moons --out s --n 5 --shard 1/6",
      1,
      "shard.of must be a whole number in [1, 5]: current value is 6",
    ],
    [
      "simulate two_moons --out s --n 50 --chunk-rows 20 --shard 1/6",
      1,
      "must be at most the number of chunks, 3 of 20",
    ],
    ["simulate two_moons --out s --chunk-rows 0", 2, "--chunk-rows must be a whole number >= 1"],
    [
      "simulate toggle_switch --levels 9,9,2 --shard 1/3 --out s",
      1,
      "shard.of must be a whole number in [1, 2]",
    ],
    ["merge all", 2, "<folder> is missing"],
    ["merge", 2, "<out> is missing"],
    ["merge all nowhere", 1, "nowhere must hold a zarr.json: there is none"],
    ["merge all x.csv", 1, "x.csv must hold a zarr.json: there is none"],
    ["merge x.csv nowhere", 1, "Cannot write x.csv as it must be a folder"],
    ["merge . nowhere", 1, "the folder must hold simulations only"],
  ] as const
) {
  Deno.test(`refused: ${line}`, async () => {
    await using desk = new Desk();
    await assertRefused(desk, line, code, message);
    assert(!desk.has("all"));
    assert(!desk.has("s") || (await folderBytes(desk.file("s"))).size === 0);
  });
}
