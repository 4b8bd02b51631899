import { assertEquals, assertRejects } from "@std/assert";
import FileSystemStore from "@zarrita/storage/fs";
import { AtomicStore } from "./_atomic_store.ts";

Deno.test("a write that dies half way leaves the file as it was", async () => {
  const path = await Deno.makeTempDir();
  const store = new AtomicStore(path);
  const set = FileSystemStore.prototype.set;
  try {
    FileSystemStore.prototype.set = async function (key, value) {
      await set.call(this, key, value.subarray(0, 1));
      throw new Error("killed");
    };
    await assertRejects(() => store.set("/a/b", new Uint8Array([1, 2])), Error, "killed");
    assertEquals(await store.get("/a/b"), undefined);
    FileSystemStore.prototype.set = set;
    await store.set("/a/b", new Uint8Array([1, 2]));
    assertEquals([...(await store.get("/a/b"))!], [1, 2]);
    assertEquals(await store.list("/a"), ["b"]);
    assertEquals(await store.list("/nowhere"), []);
    await store.delete("/a");
    await store.delete("/a");
    assertEquals(await store.has("/a/b"), false);
  } finally {
    FileSystemStore.prototype.set = set;
    await Deno.remove(path, { recursive: true });
  }
});
