// `likely`, on a machine whose disk fails: see _hammer.ts. Arguments: how it fails (count, kill, full), at which of
// the operations that change files, and the command line. Told on standard error: how many there were.

import { main } from "../cli/main.ts";

const [how, at, ...args] = Deno.args as [string, string, ...string[]];
let operations = 0;

/** Counts an operation; true where the disk fails before it is done. */
function fails(): boolean {
  operations++;
  return how !== "count" && operations >= Number(at);
}

function full(): Error {
  return Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" });
}

/** Ends here and now: of what is being written half is there. */
function end(half: () => void): never {
  half();
  Deno.kill(Deno.pid, "SIGKILL");
  // The signal is on its way.
  while (true);
}

type Operation = (...args: never[]) => Promise<unknown>;

/** An operation of a disk that fails; `half` does a part of it, of a file that is written. */
function faulty(operation: Operation, half: (...args: never[]) => void = () => {}): Operation {
  return (...args) => {
    if (!fails()) return operation(...args);
    if (how === "kill") end(() => half(...args));
    return Promise.reject(full());
  };
}

function patch(owner: unknown, names: readonly string[], half?: (...args: never[]) => void): void {
  const object = owner as Record<string, Operation>;
  for (const name of names) {
    object[name] = faulty(object[name]!.bind(owner), half);
  }
}

const writeHalf = (path: string | number, bytes: Uint8Array) => {
  // Node's own functions pass on what they have opened.
  if (typeof path === "string") Deno.writeFileSync(path, bytes.subarray(0, bytes.length >> 1));
};
const files = process.getBuiltinModule("node:fs/promises");
patch(files, ["rename", "link", "mkdir", "rm", "rmdir"]);
patch(files, ["writeFile"], writeHalf as never);
patch(Deno, ["rename", "mkdir", "remove"]);
patch(Deno, ["writeFile"], writeHalf as never);
const { write } = Deno.FsFile.prototype;
Deno.FsFile.prototype.write = function (this: Deno.FsFile, bytes: Uint8Array): Promise<number> {
  if (!fails()) return write.call(this, bytes);
  if (how === "kill") end(() => this.writeSync(bytes.subarray(0, bytes.length >> 1)));
  return Promise.reject(full());
};
const { open } = Deno;
Deno.open = (path, options) => {
  if (!(options?.create || options?.createNew) || !fails()) return open(path, options);
  if (how === "kill") end(() => {});
  return Promise.reject(full());
};

const code = await main(args);
// deno-lint-ignore no-console -- this is what it is run for
console.error(`operations: ${operations}`);
Deno.exit(code);
