// A folder for one test of the command line, with a task module in it, and the `likely` command in it.

import { assert, assertEquals, assertStringIncludes } from "@std/assert";

const MAIN = new URL("../cli/main.ts", import.meta.url).pathname;

/** A folder for one test, with a task module in it. */
export class Desk implements AsyncDisposable {
  readonly path = Deno.makeTempDirSync();

  readonly #more: readonly string[];

  /** @param permissions Beside reading and writing: `--allow-run`. */
  constructor(...permissions: readonly string[]) {
    this.#more = permissions;
    this.write("task.ts", TASK);
    this.write("throws.ts", `throw new Error("on import");`);
    this.write("empty.ts", "");
    this.write("x.csv", "0.1,0.2\n");
  }

  file(name: string): string {
    return `${this.path}/${name}`;
  }

  write(name: string, content: string | Uint8Array): void {
    Deno.writeFileSync(
      this.file(name),
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
  }

  read(name: string): Uint8Array {
    return Deno.readFileSync(this.file(name));
  }

  get names(): string[] {
    return [...Deno.readDirSync(this.path)].map(({ name }) => name);
  }

  has(name: string): boolean {
    return this.names.includes(name);
  }

  start(...args: string[]): Deno.ChildProcess {
    return new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-check",
        "--no-prompt",
        "--allow-read",
        "--allow-write",
        ...this.#more,
        MAIN,
        ...args,
      ],
      cwd: this.path,
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  }

  run(...args: string[]): Promise<End> {
    return endOf(this.start(...args));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** How a process ended. */
export interface End {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Waits for the end. */
export async function endOf(child: Deno.ChildProcess): Promise<End> {
  const { code, stdout, stderr } = await child.output();
  return { code, stdout: new TextDecoder().decode(stdout), stderr: new TextDecoder().decode(stderr) };
}

/** Rows of about two milliseconds; one in twenty fails. */
export const TASK = `
import { drawNormal, independent, simulator, uniform } from "@likely/core";

export const task = {
  prior: independent({ a: uniform(-1, 1) }),
  simulator: simulator({ name: "slow", thetaDim: 1, xDim: 1, simulate: (random, [a]) => {
    const end = performance.now() + 2;
    while (performance.now() < end);
    if (a > 0.9) throw new Error("too hot");
    return [drawNormal(random, a)];
  } }),
};
export const broken = () => { throw new Error("boom"); };
export const bare = task.simulator;
export const late = () => {
  Promise.reject(new Error("too late"));
  return task;
};
`;

/** Requires a command line to end with the code and message, and without a stack trace. */
export async function assertRefused(desk: Desk, line: string, code: number, message: string): Promise<void> {
  const end = await desk.run(...line.split(" "));
  assertStringIncludes(end.stderr, message, line);
  assertEquals(end.code, code, line);
  assertEquals(end.stdout, "", line);
  assert(!/^\s+at /m.test(end.stderr), `a stack trace: ${end.stderr}`);
}
