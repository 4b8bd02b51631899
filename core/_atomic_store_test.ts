import { assertEquals, assertRejects } from "@std/assert";
import { AtomicStore } from "./_atomic_store.ts";
import { fileSystem } from "./_file_system.ts";

Deno.test("a write that dies half way leaves the file as it was", async () => {
  const path = await Deno.makeTempDir();
  const store = new AtomicStore(path);
  const files = fileSystem();
  const { writeFile } = files;
  try {
    files.writeFile = async (path, value) => {
      await writeFile(path, (value as Uint8Array).subarray(0, 1));
      throw new Error("killed");
    };
    await assertRejects(() => store.set("/a/b", new Uint8Array([1, 2])), Error, "killed");
    assertEquals(await store.get("/a/b"), undefined);
    files.writeFile = writeFile;
    await store.set("/a/b", new Uint8Array([1, 2]));
    assertEquals([...(await store.get("/a/b"))!], [1, 2]);
    assertEquals(await store.list("/a"), ["b"]);
    assertEquals(await store.list("/nowhere"), []);
    await store.delete("/a");
    await store.delete("/a");
    assertEquals(await store.has("/a/b"), false);
  } finally {
    files.writeFile = writeFile;
    await Deno.remove(path, { recursive: true });
  }
});
