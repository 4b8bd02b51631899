// Programs of other languages, where they are there.

import { assert } from "@std/assert";

/** Whether a program can be run. */
export async function isThere(name: string): Promise<boolean> {
  try {
    await new Deno.Command(name, { args: ["--version"], stdout: "null", stderr: "null" }).output();
    return true;
  } catch {
    return false;
  }
}

/** Runs a command in a folder, which must succeed; gives what it prints. */
export async function run([file, ...args]: readonly string[], cwd: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(file!, { args, cwd, stderr: "piped" }).output();
  assert(success, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
