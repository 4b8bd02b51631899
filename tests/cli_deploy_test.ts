// `likely deploy` as a process of its own: the folder answers on the host, or the command does not say so.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { encodeArtifact, key } from "@likely/core";
import { ace, npe, twoMoons } from "@likely/sbi";
import { assertRefused, Desk } from "./_desk.ts";

const SMALL = { simulations: 200, maxEpochs: 1 } as const;
const MOONS = encodeArtifact((await npe(key(0), twoMoons(), SMALL)).artifact);
const COST = encodeArtifact((await ace(key(0), twoMoons(), SMALL)).artifact);

function desk(): Desk {
  const desk = new Desk("--allow-run", "--allow-net=127.0.0.1");
  desk.write("moons.safetensors", MOONS);
  desk.write("cost.safetensors", COST);
  return desk;
}

async function isThere(...command: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(command[0]!, { args: command.slice(1) }).output()).success;
  } catch {
    return false;
  }
}

const HOSTS = {
  deno: true,
  node: await isThere("node", "--version"),
  cloudflare: await isThere("npx", "-y", "workerd@1.20261117.1", "--version"),
};

for (const [host, there] of Object.entries(HOSTS)) {
  Deno.test({
    name: `likely deploy --host ${host} writes a folder that answers${
      there ? "" : " (not to be had, ignored)"
    }`,
    ignore: !there,
    fn: async () => {
      await using at = desk();
      for (const models of [["moons.safetensors"], ["moons.safetensors", "cost.safetensors"]]) {
        // Written twice: its own folder is replaced.
        const end = await at.run("deploy", ...models, "--host", host, "--out", "service", "--origin", "*");
        assertEquals(end.code, 0, end.stderr);
        assertStringIncludes(end.stdout, "its answers are those of the library");
      }
      const size = (await Deno.stat(at.file("service/service.js"))).size;
      assert(size < 250_000, `the service has ${size} bytes`);
      assertStringIncludes(await Deno.readTextFile(at.file("service/README.md")), host);
    },
  });
}

Deno.test("likely deploy says so where the folder does not answer, and refuses what it cannot write", async () => {
  await using at = desk();
  await Deno.mkdir(at.file("notes"));
  at.write("notes/mine.txt", "");
  at.write("odd name.safetensors", MOONS);
  const deploy = "deploy moons.safetensors --host";
  await assertRefused(at, "deploy moons.safetensors --out s", 2, "--host is missing");
  await assertRefused(at, `${deploy} mars --out s`, 2, "one of cloudflare, deno, node");
  await assertRefused(at, `${deploy} deno --out notes`, 1, `"mine.txt" is there`);
  await assertRefused(at, "deploy none.safetensors --host deno --out s", 1, "must exist");
  await assertRefused(at, "deploy task.ts --host deno --out s", 1, "task.ts: ");
  const odd = await at.run("deploy", "odd name.safetensors", "--host", "deno", "--out", "s");
  assertEquals(odd.code, 2);
  assertStringIncludes(odd.stderr, "names of their own");
  assert(!at.has("s"));
});
