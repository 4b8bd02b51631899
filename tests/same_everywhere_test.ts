import { assertEquals } from "@std/assert";
import { digests } from "./_same_everywhere.ts";

/** Made by Deno 2.9.6; what a host makes of it is in `bench/README.md`. */
const GOLDEN: Readonly<Record<string, string>> = JSON.parse(
  Deno.readTextFileSync(new URL("golden/same_everywhere.json", import.meta.url)),
);

Deno.test("draws of a key are the bits that are written down", async () => {
  assertEquals(await digests(), GOLDEN);
});

const node = await version("node");

Deno.test({
  name: `draws of a key are the same bits in Node (${node ?? "not there, ignored"})`,
  ignore: node === undefined,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    try {
      const entry = new URL("_same_everywhere_entry.ts", import.meta.url).pathname;
      const bundle = ["bundle", "--quiet", "--platform", "browser", "--output", `${folder}/all.mjs`, entry];
      assertEquals((await new Deno.Command(Deno.execPath(), { args: bundle }).output()).code, 0);
      const { stdout } = await new Deno.Command("node", { args: [`${folder}/all.mjs`] }).output();
      assertEquals(JSON.parse(new TextDecoder().decode(stdout)), GOLDEN);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

async function version(command: string): Promise<string | undefined> {
  try {
    const { stdout } = await new Deno.Command(command, { args: ["--version"] }).output();
    return new TextDecoder().decode(stdout).trim();
  } catch {
    return undefined;
  }
}
