/**
 * Files and folders that one program at a time may write.
 *
 * @module
 */

import { fileSystem } from "./_file_system.ts";

/** Options of {@linkcode lockFile}. */
export interface LockOptions {
  /** What is locked, for messages: `the simulations at sims.zarr`. */
  readonly what: string;
  /**
   * Whether others that say so, too, may hold the lock at the same time.
   *
   * @default {false}
   */
  readonly shared?: boolean;
}

/** The part of a file of Deno that is used here. */
interface LockableFile {
  tryLock?(exclusive: boolean): Promise<boolean>;
  stat(): Promise<{ readonly ino: number | null }>;
  truncate(length: number): Promise<void>;
  write(bytes: Uint8Array): Promise<number>;
  close(): void;
}

/** The part of Deno that is used here. */
interface Host {
  readonly pid: number;
  hostname(): string;
  open(path: string, options: Record<string, boolean>): Promise<LockableFile>;
  readonly permissions: { querySync(wanted: { name: string; kind: string }): { readonly state: string } };
}

/**
 * Takes a lock, and holds it until disposed of.
 *
 * The operating system keeps it and lets go of it when the program ends, however it does: after a crash the
 * file is there and locked by nobody, and the next one takes it over. The file says who holds the lock and
 * since when. Where the host or the file system knows no such locks (Node, Bun, some network file systems)
 * nothing is locked.
 *
 * @param path The file that is locked in place of what it stands for; it is made, and removed in the end.
 * @param options What is locked, and whether with others.
 * @returns The lock.
 * @throws {Error} If another program holds the lock: the message says which, and for how long; or if `path` is
 * something else than a lock.
 *
 * @example Usage
 * ```ts
 * import { assertRejects } from "@std/assert";
 * import { lockFile } from "@likely/core/file-lock";
 *
 * const path = `${await Deno.makeTempDir()}/model.lock`;
 * await using _lock = await lockFile(path, { what: "the model" });
 * await assertRejects(() => lockFile(path, { what: "the model" }), Error, "one program at a time");
 * ```
 */
export async function lockFile(
  path: string,
  { what, shared = false }: LockOptions,
): Promise<AsyncDisposable> {
  const host = (globalThis as { Deno?: Host }).Deno;
  if (typeof host?.open !== "function") return NO_LOCK;
  while (true) {
    await requireLock(path, what);
    const file = await host.open(path, { read: true, write: true, create: true });
    // A file system without locks is no reason to refuse the work.
    const isMine = await file.tryLock?.(!shared).catch(() => undefined);
    if (isMine === false) {
      file.close();
      return await refuse(path, what);
    }
    // Who let go of it has removed the file meanwhile, and another may have made a new one.
    if (isMine && !await isAt(file, path)) {
      file.close();
      continue;
    }
    const lock = { [Symbol.asyncDispose]: () => release(file, path, isMine === true) };
    try {
      await file.truncate(0);
      await file.write(new TextEncoder().encode(JSON.stringify(ownerOf(host))));
      return lock;
    } catch (error) {
      await lock[Symbol.asyncDispose]();
      throw error;
    }
  }
}

const NO_LOCK: AsyncDisposable = { [Symbol.asyncDispose]: () => Promise.resolve() };

/** Who holds a lock. */
interface Owner {
  readonly pid: number;
  /** Where it may be asked for. */
  readonly host?: string;
  readonly since: string;
}

function ownerOf({ pid, permissions, hostname }: Host): Owner {
  const mayAsk = permissions.querySync({ name: "sys", kind: "hostname" }).state === "granted";
  return { pid, ...(mayAsk && { host: hostname() }), since: new Date().toISOString() };
}

/** What is there is nothing, or a lock: nothing else is written to, or removed. */
async function requireLock(path: string, what: string): Promise<void> {
  try {
    const isFile = (await fileSystem().lstat(path)).isFile();
    const text = isFile ? await fileSystem().readFile(path, "utf8") : "no lock";
    // Of one that a crash has cut short there is the beginning.
    if (text === "" || text.startsWith('{"pid":')) return;
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return;
    throw error;
  }
  throw new Error(`Cannot write ${what} as ${path} must be absent, or a lock: something else is there`);
}

async function isAt(file: LockableFile, path: string): Promise<boolean> {
  try {
    return (await fileSystem().stat(path)).ino === (await file.stat()).ino;
  } catch {
    return false;
  }
}

async function release(file: LockableFile, path: string, isLocked: boolean): Promise<void> {
  try {
    // The last of those who share it removes the file, and nobody else.
    if (isLocked && await file.tryLock!(true)) await fileSystem().rm(path, { force: true });
  } finally {
    file.close();
  }
}

/** Milliseconds in all that whoever has just taken a lock is given to say who it is. */
const PATIENCE = 500;

async function refuse(path: string, what: string): Promise<never> {
  let owner: string | undefined;
  for (let waited = 0; owner === undefined && waited < PATIENCE; waited += 20) {
    owner = told(await fileSystem().readFile(path, "utf8").catch(() => ""));
    if (owner === undefined) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(
    `Cannot write ${what} as one program at a time may do so: ${owner ?? "another is at it"}; ` +
      "wait for its end, or end it",
  );
}

/** Who holds a lock, in words; undefined where the file does not say. */
function told(text: string): string | undefined {
  try {
    const { pid, host, since } = JSON.parse(text) as Owner;
    const seconds = Math.max(0, Math.round((Date.now() - Date.parse(since)) / 1000));
    return `process ${pid}${host === undefined ? "" : ` on ${host}`} has done so for ${seconds} s`;
  } catch {
    return undefined;
  }
}
