// Draws read from a Zarr v3 group, whoever wrote it. See draws_zarr.ts for the layout.

import * as v from "valibot";
import { AtomicStore } from "./_atomic_store.ts";
import { isFileName } from "./_file_names.ts";
import {
  type ArrayMetadata,
  decodeArray,
  loadArray,
  parseMetadata,
  type StoredArray,
} from "./_zarr_array.ts";
import type { Draws, DrawsInfo } from "./draws.ts";
import { FormatError } from "./errors.ts";

/** Bytes that numbers may take however small their files are, of all parameters together. */
const FREE = 2 ** 25;
/** Above that, how many times larger numbers may be than their files. */
const MOST_RATIO = 1000;
/** Parameters: each needs a name. */
const MOST_NAMES = 1_000_000;

/** Reads everything. */
export async function readDrawsFiles(path: string): Promise<Draws> {
  const store = new AtomicStore(path);
  const { names: own, files: known, isOurs, info, warnings } = await readGroup(store, path);
  const files = [...known, ...await otherFiles(store, known)];
  if (files.length === 0) refuse(`${path}/posterior`, "hold at least one parameter: there is none");
  const parts: Part[] = [];
  for (const [j, file] of files.entries()) {
    parts.push(await readPart(store, { path, file, name: own[j] ?? file, isWhole: isOurs }));
  }
  const [chains, length] = sizesOf(path, parts);
  const names = namesOf(path, parts);
  return { names, chains, length, values: await valuesOf(path, parts, chains * length), info, warnings };
}

/** What the group tells. */
interface About {
  /** Whether we wrote it. */
  readonly isOurs: boolean;
  readonly names: readonly string[];
  readonly files: readonly string[];
  readonly info: DrawsInfo;
  readonly warnings: readonly string[];
}

const NUMBER = v.union([
  v.number(),
  v.pipe(v.null(), v.transform(() => NaN)),
  v.pipe(v.object({ number: v.picklist(["Infinity", "-Infinity"]) }), v.transform(({ number }) => +number)),
]);
const LIKELY = v.pipe(
  v.object({
    format: v.literal(1),
    names: v.pipe(v.array(v.string()), v.minLength(1)),
    variables: v.optional(v.array(v.string())),
    info: v.objectWithRest({ sampler: v.string(), evaluations: NUMBER }, v.union([NUMBER, v.string()])),
    warnings: v.array(v.string()),
  }),
  // Where no name had to be escaped, and before any could be, arrays are called as parameters are.
  v.transform(({ names, variables = names, info, warnings }) => ({
    names,
    files: variables,
    info,
    warnings,
  })),
  v.check(({ names, files }) => names.length === files.length, "names and variables must have one length"),
  v.check(({ files }) => files.every(isFileName), "every variable must have the name of a file"),
);

async function readGroup(store: AtomicStore, path: string): Promise<About> {
  const file = `${path}/posterior/zarr.json`;
  const bytes = await store.get("/posterior/zarr.json");
  if (bytes === undefined && await store.has("/posterior/.zgroup")) {
    refuse(file, "describe a group of Zarr 3: this is Zarr 2; write it with zarr_format=3");
  }
  if (bytes === undefined) refuse(file, "describe a group: there is none");
  try {
    const group = JSON.parse(new TextDecoder().decode(bytes));
    v.parse(v.object({ node_type: v.literal("group"), zarr_format: v.literal(3) }), group);
    const likely = group.attributes?.likely;
    if (likely !== undefined) return { isOurs: true, ...v.parse(LIKELY, likely) };
  } catch (cause) {
    refuse(file, `describe draws of format 1: ${(cause as Error).message}`, cause);
  }
  return {
    isOurs: false,
    names: [],
    files: [],
    info: { sampler: "unknown", evaluations: NaN },
    warnings: [],
  };
}

const HEAD = v.object({ node_type: v.literal("array"), dimension_names: v.array(v.unknown()) });

/** Arrays over chains and draws that the group does not tell of, by name. */
async function otherFiles(store: AtomicStore, known: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const file of (await store.list("/posterior")).sort()) {
    if (known.includes(file) || !isFileName(file)) continue;
    const bytes = await store.get(`/posterior/${file}/zarr.json`).catch(() => undefined);
    if (bytes === undefined) continue;
    const { success, output } = v.safeParse(HEAD, parseOrNull(bytes));
    // Labels of the elements of a parameter have dimensions of their own.
    if (success && ["chain", "draw"].every((dim) => output.dimension_names.includes(dim))) files.push(file);
  }
  return files;
}

/** One array: a parameter, or a vector or matrix of them. */
interface Part {
  readonly file: string;
  readonly name: string;
  readonly array: StoredArray;
  /** Parameters. */
  readonly width: number;
}

interface Place {
  readonly path: string;
  readonly file: string;
  readonly name: string;
  readonly isWhole: boolean;
}

async function readPart(store: AtomicStore, { path, file, name, isWhole }: Place): Promise<Part> {
  try {
    const bytes = await store.get(`/posterior/${file}/zarr.json`);
    if (bytes === undefined) throw new TypeError("there is none");
    const metadata = parseMetadata(bytes);
    requireDimensions(metadata);
    const array = await loadArray(store, `/posterior/${file}`, { metadata, isWhole });
    return { file, name, array, width: metadata.shape.slice(2).reduce((a, b) => a * b, 1) };
  } catch (cause) {
    refuse(`${path}/posterior/${file}`, `be an array [chain, draw, …]: ${(cause as Error).message}`, cause);
  }
}

function requireDimensions(metadata: ArrayMetadata): void {
  const [first, second] = metadata.dimension_names ?? [];
  if (first === "chain" && second === "draw") return;
  throw new TypeError(`its first dimensions are ${first} and ${second}`);
}

/** Chains and draws, those of all parameters; a few bytes may claim to be many numbers. */
function sizesOf(path: string, parts: readonly Part[]): [chains: number, length: number] {
  const [chains, length] = parts[0]!.array.metadata.shape as [number, number];
  const odd = parts.find(({ array: { metadata: { shape } } }) => shape[0] !== chains || shape[1] !== length);
  if (odd) refuse(`${path}/posterior/${odd.file}`, `hold ${chains} chains of ${length} draws`);
  const sum = (of: "stored" | "decoded") => parts.reduce((total, { array }) => total + array[of], 0);
  const most = Math.max(FREE, MOST_RATIO * sum("stored"));
  if (sum("decoded") > most) {
    refuse(
      `${path}/posterior`,
      `need at most ${most} bytes, as small as its files are: it needs ${sum("decoded")}`,
    );
  }
  return [chains, length];
}

/** `theta[0]`, `theta[1]`; of a matrix `m[0, 0]`, `m[0, 1]`, as ArviZ calls them. */
function namesOf(path: string, parts: readonly Part[]): string[] {
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  if (width > MOST_NAMES) {
    refuse(`${path}/posterior`, `have at most ${MOST_NAMES} parameters: it has ${width}`);
  }
  const names = parts.flatMap(({ name, array: { metadata: { shape } } }) => elements(name, shape.slice(2)));
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      refuse(`${path}/posterior`, `have distinct names: ${JSON.stringify(name)} is there twice`);
    }
    seen.add(name);
  }
  return names;
}

function elements(name: string, shape: readonly number[]): string[] {
  const places = shape.reduce<number[][]>(
    (all, size) => all.flatMap((at) => Array.from({ length: size }, (_, i) => [...at, i])),
    [[]],
  );
  return places.map((at) => at.length === 0 ? name : `${name}[${at.join(", ")}]`);
}

async function valuesOf(path: string, parts: readonly Part[], n: number): Promise<Float64Array> {
  const dim = parts.reduce((sum, { width }) => sum + width, 0);
  const values = new Float64Array(n * dim);
  let column = 0;
  for (const { file, width, array } of parts) {
    const data = await decodeArray(array).catch((cause) =>
      refuse(`${path}/posterior/${file}`, `be readable: ${(cause as Error).message}`, cause)
    );
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < width; j++) values[i * dim + column + j] = data[i * width + j]!;
    }
    column += width;
  }
  return values;
}

function parseOrNull(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

function refuse(file: string, rule: string, cause?: unknown): never {
  throw new FormatError(`Cannot open draws as ${file} must ${rule}`, { cause });
}
