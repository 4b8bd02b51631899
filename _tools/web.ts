// deno-lint-ignore-file no-console -- a command for people
/**
 * `deno task web`: bundles the pages of `web/` into a folder that any web server can serve.
 *
 *   deno run -A _tools/web.ts [folder]
 */

/** Files as they are, but for the part that pages share. */
const PLAIN = ["index.html", "train.html", "style.css"];
const SHARED = "_posterior.html";
/** Bundled, each a file: by entry. */
const BUNDLED = {
  "app.js": "app.ts",
  "worker.js": "_worker.ts",
  "offline.js": "_offline.ts",
  "train.js": "train.ts",
  "predict.js": "_prediction_worker.ts",
};
/** Bundled in pieces, of which tensors are loaded where there is a GPU to train on. */
const TRAINING = "_training_worker.ts";
/** Never loaded by who trains in memory: what stores, and tensors on WebAssembly, which the fused engine beats. */
const ABSENT = [
  ...["zarrita", "numcodecs/*", "hyparquet", "hyparquet/*", "hyparquet-writer", "vega", "vega-lite"],
  "@tensorflow/tfjs-backend-wasm",
];
/** The examples that the page offers. */
const MODELS = ["influenza", "drift_diffusion"];

/** Kilobytes, compressed, of everything that a visitor loads before a model. */
const MOST_KILOBYTES = 150;

/** What is loaded when. */
export interface WebFiles {
  /** By a visitor, before a model. */
  readonly page: readonly string[];
  /** By the page that trains, beside what the other has. */
  readonly training: readonly string[];
  /** Where WebGPU trains. */
  readonly gpu: readonly string[];
}

/** Writes the pages; gives the files and their compressed bytes. */
export async function buildWeb(out: string): Promise<{ files: WebFiles; sizes: Record<string, number> }> {
  await Deno.mkdir(`${out}/models`, { recursive: true });
  const web = new URL("../web/", import.meta.url);
  const folder = await Deno.realPath(out);
  const shared = await Deno.readTextFile(new URL(SHARED, web));
  for (const name of PLAIN) {
    const text = await Deno.readTextFile(new URL(name, web));
    await Deno.writeTextFile(`${out}/${name}`, text.replace(`<!-- ${SHARED} -->`, () => shared));
  }
  for (const [name, entry] of Object.entries(BUNDLED)) {
    await bundle(web, [...["--output", `${folder}/${name}`], entry]);
  }
  // Names of pieces tell their content: those of another build would stay.
  await Deno.remove(`${out}/training`, { recursive: true }).catch(() => {});
  await bundle(web, [
    ...["--code-splitting", ...ABSENT.flatMap((name) => ["--external", name])],
    ...["--outdir", `${folder}/training`, TRAINING],
  ]);
  for (const name of MODELS) {
    await Deno.copyFile(
      new URL(`../prebuilt/${name}.safetensors`, import.meta.url),
      `${out}/models/${name}.safetensors`,
    );
  }
  const files = await filesOf(folder);
  // The page that trains keeps them for when there is no network.
  await Deno.writeTextFile(`${out}/training/files.json`, JSON.stringify(files.training));
  const sizes: Record<string, number> = {};
  for (const name of Object.values(files).flat()) sizes[name] = await zipped(`${out}/${name}`);
  return { files, sizes };
}

async function bundle(web: URL, args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--minify", "--platform", "browser", ...args],
    cwd: web.pathname,
  }).output();
  if (success) return;
  throw new Error(
    `Cannot build the page as deno bundle must succeed: ${new TextDecoder().decode(stderr).trim()}`,
  );
}

async function filesOf(folder: string): Promise<WebFiles> {
  const entry = TRAINING.replace(/ts$/, "js");
  const texts: Record<string, string> = {};
  for await (const { name } of Deno.readDir(`${folder}/training`)) {
    texts[name] = await Deno.readTextFile(`${folder}/training/${name}`);
  }
  const fused = reached(texts, [entry], /^_wasm-/);
  const all = reached(texts, [entry], /^(_wasm|tensor|tensor_train_step|dist)-/);
  // What nobody loads is not shipped.
  for (const name of Object.keys(texts)) if (!all.has(name)) await Deno.remove(`${folder}/training/${name}`);
  return {
    page: ["index.html", "style.css", "app.js", "worker.js", "predict.js", "offline.js"],
    training: ["train.html", "train.js", ...[...fused].map((name) => `training/${name}`)],
    gpu: [...all].filter((name) => !fused.has(name)).map((name) => `training/${name}`),
  };
}

/** Pieces that some load at once, and of those that are loaded late the ones with such names. */
function reached(
  texts: Readonly<Record<string, string>>,
  from: readonly string[],
  late: RegExp,
): Set<string> {
  const seen = new Set<string>();
  const follow = (name: string) => {
    if (seen.has(name) || !(name in texts)) return;
    seen.add(name);
    for (const [, first] of texts[name]!.matchAll(/(?:from|import)"\.\/([^"]+)"/g)) follow(first!);
    for (const [, later] of texts[name]!.matchAll(/import\("\.\/([^"]+)"\)/g)) {
      if (late.test(later!)) follow(later!);
    }
  };
  from.forEach(follow);
  return seen;
}

async function zipped(path: string): Promise<number> {
  const packed = new Blob([await Deno.readFile(path)]).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(packed).arrayBuffer()).byteLength;
}

/** Kilobytes of files together. */
export function kilobytes(names: readonly string[], sizes: Readonly<Record<string, number>>): number {
  return names.reduce((sum, name) => sum + sizes[name]!, 0) / 1000;
}

if (import.meta.main) {
  const out = Deno.args[0] ?? "out/web";
  const { files, sizes } = await buildWeb(out);
  for (const name of files.page) console.log(`  ${name}: ${kilobytes([name], sizes).toFixed(1)} kB`);
  const told = (names: readonly string[]) => `${kilobytes(names, sizes).toFixed(1)} kB with gzip`;
  console.log(`${out}: ${told(files.page)} before a model`);
  console.log(`  to train: ${told(files.training)} more, and on WebGPU another ${told(files.gpu)}`);
  if (kilobytes(files.page, sizes) > MOST_KILOBYTES) {
    console.error(`Cannot ship the page as it must have at most ${MOST_KILOBYTES} kB`);
    Deno.exit(1);
  }
}
