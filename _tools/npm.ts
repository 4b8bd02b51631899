// deno-lint-ignore-file no-console -- a command for people
/**
 * `deno task npm`: writes the library as one npm package, `@likely/sbi`, for Node 22 and newer: built ESM with
 * types, every package of the workspace under a path of its own, `@likely/sbi/core`.
 *
 *   deno run -A _tools/npm.ts [folder]
 *
 * Files are translated one by one, so that nothing is bundled twice and late imports stay late. `using` becomes what
 * Node 22 has, and workers those of `node:worker_threads`. Node 20 does all but simulate on workers. What needs
 * Deno is left out, the command line, the queue and the prebuilt surrogates; simulators that run programs are there,
 * and start none.
 */

import { dirname, relative } from "node:path/posix";
import ts from "typescript";
import { members } from "./exports.ts";

/** Packages that are Deno's. */
const LEFT_OUT = ["cli", "queue", "prebuilt"];
/** Fetched by whoever asks for tensors. */
const OPTIONAL = /^@tensorflow\//;
const NODE_WORKER = "_node_worker.ts";

interface Manifest {
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly imports?: Readonly<Record<string, string>>;
}

/** What stays the same for all files. */
interface Build {
  readonly out: string;
  readonly root: Manifest;
  /** npm packages that were met: version by name. */
  readonly met: Map<string, string>;
}

/** Writes the package; returns its folder. */
export async function buildNpm(out: string): Promise<string> {
  const root = manifestOf(".");
  const build: Build = { out, root, met: new Map() };
  await Deno.remove(out, { recursive: true }).catch(() => {});
  const packages = members().filter((name) => !LEFT_OUT.includes(name));
  await translate(build, "mod.ts");
  await write(build, NODE_WORKER, await Deno.readTextFile(`_tools/${NODE_WORKER}`));
  for (const name of packages) {
    for (const path of sources(name)) await translate(build, path);
    const { version } = manifestOf(name);
    // Read by `recipes/_versions.ts`: Node 22 warns of JSON that is imported.
    await put(`${out}/${name}/deno.js`, `export default { version: ${JSON.stringify(version)} };\n`);
  }
  for (const file of ["LICENSE", "CHANGELOG.md"]) await Deno.copyFile(file, `${out}/${file}`);
  await put(`${out}/package.json`, JSON.stringify(packageOf(build, packages), null, 2) + "\n");
  return out;
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(Deno.readTextFileSync(`${folder}/deno.json`));
}

/** Sources of a package; what is written in AssemblyScript is there as it was built. */
function sources(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    if (isDirectory) return name === "assembly" ? [] : sources(`${folder}/${name}`);
    const isSource = name.endsWith(".ts") && !name.endsWith("_test.ts") && name !== "_build.ts";
    return isSource ? [`${folder}/${name}`] : [];
  });
}

async function translate(build: Build, path: string): Promise<void> {
  const text = await Deno.readTextFile(path);
  const worker = /\bnew Worker\(/.test(text) ? `import { Worker } from "../${NODE_WORKER}";\n` : "";
  await write(build, path, worker + text);
}

/** Writes a file's code and its types. */
async function write(build: Build, path: string, text: string): Promise<void> {
  const compilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    isolatedDeclarations: true,
    declaration: true,
  };
  const code = addressed(build, path, text);
  const name = path.replace(/\.ts$/, "");
  const fileName = `${name}.ts`;
  await put(`${build.out}/${name}.js`, ts.transpileModule(code, { compilerOptions, fileName }).outputText);
  await put(
    `${build.out}/${name}.d.ts`,
    ts.transpileDeclaration(code, { compilerOptions, fileName }).outputText,
  );
}

async function put(path: string, text: string): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, text);
}

/** Every module that a file names, by its address in the package; in examples by what users write. */
function addressed(build: Build, path: string, text: string): string {
  return text.split("\n").map((line) => {
    if (/^\s*(\/\*|\*|\/\/)/.test(line)) return line.replace(/"@likely\/(?!sbi")/g, '"@likely/sbi/');
    return line
      .replace(/"(\.{1,2}\/[\w/.]*)\.ts"/g, '"$1.js"')
      .replace(/"\.\/deno\.json" with \{ type: "json" \}/g, '"./deno.js"')
      .replace(
        /((?:\bfrom|^import|\bimport\()\s*)"([^".][^"]*)"/g,
        (_, before, specifier) => `${before}"${addressOf(build, path, specifier)}"`,
      );
  }).join("\n");
}

function addressOf({ root, met }: Build, path: string, specifier: string): string {
  const [, own, entry] = /^@likely\/(\w+)(?:\/([\w-]+))?$/.exec(specifier) ?? [];
  if (own !== undefined) {
    const target = own === "sbi" ? "mod.js" : `${own}/${(entry ?? "mod").replaceAll("-", "_")}.js`;
    const address = relative(dirname(path), target);
    return address.startsWith(".") ? address : `./${address}`;
  }
  const [, name, version] = /^npm:((?:@[^/]+\/)?[^@/]+)@([^/]+)/.exec(root.imports?.[specifier] ?? "") ?? [];
  if (name !== undefined) met.set(name, version!);
  return specifier;
}

/** What npm is told. */
function packageOf({ root, met }: Build, packages: readonly string[]): object {
  const paths = packages.flatMap((name) =>
    Object.entries(manifestOf(name).exports).map(([entry, path]) => [
      `./${name}${entry.slice(1)}`,
      `./${name}/${path.slice(2, -3)}`,
    ])
  );
  const of = (isOptional: boolean) =>
    Object.fromEntries([...met].filter(([name]) => OPTIONAL.test(name) === isOptional).sort());
  const optional = of(true);
  return {
    name: "@likely/sbi",
    version: root.version,
    description: "Simulation-based inference",
    license: root.license,
    type: "module",
    engines: { node: ">=22" },
    sideEffects: ["./core/tensor.js"],
    exports: Object.fromEntries(
      [[".", "./mod"], ...paths].map((
        [entry, path],
      ) => [entry, { types: `${path}.d.ts`, default: `${path}.js` }]),
    ),
    dependencies: of(false),
    peerDependencies: optional,
    peerDependenciesMeta: Object.fromEntries(Object.keys(optional).map((name) => [name, { optional: true }])),
  };
}

if (import.meta.main) {
  const out = await buildNpm(Deno.args[0] ?? "out/npm");
  console.log(`${out}: npm pack ${out}, or npm install ${out}`);
}
