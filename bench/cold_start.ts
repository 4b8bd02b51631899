/** How long until a fresh process has imported a package? */

import { medianSeconds, type Row } from "./_measure.ts";

export const question = "Cold start: a fresh `deno run` that imports one package and ends";

const MODULES = [
  "@likely/core",
  "@likely/core/artifact-file",
  "@likely/core/tensor",
  "@likely/simulators",
  "@likely/losses",
  "@likely/surrogates",
  "@likely/samplers",
  "@likely/diagnostics",
  "@likely/posteriors",
  "@likely/recipes",
  "@likely/sbi",
];

/** Milliseconds per package, an empty script first. */
export async function rows(): Promise<Row[]> {
  const folder = await Deno.makeTempDir({ dir: "bench", prefix: "tmp_" });
  try {
    const out: Row[] = [];
    for (const module of [undefined, ...MODULES]) {
      const path = `${folder}/entry.ts`;
      await Deno.writeTextFile(path, module === undefined ? "" : `import "${module}";\n`);
      out.push({
        what: module ?? "nothing",
        value: 1000 * await medianSeconds(() => run(path), 2),
        unit: "ms",
      });
    }
    return out;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function run(path: string): Promise<void> {
  const args = ["run", "-A", "--no-check", path];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
