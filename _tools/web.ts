// deno-lint-ignore-file no-console -- a command for people
/**
 * `deno task web`: bundles the page of `web/` into a folder that any web server can serve.
 *
 *   deno run -A _tools/web.ts [folder]
 */

/** Files as they are. */
const PLAIN = ["index.html", "style.css"];
/** Bundled: file by entry. */
const BUNDLED = { "app.js": "app.ts", "worker.js": "_worker.ts", "offline.js": "_offline.ts" };
/** The examples that the page offers. */
const MODELS = ["influenza", "drift_diffusion"];

/** Kilobytes, compressed, of everything that a visitor loads before a model. */
const MOST_KILOBYTES = 150;

/** Writes the page; gives the compressed bytes of each file that is loaded before a model. */
export async function buildWeb(out: string): Promise<Record<string, number>> {
  await Deno.mkdir(`${out}/models`, { recursive: true });
  const web = new URL("../web/", import.meta.url);
  const folder = await Deno.realPath(out);
  for (const name of PLAIN) await Deno.copyFile(new URL(name, web), `${out}/${name}`);
  for (const [name, entry] of Object.entries(BUNDLED)) {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["bundle", "--quiet", "--minify", "--platform", "browser"],
        ...["--output", `${folder}/${name}`, new URL(entry, web).pathname],
      ],
      cwd: web.pathname,
    }).output();
    if (!success) {
      throw new Error(
        `Cannot build the page as deno bundle must succeed: ${new TextDecoder().decode(stderr).trim()}`,
      );
    }
  }
  for (const name of MODELS) {
    await Deno.copyFile(
      new URL(`../prebuilt/${name}.safetensors`, import.meta.url),
      `${out}/models/${name}.safetensors`,
    );
  }
  const sizes: Record<string, number> = {};
  for (const name of [...PLAIN, ...Object.keys(BUNDLED)]) {
    const packed = new Blob([await Deno.readFile(`${out}/${name}`)]).stream()
      .pipeThrough(new CompressionStream("gzip"));
    sizes[name] = (await new Response(packed).arrayBuffer()).byteLength;
  }
  return sizes;
}

if (import.meta.main) {
  const out = Deno.args[0] ?? "out/web";
  const sizes = await buildWeb(out);
  const total = Object.values(sizes).reduce((a, b) => a + b) / 1000;
  for (const [name, size] of Object.entries(sizes)) console.log(`  ${name}: ${(size / 1000).toFixed(1)} kB`);
  console.log(`${out}: ${total.toFixed(1)} kB with gzip before a model`);
  if (total > MOST_KILOBYTES) {
    console.error(`Cannot ship the page as it must have at most ${MOST_KILOBYTES} kB`);
    Deno.exit(1);
  }
}
