import { assert, assertEquals } from "@std/assert";
import { bestBuild, moduleBytes } from "./_builds.ts";
import { interleave, pack, separate, unpack } from "./_packed.ts";

Deno.test("the committed modules are what assembly/ builds to", async () => {
  const script = new URL("_build.ts", import.meta.url).href;
  const { code, stderr } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", script, "--check"] })
    .output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
});

Deno.test("what is packed comes back as it went", () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, i) => 255 - i);
  assertEquals(unpack(pack(bytes)), bytes);
});

Deno.test("what is interleaved comes apart again, whatever the lengths", () => {
  const run = (length: number) => Uint8Array.from({ length }, (_, i) => i % 251);
  for (const [a, b] of [[0, 5], [8192, 8192], [20_000, 19_000], [100, 30_000], [16_385, 1]] as const) {
    assertEquals(separate(interleave(run(a), run(b)), a), [run(a), run(b)]);
  }
});

for (const build of ["relaxed", "plain"] as const) {
  Deno.test(`the ${build} module is small, imports nothing and starts with empty memory`, async () => {
    const bytes = await moduleBytes(build);
    assert(bytes.length < 29_000);
    const module = new WebAssembly.Module(bytes);
    assertEquals(WebAssembly.Module.imports(module), []);
    const { memory } = new WebAssembly.Instance(module).exports as { memory: WebAssembly.Memory };
    // Address 0 stands for nothing: no data may lie there.
    assert(new Uint8Array(memory.buffer).every((byte) => byte === 0));
  });
}

Deno.test("bestBuild() takes relaxed SIMD where V8 has it", () => {
  assertEquals(bestBuild(), "relaxed");
});
