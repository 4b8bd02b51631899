/** How heavy is a program that draws from a posterior, once bundled for browsers? */

import type { Row } from "./_measure.ts";

export const question =
  "Bundles: a program that decodes an artifact and draws, minified for browsers by `deno bundle`";

const PROGRAMS: Readonly<Record<string, string>> = {
  "decode and draw": `
    import { decodeArtifact, key } from "@likely/core";
    import { posterior } from "@likely/posteriors";
    export async function draw(bytes, x, n) {
      using given = await posterior(await decodeArtifact(bytes), x);
      return await given.sample(key(1), n);
    }`,
  "all of core, the chunk store and its codecs included": `export * from "@likely/core";`,
};

/** Kilobytes, as they are and compressed. */
export async function rows(): Promise<Row[]> {
  const folder = await Deno.makeTempDir({ dir: "bench", prefix: "tmp_" });
  try {
    const out: Row[] = [];
    for (const [what, program] of Object.entries(PROGRAMS)) {
      await Deno.writeTextFile(`${folder}/entry.ts`, program);
      const bytes = await bundle(`${folder}/entry.ts`, `${folder}/out.js`);
      out.push({ what, value: bytes.length / 1000, unit: "KB" });
      out.push({ what: `${what}, gzip`, value: await zipped(bytes) / 1000, unit: "KB" });
    }
    return out;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function bundle(entry: string, out: string): Promise<Uint8Array<ArrayBuffer>> {
  const args = ["bundle", "--quiet", "--platform", "browser", "--minify", "--output", out, entry];
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return await Deno.readFile(out);
}

async function zipped(bytes: Uint8Array<ArrayBuffer>): Promise<number> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).arrayBuffer()).byteLength;
}
