/** Source modules of the workspace and what each one imports, read from their text. */

/** One import of a module. */
export interface Import {
  readonly specifier: string;
  /** Erased at run time. */
  readonly typeOnly: boolean;
}

const ROOT = new URL("../", import.meta.url);

/** The text of a file named from the root of the project. */
export function source(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

/** Members of the workspace. */
export function packages(): string[] {
  return JSON.parse(source("deno.json")).workspace.map((path: string) => path.replace("./", ""));
}

/** The modules of a folder, tests and generated code left out. */
export function modules(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, ROOT))]
    .filter(({ isFile, name }) => isFile && name.endsWith(".ts") && !name.endsWith("_test.ts"))
    .map(({ name }) => `${folder}/${name}`)
    .sort();
}

/** The imports and re-exports of a module; examples in comments do not count. */
export function imports(path: string): Import[] {
  const code = source(path).replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const statements = /^(?:import|export)\s+(type\s)?(?:[\w*{][^;"'`=]*?\sfrom\s+)?"([^"]+)"/gm;
  const dynamic = /\bimport\(\s*"([^"]+)"/g;
  return [
    ...[...code.matchAll(statements)].map((m) => ({ specifier: m[2]!, typeOnly: m[1] !== undefined })),
    ...[...code.matchAll(dynamic)].map((m) => ({ specifier: m[1]!, typeOnly: false })),
  ];
}

/** Every module that loading `path` would load, bare specifiers included as they are. */
export function moduleGraph(path: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  if (!path.endsWith(".ts")) return seen;
  for (const { specifier, typeOnly } of imports(path)) {
    if (!typeOnly) moduleGraph(resolve(path, specifier), seen);
  }
  return seen;
}

function resolve(from: string, specifier: string): string {
  if (specifier.startsWith(".")) {
    return new URL(specifier, new URL(from, "file:///")).pathname.slice(1);
  }
  const own = /^@likely\/(\w+)(?:\/([\w-]+))?$/.exec(specifier);
  if (own === null) return specifier;
  return `${own[1]}/${(own[2] ?? "mod").replaceAll("-", "_")}.ts`;
}
