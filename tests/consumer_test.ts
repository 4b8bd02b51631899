// A project of a user's own, with a configuration of its own: what compiles here must compile there.

import { assertEquals } from "@std/assert";
import { packages, source } from "./_modules.ts";

const ROOT = new URL("../", import.meta.url);

/** Every entry of every package, by the name that a user writes. */
function entries(): string[] {
  return ["sbi", ...packages()].flatMap((name) => {
    const folder = name === "sbi" ? "" : `${name}/`;
    const { exports } = JSON.parse(source(`${folder}deno.json`));
    return Object.keys(exports).map((path) => `@likely/${name}${path.slice(1)}`);
  });
}

Deno.test("every package type-checks under the default options of a project that links to it", async () => {
  const folder = await Deno.makeTempDir();
  const all = entries().filter((entry) => entry !== "@likely/cli/main");
  const imports = Object.fromEntries(
    ["sbi", ...packages()].flatMap((name) => [
      [`@likely/${name}`, `jsr:@likely/${name}@^0.1.0`],
      [`@likely/${name}/`, `jsr:/@likely/${name}@^0.1.0/`],
    ]),
  );
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ links: [ROOT.pathname], imports }));
  await Deno.writeTextFile(
    `${folder}/main.ts`,
    all.map((entry, i) => `import * as m${i} from "${entry}";\n`).join("") +
      `export const modules: object[] = [${all.map((_, i) => `m${i}`).join(", ")}];\n`,
  );
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "main.ts"],
    cwd: folder,
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
});
