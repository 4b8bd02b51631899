import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { FormatError, key, lockFile, openSimulations, simulate, type SimulateOptions } from "@likely/core";
import { kindsOfDamage } from "./_damage.ts";
import { folderBytes } from "./_folder_bytes.ts";
import { noisy } from "./_noisy_task.ts";

async function inFolder(run: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    await run(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

const store = (path: string, n = 40, seed = 1, options: SimulateOptions = {}) =>
  simulate(key(seed), noisy(), n, { path, chunkRows: 10, score: true, ...options });

Deno.test("no damage to a chunk is trained on: it is named, and what it says to do restores the folder", () =>
  inFolder(async (folder) => {
    const [path, other] = [`${folder}/sims`, `${folder}/other`];
    await store(path);
    await store(other, 40, 2);
    const whole = await folderBytes(path);
    for (const { name, do: damage } of kindsOfDamage(["theta", "x", "score"])) {
      await damage(path, other);
      // Each file that is named is deleted, until nothing is left to name.
      for (let files = 0;; files++) {
        const { message } = await assertRejects(() => openSimulations(path), FormatError, "must", name);
        const file = /as (\S+) must/.exec(message)![1]!;
        assertStringIncludes(message, "delete this file", name);
        await assertRejects(() => store(path), FormatError, file, name);
        await Deno.remove(file);
        if (await openSimulations(path).then(() => true, () => false)) break;
        assert(files < 12, name);
      }
      await store(path);
      assertEquals(await folderBytes(path), whole, name);
    }
  }));

Deno.test("a folder of the older layout, without checksums, opens and grows as it was", () =>
  inFolder(async (path) => {
    const dataset = await store(path, 35);
    await Deno.remove(`${path}/checksum`, { recursive: true });
    const group = await Deno.readTextFile(`${path}/zarr.json`);
    await Deno.writeTextFile(`${path}/zarr.json`, group.replace('"format": 2', '"format": 1'));
    assertEquals((await openSimulations(path)).dataset, dataset);
    assertEquals(await store(path, 60), await store(`${path}/new`, 60));
    assertEquals((await openSimulations(path)).manifest.format, 1);
  }));

Deno.test("how many rows a chunk gets follows from what is simulated, and not from how long it takes", () =>
  inFolder(async (path) => {
    for (const [name, work] of [["fast", 0], ["slow", 20_000]] as const) {
      await simulate(key(1), noisy({ work }), 450, { path: `${path}/${name}` });
      assertEquals((await openSimulations(`${path}/${name}`)).manifest.chunkRows, 5, name);
    }
  }));

Deno.test("of two runs in one folder the second is refused, and told who is there; shards may be many", () =>
  inFolder(async (folder) => {
    const path = `${folder}/sims`;
    const during: Promise<unknown>[] = [];
    const run = (more: SimulateOptions) =>
      store(path, 40, 1, {
        onProgress: ({ done }) => {
          if (done !== 10) return;
          during.push(assertRejects(() => store(path, 60), Error, `process ${Deno.pid} `));
          during.push(
            assertRejects(() => store(path, 40, 1, { shard: { index: 0, of: 2 } }), Error, "at a time"),
          );
        },
        ...more,
      });
    await run({});
    await Promise.all(during);
    assertEquals(during.length, 2);
    // Shards keep out whoever is none, and not each other.
    const [shared, meanwhile] = [`${folder}/shared`, [] as Promise<unknown>[]];
    const shard = (index: number, onProgress = () => {}) =>
      store(shared, 40, 1, { shard: { index, of: 2 }, onProgress });
    await shard(0, () => {
      if (meanwhile.length > 0) return;
      meanwhile.push(assertRejects(() => store(shared, 60), Error, "one program at a time"), shard(1));
    });
    await Promise.all(meanwhile);
    assertEquals(meanwhile.length, 2);
    assertEquals((await openSimulations(shared)).missing, 0);
    assert(
      !(await Array.fromAsync(Deno.readDir(shared))).some(({ name }) => name === ".likely-lock"),
      "the last one removes the lock",
    );
  }));

Deno.test("a lock takes the place of nothing that is none", () =>
  inFolder(async (folder) => {
    const path = `${folder}/deno.lock`;
    for (const text of ["mine", '{"version": 5}', "5", "null"]) {
      await Deno.writeTextFile(path, text);
      await assertRejects(() => lockFile(path, { what: "it" }), Error, "must be absent, or a lock");
      assertEquals(await Deno.readTextFile(path), text);
    }
    await Deno.writeTextFile(path, "");
    await Deno.symlink(path, `${folder}/link`);
    await assertRejects(() => lockFile(`${folder}/link`, { what: "it" }), Error, "must be absent, or a lock");
  }));

Deno.test("a lock that a killed program has left is nobody's", () =>
  inFolder(async (folder) => {
    const path = `${folder}/a.lock`;
    const code = `
      import { lockFile } from "${import.meta.resolve("../core/file_lock.ts")}";
      await lockFile("${path}", { what: "it" });
      console.log("locked");
      setInterval(() => {}, 1000);`;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["eval", "--no-check", code],
      stdout: "piped",
    }).spawn();
    for await (const _ of child.stdout) {
      await assertRejects(() => lockFile(path, { what: "it" }), Error, `process ${child.pid}`);
      child.kill("SIGKILL");
    }
    await child.status;
    await Deno.stat(path);
    await (await lockFile(path, { what: "it" }))[Symbol.asyncDispose]();
    await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
  }));
