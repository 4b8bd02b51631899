// A task's own files as bytes that travel: packed by who leads, unpacked by who is allowed to run them.

import * as v from "valibot";
import type { SimulatorModule } from "@likely/core";
import { files } from "./_files.ts";
import { taskGraph } from "./_task_graph.ts";
import type { QueueSource } from "./queue_source.ts";
import { taskDigest } from "./task_digest.ts";

const MOST_BYTES = 16 * 1024 * 1024;
/** Below a folder, and nowhere else. */
const PATH = v.pipe(v.string(), v.regex(/^(?!.*(?:^|\/)\.{0,2}(?:\/|$))[^\\\0]+$/));
const HEADER = v.object({
  entry: PATH,
  export: v.string(),
  argument: v.optional(v.unknown()),
  files: v.array(v.object({ path: PATH, size: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) })),
});

/** Packs a task: the files that it reaches by relative names, and which export it is. */
export async function packTask(
  { module, export: name, argument, identity }: QueueSource,
): Promise<Uint8Array> {
  const entry = String(module);
  const { own } = await taskGraph(entry);
  if (own.size === 0 || identity !== undefined) {
    throw new TypeError(
      `Cannot share a task as it must be a module in a local file: current value is ${entry}`,
    );
  }
  const root = commonFolder([...own.keys()]);
  const below = (href: string) => decodeURIComponent(href.slice(root.length));
  const header = new TextEncoder().encode(JSON.stringify({
    entry: below([...own.keys()][0]!),
    export: name,
    argument,
    files: [...own].map(([href, { length }]) => ({ path: below(href), size: length })),
  }));
  const size = [...own.values()].reduce((sum, { length }) => sum + length, 4 + header.length);
  if (size > MOST_BYTES) {
    throw new RangeError(
      `Cannot share a task as its files must have at most ${MOST_BYTES} bytes: current value is ${size}`,
    );
  }
  const bytes = new Uint8Array(size);
  new DataView(bytes.buffer).setUint32(0, header.length, true);
  bytes.set(header, 4);
  let at = 4 + header.length;
  for (const content of own.values()) {
    bytes.set(content, at);
    at += content.length;
  }
  return bytes;
}

/** A task unpacked; disposing of it removes its files. */
export interface UnpackedTask extends AsyncDisposable {
  readonly source: SimulatorModule;
}

/** Unpacks a task into a folder of its own; undefined where it is not all of the digest, and nothing but it. */
export async function unpackTask(bytes: Uint8Array, digest: string): Promise<UnpackedTask | undefined> {
  const { mkdir, realpath, rm, writeFile } = files();
  const packed = read(bytes);
  if (packed === undefined) return undefined;
  const folder = await realpath(await makeFolder());
  const dispose = async () => await rm(folder, { recursive: true, force: true });
  const urlOf = (path: string) =>
    new URL(path.split("/").map(encodeURIComponent).join("/"), `file://${folder}/`);
  const written = new Set<string>();
  for (const { path, content } of packed.files) {
    const url = urlOf(path);
    await mkdir(new URL(".", url), { recursive: true });
    await writeFile(url, content);
    written.add(url.href);
  }
  const { entry, export: name, argument } = packed;
  const source = { module: urlOf(entry), export: name, ...(argument !== undefined && { argument }) };
  const { own } = await taskGraph(source.module.href);
  // A file more could be found by code that puts names together.
  if (own.size === written.size && await taskDigest(source) === digest) {
    return { source, [Symbol.asyncDispose]: dispose };
  }
  await dispose();
  return undefined;
}

function read(bytes: Uint8Array) {
  try {
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const header = v.parse(HEADER, JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))));
    let at = 4 + length;
    const contents = header.files.map(({ path, size }) => {
      at += size;
      return { path, content: bytes.subarray(at - size, at) };
    });
    return at === bytes.length ? { ...header, files: contents } : undefined;
  } catch {
    return undefined;
  }
}

/** The innermost folder that all files are below, with a slash. */
function commonFolder(hrefs: readonly string[]): string {
  let root = new URL(".", hrefs[0]).href;
  while (!hrefs.every((href) => href.startsWith(root))) root = new URL("..", root).href;
  return root;
}

/** By Deno's own function where there is one: to ask where temporary files go takes another permission. */
async function makeFolder(): Promise<string> {
  const prefix = "likely-task-";
  const { Deno: deno, process } = globalThis as {
    Deno?: { makeTempDir(options: { prefix: string }): Promise<string> };
    process?: { getBuiltinModule?(name: string): unknown };
  };
  if (deno) return await deno.makeTempDir({ prefix });
  const { tmpdir } = process!.getBuiltinModule!("node:os") as { tmpdir(): string };
  return await files().mkdtemp(`${tmpdir()}/${prefix}`);
}
