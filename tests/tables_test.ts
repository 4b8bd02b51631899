// Tables as other programs write them; what they hold was told by those programs.

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  FormatError,
  fromRows,
  importSimulations,
  independent,
  normal,
  openSimulations,
  readTable,
  row,
  type Table,
  writeParquet,
} from "@likely/core";
import { gzipSync, zlibSync } from "fflate/browser";
import { dirname } from "node:path";
import golden from "./golden/tables.json" with { type: "json" };

interface Case {
  readonly content: string | Readonly<Record<string, string>>;
  readonly names?: readonly string[];
  readonly rows?: readonly (readonly (number | string | null)[])[];
  readonly isList?: true;
  readonly pick?: string;
  readonly prefer?: readonly string[];
  readonly says?: string;
}

const { files, stores, refused } = golden as unknown as Record<
  "files" | "stores" | "refused",
  Record<string, Case>
>;

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function optionsOf({ pick, prefer }: Case) {
  return { ...pick !== undefined && { pick }, ...prefer && { prefer } };
}

function assertTable(found: Table, { names, rows, isList }: Case): void {
  const expected = fromRows(rows!.map((cells) => cells.map((cell) => cell === null ? NaN : Number(cell))));
  assertEquals(found.names, names);
  assertEquals(found.rows, expected);
  assertEquals(found.isList ?? false, isList ?? false);
}

for (const [name, example] of Object.entries(files)) {
  Deno.test(`a table that another program wrote is read: ${name}`, async () => {
    const found = await readTable(bytesOf(example.content as string), optionsOf(example));
    // Its isList is told of those that were made to have one.
    assertTable(name.startsWith("list") ? found : { names: found.names, rows: found.rows }, example);
  });
}

for (const [name, example] of Object.entries(stores)) {
  Deno.test(`a Zarr folder that another program wrote is read: ${name}`, () =>
    inFolder(example, async (path) => assertTable(await readTable(path, optionsOf(example)), example)));
}

for (const [name, example] of Object.entries(refused)) {
  Deno.test(`what is no table of numbers is refused: ${name}`, async () => {
    const read = () => readTable(bytesOf(example.content as string), optionsOf(example));
    const { message } = await assertRejects(read, FormatError);
    assert(message.includes(example.says!), message);
  });
}

async function inFolder({ content }: Case, run: (path: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    for (const [file, text] of Object.entries(content)) {
      await Deno.mkdir(dirname(`${folder}/t.zarr/${file}`), { recursive: true });
      await Deno.writeFile(`${folder}/t.zarr/${file}`, bytesOf(text));
    }
    await run(`${folder}/t.zarr`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a table is told by its bytes, whatever it is called, and named in errors", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/wrong#name.csv`;
  await Deno.writeFile(file, bytesOf(files["savez.npz"]!.content as string));
  assertTable(await readTable(`${file}#x`), files["savez_x.npz"]!);
  const { message } = await assertRejects(() => readTable(file), FormatError);
  assert(message.startsWith(`${file}: Cannot read a table as one of its arrays must be chosen`), message);
  await assertRejects(() => readTable(`${folder}/none.csv`), FormatError, "there is no such file");
  await assertRejects(() => readTable(folder), FormatError, "be a Zarr array or group");
  await Deno.writeTextFile(file, "a,b\n1,x\n");
  await assertRejects(
    () => readTable(file),
    FormatError,
    `wrong#name.csv: Cannot read CSV as every cell must be`,
  );
  await Deno.writeFile(file, new Uint8Array([0x89, 0x48, 0x44, 0x46, 13, 10]));
  await assertRejects(() => readTable(file), FormatError, "it is HDF5");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("many rows in several groups and pages of Parquet are in order", async () => {
  const rows = Array.from({ length: 250_000 }, (_, i) => [i, i % 3 === 0 ? NaN : Math.sin(i)]);
  const table = { names: ["i", "s"], rows: fromRows(rows) };
  const back = await readTable(await writeParquet(table));
  assertEquals(back.names, table.names);
  assert(back.rows.data.every((value, k) => Object.is(value, table.rows.data[k])));
  assertEquals(row(back.rows, 249_999)[0], 249_999);
});

Deno.test("what ArviZ drew from the prior, and of x, is imported from one folder, parameters by name", () =>
  inFolder(stores["ArviZ prior"]!, async (path) => {
    const names = ["theta[1]", "mu", "theta[0]"];
    const source = {
      prior: independent(Object.fromEntries(names.map((name) => [name, normal(2, 2)]))),
      simulator: { name: "elsewhere", thetaDim: 3, xDim: 4 },
    };
    await importSimulations(`${path}2`, source, { theta: path, x: path });
    const { dataset, manifest } = await openSimulations(`${path}2`);
    // As the script that made the folder counts.
    const steps = [0, 1, 2, 3, 4, 5];
    assertEquals(dataset.theta, fromRows(steps.map((step) => [step + 0.5, step / 8, step + 0.25])));
    assertEquals(dataset.x, fromRows(steps.map((step) => [step, 2 * step, 3 * step, 4 * step])));
    assertEquals(manifest.names, names);
  }));

Deno.test("chunks that are not what their array claims are refused, and what is not read is said", async () => {
  /** Reads a store of which a file is another. */
  const refused = (name: string, file: string, content: (old: string) => Uint8Array | string, says: string) =>
    inFolder(stores[name]!, async (path) => {
      const old = new TextDecoder().decode(await Deno.readFile(`${path}/${file}`));
      const bytes = content(old);
      await Deno.writeFile(
        `${path}/${file}`,
        typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes,
      );
      const { message } = await assertRejects(() => readTable(path), FormatError);
      assert(message.includes(says), message);
    });
  // A chunk has 4 by 2 numbers of 8 bytes.
  await refused("v3 gzip", "c/0/0", () => gzipSync(new Uint8Array(63)), "c/0/0 holds 63 bytes, not 64");
  await refused("v3 gzip", "c/0/0", () => gzipSync(new Uint8Array(1e6)), "c/0/0 holds 65 bytes, not 64");
  await refused("v3 gzip", "c/0/0", () => new Uint8Array(9), "be whole: ");
  await refused("v2 zlib", "0.0", () => zlibSync(new Uint8Array(72)), "0.0 holds 65 bytes, not 64");
  await refused(
    "v2 lz4",
    "0.0",
    () => Uint8Array.of(0xff, 0xff, 0xff, 0x7f, 0),
    "0.0 holds 2147483647 bytes, not 64",
  );
  const codecs = (old: string) => old.replace('"gzip"', '"sharding_indexed"');
  await refused(
    "v3 gzip",
    "zarr.json",
    codecs,
    "codecs must be bytes, and zstd, blosc, gzip, zlib or lz4 or none",
  );
  await refused("v3 gzip", "zarr.json", (old) => old.replace("float64", "complex128"), "data_type: ");
  await refused("v2 zlib", ".zarray", (old) => old.replace("<f8", "<U8"), "dtype must be of numbers");
  const filters = (old: string) => old.replace('"filters": null', '"filters": [{ "id": "delta" }]');
  await refused("v2 zlib", ".zarray", filters, "there must be no filters");
  const huge = (old: string) => old.replace(/"shape": \[\s*6/, '"shape": [600000000000');
  await refused("v2 zlib", ".zarray", huge, "chunks");
});
