// What a task file says, wherever it lies, and the files beside it that it names: a program, a configuration.

import { sha256 } from "@likely/core/sha256";
import { isAbsolute, resolve } from "node:path";
import type { TaskFile } from "./_task_file.ts";

/** The file without its folder, and a SHA-256 of each file below the folder that its simulator names. */
export async function taskIdentity({ folder, ...said }: TaskFile): Promise<unknown> {
  const files: Record<string, string> = {};
  for (const name of textsIn(said.simulator)) {
    if (isAbsolute(name)) continue;
    try {
      const bytes = await Deno.readFile(resolve(folder, name));
      files[name] = await sha256(bytes);
    } catch {
      // No file: an option, a name on the path.
    }
  }
  return { ...said, files };
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
