// Folders of which none is inside another, whatever names and links lead to them.

import { fileSystem } from "./_file_system.ts";

/** Refuses an output that is one of the folders, in one of them, or around one. */
export async function requireApart(out: string, folders: readonly string[]): Promise<void> {
  const target = await realPath(out);
  for (const folder of folders) {
    const source = await realPath(folder);
    if (!isWithin(target, source) && !isWithin(source, target)) continue;
    throw new RangeError(
      `Cannot merge the simulations at ${folder} as it must be apart from the folder to merge in: ` +
        `that is ${out}`,
    );
  }
}

/** The true path of a folder, or of what there is of it and the rest. */
async function realPath(path: string): Promise<string> {
  const plain = path.replace(/(?<=.)[/\\]+$/, "");
  try {
    return await fileSystem().realpath(plain || ".");
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT" || plain === "." || plain === "") throw error;
  }
  const [, folder = "", name = plain] = /^(.*?[/\\]+)?([^/\\]+)$/s.exec(plain) ?? [];
  const parent = await realPath(folder || ".");
  // What is not there is no link: its `..` is the folder that it would be in.
  if (name === "..") return parent.replace(/[/\\]?[^/\\]*$/, "") || "/";
  return name === "." ? parent : `${parent}/${name}`;
}

function isWithin(path: string, folder: string): boolean {
  const [inner, outer] = [path, folder].map((text) => text.split(/[/\\]+/).filter((part) => part !== ""));
  return outer!.every((part, i) => part === inner![i]);
}
