import { assert, assertEquals, assertRejects } from "@std/assert";
import { FormatError, key, mergeSimulations, openSimulations, type Shard, simulate } from "@likely/core";
import { shardsOf } from "../cli/_shards_of.ts";
import { folderBytes } from "./_folder_bytes.ts";
import { noisy } from "./_noisy_task.ts";

async function inFolder(run: (at: (name: string) => string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    await run((name) => `${path}/${name}`);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

const TASK = noisy({ throwAbove: 1 });

/** A run of 50 rows in 7 chunks of 8, or a shard of it. */
async function run(
  path: string,
  shard?: Shard,
  { task = TASK, n = 50, chunkRows = 8, seed = 1, score = true } = {},
): Promise<string> {
  await simulate(key(seed), task, n, { path, chunkRows, score, ...(shard && { shard }) });
  return path;
}

const shardsAt = (at: (name: string) => string, of: number) =>
  Promise.all(Array.from({ length: of }, (_, index) => run(at(`part${index}`), { index, of })));

Deno.test("merged shards are the files of one machine, however often, in any order, with overlaps", () =>
  inFolder(async (at) => {
    const expected = await folderBytes(await run(at("one")));
    const folders = await shardsAt(at, 3);
    const other = await run(at("other"), { index: 1, of: 2 });
    const before = await Promise.all(folders.map(folderBytes));
    const seen: string[] = [];
    const merged = await mergeSimulations(at("all"), [...folders, other], {
      onProgress: ({ done, total }) => seen.push(`${done}/${total}`),
    });
    assertEquals([merged.missing, merged.rows, merged.manifest.n], [[], 50, 50]);
    assertEquals(seen, Array.from({ length: 7 }, (_, i) => `${i + 1}/7`));
    assertEquals(await folderBytes(at("all")), expected);
    await mergeSimulations(at("all"), [other, ...folders.reverse(), folders[0]!]);
    assertEquals(await folderBytes(at("all")), expected);
    assertEquals(
      await Promise.all(folders.reverse().map(folderBytes)),
      before,
      "the folders stay as they are",
    );
  }));

Deno.test("what no folder has is told, and can be added by a merge or a run", () =>
  inFolder(async (at) => {
    const [a, b, c] = await shardsAt(at, 3);
    const { missing, rows } = await mergeSimulations(at("all"), [a!]);
    assertEquals([rows, missing], [18, [{ first: 8, rows: 16 }, { first: 32, rows: 16 }]]);
    assertEquals((await openSimulations(at("all"))).missing, 32);
    // A chunk is not there unless it is in every array.
    await Deno.remove(`${c}/score/c/2/0`);
    const second = await mergeSimulations(at("all"), [b!, c!]);
    assertEquals(second.missing, [{ first: 16, rows: 8 }]);
    assertEquals(
      await Array.fromAsync(Deno.readDir(at("all/x/c")), ({ name }) => name).then((names) => names.length),
      6,
    );
    await run(at("all"));
    assertEquals(await folderBytes(at("all")), await folderBytes(await run(at("one"))));
    const end = await mergeSimulations(at("end"), [await run(at("last"), { index: 6, of: 7 })]);
    assertEquals(end.missing, [{ first: 0, rows: 48 }]);
  }));

Deno.test("a merge that is stopped goes on by the same call", () =>
  inFolder(async (at) => {
    const parts = [0, 1, 2].map((index) => run(at(`part${index}`), { index, of: 3 }, { chunkRows: 2 }));
    const folders = await Promise.all(parts);
    const controller = new AbortController();
    const onProgress = () => controller.abort(new RangeError("enough"));
    const stopped = mergeSimulations(at("all"), folders, { signal: controller.signal, onProgress });
    await assertRejects(() => stopped, RangeError, "enough");
    const { missing } = await openSimulations(at("all"));
    assert(missing > 0 && missing < 50, `${missing}`);
    assertEquals((await mergeSimulations(at("all"), folders)).missing, []);
    const one = await run(at("one"), undefined, { chunkRows: 2 });
    assertEquals(await folderBytes(at("all")), await folderBytes(one));
  }));

Deno.test("several merges into one folder at a time end with the same files", () =>
  inFolder(async (at) => {
    const folders = await shardsAt(at, 3);
    await Promise.all(
      folders.map((_, i) => mergeSimulations(at("all"), [...folders.slice(i), ...folders.slice(0, i)])),
    );
    assertEquals(await folderBytes(at("all")), await folderBytes(await run(at("one"))));
  }));

Deno.test("folders of another run, of other chunks, or with a chunk that differs are refused by name", () =>
  inFolder(async (at) => {
    const [a, b] = await shardsAt(at, 2);
    const refused = async (folders: string[], ...parts: string[]) => {
      const { message } = await assertRejects(() => mergeSimulations(at("all"), folders), RangeError);
      for (const part of parts) assert(message.includes(part), message);
    };
    const half = { index: 1, of: 2 };
    await refused(
      [a!, await run(at("n"), half, { n: 60 })],
      at("n"),
      "n must be that of",
      "50: current value is 60",
    );
    await refused(
      [a!, await run(at("rows"), half, { chunkRows: 5 })],
      at("rows"),
      "chunkRows must be that of",
    );
    await refused([a!, await run(at("seed"), half, { seed: 2 })], at("seed"), "key must be that of", a!);
    await refused([a!, await run(at("score"), half, { score: false })], at("score"), "score must be");
    await refused([], "there is none");
    assert(!await Deno.stat(at("all")).catch(() => false), "nothing was made");
    const edited = await run(at("edited"), half, { task: noisy({ throwAbove: 1, work: 1 }) });
    await refused([a!, b!, edited], edited, `must be what ${b} holds: x differs`);
    await mergeSimulations(at("all"), [a!, b!]);
    await refused([edited], edited, `must be what ${at("all")} holds: x differs`);
    const last = await run(at("last"), { index: 6, of: 7 }, { task: noisy({ throwAbove: 1, work: 1 }) });
    await refused([a!, b!, last], "chunk 6, rows 48 to 49,");
    assertEquals((await mergeSimulations(at("all"), [a!, b!])).missing, [], "what is there is right");
    await refused([await run(at("n2"), half, { n: 60 })], at("all"), "n must be that of");
  }));

Deno.test("a folder without simulations, and a damaged file, are named", () =>
  inFolder(async (at) => {
    const [a, b] = await shardsAt(at, 2);
    const refused = async (folders: string[], part: string) => {
      const { message } = await assertRejects(() => mergeSimulations(at("all"), folders), FormatError);
      assert(message.includes(part), message);
    };
    await Deno.mkdir(at("empty"));
    await Deno.writeTextFile(at("file"), "");
    for (const name of ["empty", "nowhere", "file"]) {
      await refused([a!, at(name)], `${at(name)} must hold a zarr.json`);
    }
    const file = `${b}/x/c/3/0`;
    const bytes = await Deno.readFile(file);
    await Deno.writeFile(file, bytes.subarray(0, 100));
    await refused([a!, b!], `${file} must hold 16 numbers, 128 bytes: it has 100 bytes; delete this file`);
    await Deno.writeFile(file, bytes);
    await mergeSimulations(at("all"), [a!]);
    await Deno.writeFile(at("all/x/c/2/0"), bytes.subarray(0, 100));
    await refused([a!, b!], `${at("all")}/x/c/2/0 must hold 16 numbers, 128 bytes: it has 100 bytes`);
    await Deno.writeTextFile(`${b}/x/zarr.json`, "{}");
    await refused([a!, b!], `${b}/x/zarr.json must describe`);
  }));

Deno.test("the folder to merge in must be apart from the others, by whatever name", () =>
  inFolder(async (at) => {
    const [a, b] = await shardsAt(at, 2);
    await Deno.symlink(a!, at("link"));
    for (
      const out of [
        a!,
        `${a}/`,
        `${a}/in/deep`,
        at("link"),
        at("link/in"),
        at("."),
        `${at("no")}/../part0`,
        `${b}/../part0`,
      ]
    ) {
      const { message } = await assertRejects(() => mergeSimulations(out, [b!, a!]), RangeError);
      assert(message.includes("must be apart from the folder to merge in"), message);
    }
    assertEquals((await Array.fromAsync(Deno.readDir(a!))).length, 5);
    // A name that begins as another.
    assertEquals((await mergeSimulations(`${a}0`, [a!, b!])).missing, []);
  }));

Deno.test("missing shards are known by their chunks", () => {
  const chunksOf = (parts: number[], of: number, all: number) =>
    Array.from({ length: all }, (_, i) => i).filter((i) => parts.includes(i % of));
  assertEquals(shardsOf(chunksOf([2], 100, 1000), 1000), ["3/100"]);
  assertEquals(shardsOf(chunksOf([2, 16], 100, 1000), 1000), ["3/100", "17/100"]);
  assertEquals(shardsOf(chunksOf([0, 2], 4, 41), 41), ["1/2"]);
  assertEquals(shardsOf(chunksOf([0, 1, 2, 3, 4, 5], 13, 1000), 1000), undefined);
  assertEquals(shardsOf(chunksOf([2], 100, 1000).slice(2), 1000), undefined);
  assertEquals(shardsOf([5], 7), ["6/6"]);
  assertEquals(shardsOf(chunksOf([0], 1, 9), 9), ["1/1"]);
});
