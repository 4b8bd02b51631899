// Python as a second reader of our files, where there is one.

// PYTHON names the interpreter; else the first python3 on the path is asked.
const PYTHON = Deno.env.get("PYTHON") ?? "python3";

/** Whether Python is there and imports all of these packages. */
export async function hasPython(...packages: string[]): Promise<boolean> {
  try {
    await python(`import ${packages.join(", ")}`);
    return true;
  } catch {
    return false;
  }
}

/** Runs a program; returns what it printed. */
export async function python(program: string, ...args: string[]): Promise<string> {
  const command = new Deno.Command(PYTHON, {
    args: ["-c", program, ...args],
    stdout: "piped",
    stderr: "piped",
  });
  const { success, stdout, stderr } = await command.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
