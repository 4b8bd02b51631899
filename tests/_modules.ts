/** Source modules of the workspace and what each one imports, read from their text. */

/** One import of a module. */
export interface Import {
  readonly specifier: string;
  /** Erased at run time. */
  readonly typeOnly: boolean;
  /** Not loaded with the module, but when it is asked for. */
  readonly late: boolean;
}

const ROOT = new URL("../", import.meta.url);

/** The text of a file named from the root of the project. */
export function source(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

/** Packages of the workspace: an application, `web`, has no exports. */
export function packages(): string[] {
  return JSON.parse(source("deno.json")).workspace.map((path: string) => path.replace("./", ""))
    .filter((path: string) => "exports" in JSON.parse(source(`${path}/deno.json`)));
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
    ...[...code.matchAll(statements)].map((m) => ({
      specifier: m[2]!,
      typeOnly: m[1] !== undefined,
      late: false,
    })),
    ...[...code.matchAll(dynamic)].map((m) => ({ specifier: m[1]!, typeOnly: false, late: true })),
  ];
}

/** Every module that `path` reaches, bare specifiers included as they are. */
export function moduleGraph(path: string): Set<string> {
  return walk(path, ({ typeOnly }) => !typeOnly);
}

/** Every module that loading `path` loads, before anything is asked of it. */
export function loadGraph(path: string): Set<string> {
  return walk(path, ({ typeOnly, late }) => !typeOnly && !late);
}

function walk(path: string, follows: (step: Import) => boolean, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  if (!path.endsWith(".ts")) return seen;
  for (const step of imports(path)) if (follows(step)) walk(resolve(path, step.specifier), follows, seen);
  return seen;
}

/** Circles among the modules of a folder, types and late imports included: those that are in one. */
export function circular(folder: string): string[] {
  const all = modules(folder);
  const reached = new Map(all.map((path) => [path, reach(path)]));
  return all.filter((path) => reached.get(path)!.has(path));
}

/** The modules of its own folder that a module reaches by at least one step. */
function reach(path: string): Set<string> {
  const seen = new Set<string>();
  const todo = [path];
  for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
    for (const { specifier } of imports(at)) {
      if (!specifier.startsWith("./") || !specifier.endsWith(".ts")) continue;
      const next = resolve(at, specifier);
      if (!seen.has(next)) todo.push(next);
      seen.add(next);
    }
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
