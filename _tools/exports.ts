// deno-lint-ignore-file no-console -- a command for people
/**
 * Path = name: writes every package's `exports` map and the export lines of its `mod.ts` from
 * the files that are there. `foo_bar.ts` becomes `./foo-bar`; `_x.ts` and tests stay private.
 *
 * `--check` changes nothing and fails where something would change.
 */

/** Entries that `mod.ts` must not pull in: tensors, and programs that run on import. */
const OUTSIDE_MOD: Readonly<Record<string, readonly string[]>> = {
  core: ["check.ts", "cholesky.ts", "lazy_tensor.ts", "tensor.ts"],
  cli: ["main.ts"],
};

/** Packages of the workspace, in order: an application has no exports. */
export function members(): string[] {
  const root = JSON.parse(Deno.readTextFileSync("deno.json"));
  return root.workspace.map((path: string) => path.replace("./", ""))
    .filter((path: string) => "exports" in JSON.parse(Deno.readTextFileSync(`${path}/deno.json`)));
}

function publicFiles(member: string): string[] {
  return [...Deno.readDirSync(member)]
    .map((entry) => entry.name)
    .filter((name) => /^[a-z]\w*\.ts$/.test(name) && !name.endsWith("_test.ts") && name !== "mod.ts")
    .sort();
}

function update(path: string, text: string): boolean {
  if (Deno.readTextFileSync(path) === text) return false;
  if (!Deno.args.includes("--check")) Deno.writeTextFileSync(path, text);
  return true;
}

function updateMember(member: string): string[] {
  const files = publicFiles(member);
  const manifestPath = `${member}/deno.json`;
  const manifest = JSON.parse(Deno.readTextFileSync(manifestPath));

  manifest.exports = Object.fromEntries([
    [".", "./mod.ts"],
    ...files.map((name) => [`./${name.replace(".ts", "").replaceAll("_", "-")}`, `./${name}`]),
  ]);
  const modPath = `${member}/mod.ts`;
  const mod = Deno.readTextFileSync(modPath);
  const doc = mod.slice(0, mod.indexOf("*/") + 3);
  const lines = files
    .filter((name) => !OUTSIDE_MOD[member]?.includes(name))
    .map((name) => `export * from "./${name}";\n`);
  return [
    ...(update(manifestPath, JSON.stringify(manifest, null, 2) + "\n") ? [manifestPath] : []),
    ...(update(modPath, `${doc}\n${lines.join("")}`.trimEnd() + "\n") ? [modPath] : []),
  ];
}

if (import.meta.main) {
  const changed = members().flatMap(updateMember);
  const isCheck = Deno.args.includes("--check");
  for (const path of changed) console.log(`${isCheck ? "out of date" : "wrote"}: ${path}`);
  if (isCheck && changed.length > 0) {
    console.error("Run `deno task exports`.");
    Deno.exit(1);
  }
}
