import { assert, assertEquals, assertRejects } from "@std/assert";
import { fetchArtifact } from "./fetch_artifact.ts";
import { prebuilt } from "./prebuilt.ts";
import { type PrebuiltName, prebuiltSurrogates } from "./prebuilt_surrogates.ts";

const names = Object.keys(prebuiltSurrogates) as PrebuiltName[];

Deno.test("every prebuilt surrogate loads, and is as small as is said", async () => {
  for (const name of names) {
    const artifact = await prebuilt(name);
    const { size } = await Deno.stat(new URL(prebuiltSurrogates[name].file, import.meta.url));
    assert(size <= 300_000, `${name} has ${size} bytes`);
    assert(artifact.provenance.simulations >= 10_000 && artifact.reference !== undefined);
    assertEquals(artifact.provenance.warnings, undefined, name);
  }
});

Deno.test("prebuilt() refuses a name that there is none of", async () => {
  for (const name of ["measles", "constructor", ""]) {
    await assertRejects(() => prebuilt(name as PrebuiltName), TypeError, "must be one of influenza");
  }
});

Deno.test("fetchArtifact() takes the file that is meant and no other", async () => {
  const { file, sha256 } = prebuiltSurrogates.influenza;
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    if (new URL(request.url).pathname !== "/it") return new Response("no", { status: 404 });
    return new Response(await Deno.readFile(new URL(file, import.meta.url)));
  });
  const at = (path: string) => `http://127.0.0.1:${server.addr.port}${path}`;
  assertEquals((await fetchArtifact(at("/it"), sha256)).kind, "posterior");
  await assertRejects(() => fetchArtifact(at("/it"), "0".repeat(64)), Error, `it has ${sha256}`);
  await assertRejects(() => fetchArtifact(at("/other"), sha256), TypeError, "its status is 404");
  await assertRejects(() => fetchArtifact("http://127.0.0.1:1/", sha256), TypeError, "must answer");
  await assertRejects(() => fetchArtifact(at("/it"), "abc"), TypeError, "64 hexadecimal digits");
});
