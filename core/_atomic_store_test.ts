import { assert, assertEquals, assertRejects } from "@std/assert";
import { AtomicStore } from "./_atomic_store.ts";
import { fileSystem } from "./_file_system.ts";

const files = fileSystem();

async function inFolder(run: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir();
  const own = { ...files };
  try {
    await run(path);
  } finally {
    Object.assign(files, own);
    await Deno.remove(path, { recursive: true });
  }
}

/** An error as the file system throws it. */
const errorOf = (code: string) => Object.assign(new Error(code), { code });

Deno.test("a write that dies half way leaves the file as it was, and the next one sweeps up", () =>
  inFolder(async (path) => {
    const store = new AtomicStore(path);
    const { writeFile } = files;
    files.writeFile = async (path, value) => {
      await writeFile(path, (value as Uint8Array).subarray(0, 1));
      throw new Error("killed");
    };
    for (let i = 0; i < 2; i++) {
      await assertRejects(() => store.set("/a/b", new Uint8Array([1, 2])), Error, "killed");
    }
    assertEquals(await store.get("/a/b"), undefined);
    assertEquals((await store.list("/a")).length, 2, "each of them under a name of its own");
    files.writeFile = writeFile;
    await store.set("/a/b.c", new Uint8Array([3]));
    await store.set("/a/b", new Uint8Array([1, 2]));
    assertEquals([...(await store.get("/a/b"))!], [1, 2]);
    assertEquals((await store.list("/a")).sort(), ["b", "b.c"]);
    assertEquals(await store.list("/nowhere"), []);
    await store.delete("/a");
    await store.delete("/a");
    assertEquals(await store.has("/a/b"), false);
  }));

Deno.test("a file that is there with the same bytes is not written again, one with others is", () =>
  inFolder(async (path) => {
    const store = new AtomicStore(path);
    await store.set("/a", new Uint8Array([1, 2]));
    const { ino } = await Deno.stat(`${path}/a`);
    await store.set("/a", new Uint8Array([1, 2]));
    assertEquals((await Deno.stat(`${path}/a`)).ino, ino);
    await store.set("/a", new Uint8Array([1, 3]));
    assertEquals([...(await store.get("/a"))!], [1, 3]);
  }));

Deno.test("a write whose beginning another one sweeps away ends with the file in place", () =>
  inFolder(async (path) => {
    const store = new AtomicStore(path);
    const { rename } = files;
    let swept = 0;
    files.rename = async (from, to) => {
      if (swept++ < 3) await Deno.remove(from as string);
      await rename(from, to);
    };
    await store.set("/a", new Uint8Array([1]));
    assertEquals([swept, ...(await store.get("/a"))!], [4, 1]);
    swept = -Infinity;
    files.rename = () => Promise.reject(errorOf("ENOENT"));
    await assertRejects(() => store.set("/b", new Uint8Array([1])), Error, "ENOENT");
  }));

Deno.test("of many that write one file at a time none sees another's half", () =>
  inFolder(async (path) => {
    const store = new AtomicStore(path);
    const of = (value: number) => new Uint8Array(50_000).fill(value);
    const writes = Array.from({ length: 40 }, (_, i) => store.set("/a/b", of(i % 4)));
    let seen = 0;
    const look = async () => {
      for (let i = 0; i < 200; i++) {
        const bytes = await store.get("/a/b");
        if (bytes === undefined) continue;
        seen++;
        assertEquals(bytes.length, 50_000);
        assert(bytes.every((value) => value === bytes[0]), "a mixture of two writes");
      }
    };
    await Promise.all([...writes, look(), look()]);
    assert(seen > 0);
    assertEquals(await store.list("/a"), ["b"]);
  }));

Deno.test("of several that create a file one does, and all learn whose it is", () =>
  inFolder(async (path) => {
    const store = new AtomicStore(path);
    const made = await Promise.all(
      [1, 2, 3, 1].map((value) => store.create("/a", new Uint8Array([value]))),
    );
    const [winner] = (await store.get("/a"))!;
    assertEquals(made, [1, 2, 3, 1].map((value) => value === winner));
    assertEquals(await store.list("/"), ["a"]);
    // A file system without links.
    files.link = () => Promise.reject(errorOf("EPERM"));
    assertEquals(await store.create("/b", new Uint8Array([1])), true);
    assertEquals(await store.create("/b", new Uint8Array([2])), false);
    assertEquals(await store.create("/b", new Uint8Array([1])), true);
    assertEquals([...(await store.get("/b"))!], [1]);
    assertEquals((await store.list("/")).filter((name) => name.endsWith(".partial")), []);
  }));
