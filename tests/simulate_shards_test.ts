import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  bits,
  key,
  mergeSimulations,
  openSimulations,
  type Prior,
  type Shard,
  simulate,
  type SimulateOptions,
  type Task,
} from "@likely/core";
import { folderBytes } from "./_folder_bytes.ts";
import { noisy } from "./_noisy_task.ts";

const CHILD = new URL("./_shard_child.ts", import.meta.url).pathname;

async function inFolder(run: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    await run(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

interface Part extends SimulateOptions {
  readonly task?: Task;
  readonly n?: number;
}

const TASK = noisy({ throwAbove: 1 });

/** A run of 50 rows, 8 to a chunk, or a shard of it. */
const run = (path: string, shard?: Shard, { task = TASK, n = 50, ...options }: Part = {}) =>
  simulate(key(1), task, n, { path, chunkRows: 8, ...(shard && { shard }), ...options });

const parts = (of: number) => Array.from({ length: of }, (_, index): Shard => ({ index, of }));

/** Counts the rows that are simulated. */
function counted(task: Task): { task: Task; rows: () => number } {
  let rows = 0;
  const { simulate } = task.simulator;
  const simulator = {
    ...task.simulator,
    simulate: (...[key, theta, first]: Parameters<typeof simulate>) => {
      rows += theta.n;
      return simulate(key, theta, first);
    },
  };
  return { task: { ...task, simulator }, rows: () => rows };
}

Deno.test("shards in one folder make the files of one machine, whatever their number and order, run twice too", () =>
  inFolder(async (path) => {
    await run(`${path}/one`, undefined, { score: true });
    const expected = await folderBytes(`${path}/one`);
    assertEquals(expected.size, 5 + 4 * 7);
    for (const [name, shards] of [["a", parts(3)], ["b", parts(7).reverse()], ["c", parts(1)]] as const) {
      for (const shard of [...shards, shards[0]!]) await run(`${path}/${name}`, shard, { score: true });
      assertEquals(await folderBytes(`${path}/${name}`), expected, name);
    }
    // All at once, each of them twice; then others finish what some of three began.
    await Promise.all([...parts(4), ...parts(4)].map((shard) => run(`${path}/d`, shard, { score: true })));
    assertEquals(await folderBytes(`${path}/d`), expected);
    await run(`${path}/e`, { index: 2, of: 3 }, { score: true });
    for (const shard of parts(2)) await run(`${path}/e`, shard, { score: true });
    assertEquals(await folderBytes(`${path}/e`), expected);
  }));

Deno.test("a shard returns its own rows, knows failed ones by their row in the run, and makes no others", () =>
  inFolder(async (path) => {
    const all = await simulate(key(1), TASK, 50);
    const rows = new Map<number, number>();
    let failed = 0;
    for (const shard of parts(3)) {
      const { task, rows: made } = counted(TASK);
      const seen: string[] = [];
      const onProgress = (p: { done: number; total: number }) => seen.push(`${p.done}/${p.total}`);
      const part = await run(path, shard, { task, onProgress });
      const own = shard.index === 0 ? 8 + 8 + 2 : 16;
      assertEquals(part.theta.n + part.failed, own);
      assertEquals(seen.at(-1), `${own}/${own}`);
      // One row of another's chunk is simulated again where there is one, and failed calls row by row.
      assert(made() >= own && made() <= 2 * own + 2, `${made()} rows`);
      for (const { row, reason } of part.failures ?? []) {
        assertEquals(Math.floor(row / 8) % 3, shard.index);
        assertEquals(reason, "too high");
        assertEquals(all.failures!.find((failure) => failure.row === row)?.reason, reason);
      }
      failed += part.failed;
      part.theta.data.forEach((value, i) => rows.set(value, part.x.data[i]!));
      assertEquals((await run(path, shard, { task: broken })).theta, part.theta, "nothing is made again");
    }
    assertEquals(failed, all.failed);
    assertEquals(rows, new Map([...all.theta.data].map((value, i) => [value, all.x.data[i]!])));
  }));

/** Must not be simulated. */
const broken: Task = {
  ...TASK,
  simulator: { ...TASK.simulator, simulate: () => assert(false, "nothing is left to simulate") as never },
};

Deno.test("a prior of one's own gives a shard the same rows, and draws them up to the shard's last", () =>
  inFolder(async (path) => {
    const asked: number[] = [];
    const sample = (...[key, n]: Parameters<Prior["sample"]>) => {
      asked.push(n);
      return TASK.prior.sample(key, n);
    };
    const own = { ...TASK, prior: { ...TASK.prior, sample } };
    for (const shard of parts(3)) await run(`${path}/a`, shard, { task: own });
    await run(`${path}/b`);
    assertEquals(await folderBytes(`${path}/a`), await folderBytes(`${path}/b`));
    assertEquals(asked.filter((n) => n > 9), [50, 40, 48]);
  }));

Deno.test("what a shard that was killed at any moment leaves is made good by the next, and swept up", () =>
  inFolder(async (path) => {
    await run(`${path}/one`);
    const expected = await folderBytes(`${path}/one`);
    const shard = { index: 2, of: 3 };
    const left = [
      ["zarr.json"],
      ["zarr.json", "theta/zarr.json"],
      ["zarr.json", "theta/zarr.json", "x/zarr.json", "theta/c/2/0"],
    ];
    for (const [i, files] of left.entries()) {
      const all = `${path}/${i}`;
      for (const folder of ["theta/c/2", "x/c/2", "theta/c/5"]) {
        await Deno.mkdir(`${all}/${folder}`, { recursive: true });
      }
      for (const file of files) await Deno.copyFile(`${path}/one/${file}`, `${all}/${file}`);
      for (const file of ["zarr.json", "x/zarr.json", "theta/c/2/0", "x/c/2/0", "theta/c/5/0"]) {
        await Deno.writeTextFile(`${all}/${file}.5e2d-9.partial`, "half a fi");
      }
      await run(all, shard);
      const made = await folderBytes(all);
      assertEquals(made, new Map([...expected].filter(([file]) => !/\/c\/[013467]\//.test(file))));
    }
    // Beside a chunk that is whole.
    await Deno.writeTextFile(`${path}/0/x/c/5/0.5e2d-9.partial`, "half a fi");
    for (const index of [0, 1, 2]) await run(`${path}/0`, { index, of: 3 });
    assertEquals(await folderBytes(`${path}/0`), expected);
  }));

Deno.test("a shard of which every row has failed is kept, and returns none", () =>
  inFolder(async (path) => {
    const hot = noisy({ throwAbove: -Infinity });
    const { theta, failed, failures } = await run(path, { index: 1, of: 7 }, { task: hot });
    assertEquals([theta.n, failed, failures![0]!.row], [0, 8, 8]);
    assertEquals(
      (await openSimulations(path).catch((error) => error.message)).slice(0, 15),
      "Cannot simulate",
    );
  }));

Deno.test("shards agree on chunks without talking, by the number of rows alone", () =>
  inFolder(async (path) => {
    for (const [n, rows] of [[7, 1], [2500, 3], [1_000_000, 1000]] as const) {
      const simulator = { ...TASK.simulator, simulate: (_: unknown, theta: unknown) => theta as never };
      const task = { ...TASK, simulator } as Task;
      for (const count of n < 10_000 ? [1, 7] : [1000]) {
        const options = { path: `${path}/${n}-${count}`, shard: { index: count - 1, of: count } };
        await simulate(key(0), task, n, options);
        assertEquals((await openSimulations(options.path)).manifest.chunkRows, rows);
      }
    }
  }));

Deno.test("what is no shard, or of another run, is refused by rule and value, and changes nothing", () =>
  inFolder(async (path) => {
    const refused = async (made: Promise<unknown>, part: string) => {
      const error = await assertRejects(() => made);
      assert(error instanceof RangeError || error instanceof TypeError);
      assert(error.message.includes(part), error.message);
    };
    const none = simulate(key(1), TASK, 50, { shard: { index: 0, of: 2 } });
    await refused(none, "must be kept in a folder, path: there is none");
    await refused(
      run(path, { index: 2, of: 2 }),
      "shard.index must be a whole number in [0, 1]: current value is 2",
    );
    await refused(run(path, { index: -1, of: 2 }), "shard.index");
    await refused(run(path, { index: 0.5, of: 2 }), "shard.index");
    await refused(
      run(path, { index: 0, of: 0 }),
      "shard.of must be a whole number in [1, 50]: current value is 0",
    );
    await refused(run(path, { index: 0, of: 51 }), "shard.of must be a whole number in [1, 50]");
    await refused(
      run(path, { index: 0, of: 8 }),
      "shard.of must be at most the number of chunks, 7 of 8 rows: current value is 8; a new run can have smaller",
    );
    assertEquals((await folderBytes(path)).size, 0);
    await run(path, { index: 0, of: 3 });
    const before = await folderBytes(path);
    await refused(
      run(path, { index: 1, of: 3 }, { n: 51 }),
      "n of a shard must be what is stored, 50: current value is 51",
    );
    await refused(run(path, { index: 1, of: 3 }, { n: 49 }), "n of a shard must be what is stored, 50");
    await refused(run(path, { index: 1, of: 3 }, { score: true }), "score must be what is stored");
    const edited = noisy({ throwAbove: 1, work: 1 });
    await refused(
      run(path, { index: 1, of: 3 }, { task: edited }),
      "row 0, simulated again, must be what is stored",
    );
    const moved = {
      ...TASK.prior,
      sample: (...[k, n]: Parameters<Prior["sample"]>) => {
        const rows = TASK.prior.sample(k, n);
        return { ...rows, data: rows.data.map((value) => value + 1) };
      },
    };
    await refused(
      run(path, { index: 1, of: 3 }, { task: { ...TASK, prior: moved } }),
      "theta of row 0 must be",
    );
    assertEquals(await folderBytes(path), before);
    await run(path, { index: 1, of: 3 }, { chunkRows: 3 });
    assertEquals((await openSimulations(path)).manifest.chunkRows, 8, "chunks are those of the folder");
  }));

Deno.test("of two runs that claim one folder in the same moment one has it, whole, and the other is refused", () =>
  inFolder(async (path) => {
    for (let i = 0; i < 10; i++) {
      const ends = await Promise.allSettled(
        [50, 60, 50, 60].map((n, index) => run(`${path}/${i}`, { index: index >> 1, of: 2 }, { n })),
      );
      const { manifest, missing } = await openSimulations(`${path}/${i}`);
      assertEquals(missing, 0);
      const won = ends.map(({ status }) => status === "fulfilled");
      assertEquals(won, [50, 60, 50, 60].map((n) => n === manifest.n));
      const { reason } = ends.find(({ status }) => status === "rejected") as PromiseRejectedResult;
      assert(/n of a shard must be what is stored/.test(reason.message), reason.message);
    }
  }));

/** Runs a shard in a process of its own; kills it `delay` milliseconds after its first chunk, or never. */
async function runChild(path: string, shard: Shard, delay?: number): Promise<boolean> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", CHILD, path, `${shard.index}`, `${shard.of}`],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = new Response(child.stderr).text();
  let timer: ReturnType<typeof setTimeout> | undefined;
  for await (const _ of child.stdout) {
    if (delay !== undefined) timer ??= setTimeout(() => kill(child), delay);
  }
  const { signal } = await child.status;
  clearTimeout(timer);
  if (signal !== "SIGKILL") assertEquals(await stderr, "");
  return signal === "SIGKILL";
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It was faster, and has ended.
  }
}

Deno.test("processes that share a folder, some twice, some killed and run again, leave the files of one machine", () =>
  inFolder(async (path) => {
    const task = noisy({ work: 60_000, throwAbove: 1.5 });
    await simulate(key(77), task, 395, { path: `${path}/one`, chunkRows: 5, score: true });
    const all = `${path}/all`;
    const shards = [...parts(4), ...parts(2)];
    let kills = 0;
    for (const round of [0, 1]) {
      const delays = [...bits(key(round), shards.length)].map((word) => word % 80);
      const ends = await Promise.all(shards.map((shard, i) => runChild(all, shard, delays[i]!)));
      kills += ends.filter(Boolean).length;
      // Whatever is there is whole.
      const { dataset, manifest, missing } = await openSimulations(all);
      assertEquals(dataset.theta.n + dataset.failed, manifest.n - missing);
    }
    assert(kills >= 3, `only ${kills} were killed in time`);
    assert((await openSimulations(all)).missing > 0, "something is left to do");
    await Promise.all(shards.map((shard) => runChild(all, shard)));
    assertEquals(await folderBytes(all), await folderBytes(`${path}/one`));
    assertEquals((await mergeSimulations(`${path}/merged`, [all])).missing, []);
    assertEquals(await folderBytes(`${path}/merged`), await folderBytes(`${path}/one`));
  }));
