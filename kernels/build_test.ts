import { assert, assertEquals } from "@std/assert";
import { bestBuild, moduleBytes } from "./_machine.ts";
import { pack, unpack } from "./_packed.ts";

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

for (const build of ["relaxed", "plain"] as const) {
  Deno.test(`the ${build} module is small, imports nothing and starts with empty memory`, async () => {
    const bytes = await moduleBytes(build);
    assert(bytes.length < 22_000);
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
