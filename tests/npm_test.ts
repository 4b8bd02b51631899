// The npm package, installed in a project of Node: the same draws as here, workers, types.

import { assertEquals } from "@std/assert";
import { encodeArtifact, key, nre, posterior, simulate, twoMoons } from "@likely/sbi";
import { buildNpm } from "../_tools/npm.ts";
import { isThere } from "./_external.ts";

const NODES = { "Node 22": "node@22", "Node 26": "node@26", "Node 20, without workers": "node@20" };

const TASK = `
import { twoMoons } from "@likely/sbi";
export const task = twoMoons();
`;

const SCRIPT = `
import { decodeArtifact, key, nre, posterior, simulate } from "@likely/sbi";
import { requireInteger } from "@likely/sbi/core/check";
import { readFile } from "node:fs/promises";
import { task } from "./task.mjs";

requireInteger("try", "version", parseInt(process.versions.node), 20);
const given = await posterior(decodeArtifact(await readFile("m.safetensors")), [0.1, 0.2]);
const { values } = await given.sample(key(1), 200);
given[Symbol.dispose]();
const workers = process.argv[2] === "0" ? 0 : 2;
const { x } = await simulate(key(2), { module: new URL("./task.mjs", import.meta.url), export: "task" }, 50, { workers });
const { artifact } = await nre(key(3), task, { simulations: 200, maxEpochs: 2 });
console.log(JSON.stringify({ values: [...values], x: [...x.data], simulations: artifact.provenance.simulations }));
`;

const TYPES = `
import { column, independent, key, npe, posterior, simulator, uniform } from "@likely/sbi";
import { requireKey } from "@likely/sbi/core/check";
const prior = independent({ amplitude: uniform(0, 2), decay: uniform(0.1, 3) });
requireKey("compile", key(0));
const known = simulator({ name: "d", prior, simulate: (_random, { amplitude, decay }) => [amplitude, decay] });
// @ts-expect-error There is no such parameter.
simulator({ name: "d", prior, simulate: (_random, { amplitud }) => [amplitud] });
const { artifact } = await npe(key(1), { prior, simulator: known }, { simulations: 500 });
const given = await posterior(artifact, [[0, 1]]);
export const decay: Float64Array = column(await given.sample(key(2), 10), "decay");
`;

const folder = await Deno.makeTempDir();
addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

// Other versions of Node come from the registry, as what the package needs.
const hasNpm = await isThere("npx") && (await told("npx", "-y", "node@22", "--version")).code === 0;
async function told(...[file, ...args]: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, ...bytes } = await new Deno.Command(file!, { args, cwd: folder }).output();
  const [stdout, stderr] = [bytes.stdout, bytes.stderr].map((text) => new TextDecoder().decode(text));
  return { code, stdout: stdout!, stderr: stderr! };
}

async function ok(...command: string[]): Promise<string> {
  const { code, stdout, stderr } = await told(...command);
  assertEquals(code, 0, `${command.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

Deno.test({
  name: "the npm package draws in Node as here, simulates in threads and has types (ignored without npm)",
  ignore: !hasNpm,
}, async (t) => {
  await buildNpm(`${folder}/package`);
  await Deno.writeTextFile(`${folder}/package.json`, '{ "type": "module", "private": true }');
  const packed = (await ok("npm", "pack", "--silent", "./package")).trim();
  await ok("npm", "install", "--silent", "--no-audit", "--no-fund", `./${packed}`);
  const { artifact } = await nre(key(0), twoMoons(), { simulations: 300, maxEpochs: 2 });
  await Deno.writeFile(`${folder}/m.safetensors`, encodeArtifact(artifact));
  await Deno.writeTextFile(`${folder}/task.mjs`, TASK);
  await Deno.writeTextFile(`${folder}/main.mjs`, SCRIPT);
  using given = await posterior(artifact, [0.1, 0.2]);
  const { values } = await given.sample(key(1), 200);
  const { x } = await simulate(key(2), twoMoons(), 50);
  for (const [name, node] of Object.entries(NODES)) {
    await t.step(name, async () => {
      const answer = JSON.parse(
        await ok("npx", "-y", node, "main.mjs", name.includes("without") ? "0" : "2"),
      );
      assertEquals(answer, { values: [...values], x: [...x.data], simulations: 200 });
    });
  }
  await t.step("types", async () => {
    await Deno.writeTextFile(`${folder}/types.ts`, TYPES);
    const options = "--noEmit --strict --target es2022 --lib es2024,dom,esnext.disposable --module nodenext";
    // TensorFlow.js, whose types two files name, is not there.
    await ok(
      ..."npx -y -p typescript@5.9.3 tsc".split(" "),
      ...options.split(" "),
      "--skipLibCheck",
      "types.ts",
    );
  });
});
