import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { drawNormal, type Draws, FormatError, key, stream } from "@likely/core";
import { checkDrawsFolder, openDraws, writeDraws } from "@likely/core/draws-zarr";
import { summary } from "@likely/diagnostics";
import { dirname } from "node:path";
import { python } from "./_python.ts";
import golden from "./golden/arviz_stores.json" with { type: "json" };

async function inFolder(run: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    await run(`${path}/draws`);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

function drawsOf(names: readonly string[] = ["μ", "log σ[0]"], chains = 3, length = 5): Draws {
  const values = Float64Array.from({ length: chains * length * names.length }, (_, k) => Math.sin(k));
  const info = { sampler: "hmc", evaluations: 1200, acceptance: NaN, mass: "diagonal" };
  return { names, chains, length, values, info, warnings: ["2 transitions diverged"] };
}

Deno.test("draws read back as they were", () =>
  inFolder(async (path) => {
    await writeDraws(path, drawsOf());
    assertEquals(await openDraws(path), drawsOf());
    await assertRejects(() => writeDraws(path, drawsOf()), RangeError, "absent or empty");
  }));

/** Names that are something else in a URL, to a file system, to Zarr or to xarray. */
const NAMES = [
  "N#1",
  "N#2",
  "50%",
  "50%25",
  "p?",
  "p",
  "a?b",
  "beta:age",
  "a\nb",
  "a/b",
  "../../out",
  ".hidden",
]
  .concat([
    "__x",
    "chain",
    "draw",
    "zarr.json",
    "N",
    "n",
    "é",
    "e\u0301",
    "x ",
    "con",
    "file:///x",
    "\\",
    '"',
    "𝜃",
  ]);

Deno.test("draws of any names read back as they were", () =>
  inFolder(async (path) => {
    await checkDrawsFolder(path, NAMES);
    await writeDraws(path, drawsOf(NAMES));
    assertEquals(await openDraws(path), drawsOf(NAMES));
    const files = new Set<string>();
    for await (const { name } of Deno.readDir(`${path}/posterior`)) files.add(name.toLowerCase());
    assertEquals(files.size, NAMES.length + 3);
  }));

Deno.test("names that cannot be written, and lengths that do not agree, are refused before anything is", () =>
  inFolder(async (path) => {
    for (const names of [["a", ""], ["a", "\ud800"], ["a", "é".repeat(200)], ["b", "a", "a"]]) {
      await assertRejects(() => writeDraws(path, drawsOf(names)), RangeError, "every name must be its own");
      await assertRejects(() => checkDrawsFolder(path, names), RangeError, "every name must be its own");
    }
    await assertRejects(() => writeDraws(path, { ...drawsOf(), length: 4 }), TypeError, "length 24");
    await assertRejects(() => writeDraws(path, drawsOf(["a"], 0)), RangeError, "none");
    await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
  }));

Deno.test("what is known of a run reads back, infinities included", () =>
  inFolder(async (path) => {
    const info = { sampler: "smc", evaluations: NaN, logEvidence: -Infinity, most: Infinity, divergences: 0 };
    await writeDraws(path, { ...drawsOf(), info });
    assertEquals((await openDraws(path)).info, info);
    const stats = JSON.parse(await Deno.readTextFile(`${path}/sample_stats/zarr.json`));
    assertEquals([stats.attributes.sampler, stats.attributes.divergences], ["smc", 0]);
    assert(
      (await Deno.stat(`${path}/sample_stats/diverging/c/0/0`)).size === 15,
      "none of them has diverged",
    );
  }));

Deno.test("damaged and hostile folders are refused, naming the file", () =>
  inFolder(async (path) => {
    await writeDraws(path, drawsOf(["mu", "nu"]));
    const edit = async (file: string, from: string, to: string, part: string) => {
      const text = await Deno.readTextFile(`${path}/posterior/${file}`);
      assert(text.includes(from), `${file} has no ${from}`);
      await Deno.writeTextFile(`${path}/posterior/${file}`, text.replace(from, to));
      const { message } = await assertRejects(() => openDraws(path), FormatError);
      assert(message.includes(part), message);
      await Deno.writeTextFile(`${path}/posterior/${file}`, text);
    };
    await edit("zarr.json", '"mu"', '"nu"', "posterior");
    await edit(
      "zarr.json",
      '"variables": [\n        "mu"',
      '"variables": [\n        "../nu"',
      "posterior/zarr.json",
    );
    await edit("zarr.json", '"format": 1', '"format": 2', "posterior/zarr.json");
    await edit("zarr.json", "{", "", "posterior/zarr.json");
    await edit("mu/zarr.json", '"float64"', '"float32"', "posterior/mu");
    await edit("mu/zarr.json", '"bytes"', '"gzip"', "posterior/mu");
    await edit("mu/zarr.json", '"draw"', '"chain"', "posterior/mu");
    await edit("mu/zarr.json", "5", "9007199254740991", "posterior/mu");
    const chunk = `${path}/posterior/nu/c/0/0`;
    const bytes = await Deno.readFile(chunk);
    for (const length of [0, 7, 64]) {
      await Deno.writeFile(chunk, bytes.subarray(0, length));
      await assertRejects(() => openDraws(path), FormatError, "posterior/nu");
    }
    await Deno.remove(chunk);
    await assertRejects(
      () => openDraws(path),
      FormatError,
      "posterior/nu must be an array [chain, draw, …]: c/0/0 is missing",
    );
    await Deno.writeFile(chunk, bytes);
    assertEquals((await openDraws(path)).names, ["mu", "nu"]);
    await assertRejects(() => openDraws(`${path}/nowhere`), FormatError, "there is none");
  }));

for (const [way, files] of Object.entries(golden.stores as Record<string, Record<string, string>>)) {
  Deno.test(`draws that ArviZ wrote are opened, element by element: ${way}`, () =>
    inFolder(async (path) => {
      for (const [file, content] of Object.entries(files)) {
        await Deno.mkdir(dirname(`${path}/${file}`), { recursive: true });
        await Deno.writeFile(`${path}/${file}`, bytesOf(content));
      }
      const { names, chains, length, values, info } = await openDraws(path);
      assertEquals(names, [
        ...["N#1", "k", "m[0, 0]", "m[0, 1]", "m[1, 0]", "m[1, 1]", "mu", "none", "ok"],
        ...["theta[0]", "theta[1]", "theta[2]"],
      ]);
      assertEquals([chains, length, info.sampler], [2, 40, "unknown"]);
      assertEquals(
        [...values],
        Array.from({ length: 80 }, (_, i) => [
          ...[-i, i % 7, i, 2 * i, 3 * i, 4 * i, i / 8, 0, 1 - i % 2],
          ...[i + 0.25, i + 0.5, i + 0.75],
        ]).flat(),
      );
    }));
}

Deno.test("numbers are made room for only as far as files prove that they are there", () =>
  inFolder(async (path) => {
    const metadata = (shape: number[], chunk: number[], more: object) => ({
      ...{ zarr_format: 3, node_type: "array", data_type: "float64", shape, fill_value: "NaN" },
      chunk_grid: { name: "regular", configuration: { chunk_shape: chunk } },
      chunk_key_encoding: { name: "default", configuration: { separator: "/" } },
      codecs: [{ name: "bytes", configuration: { endian: "little" } }, {
        name: "zstd",
        configuration: { level: 0 },
      }],
      dimension_names: ["chain", "draw", "element"].slice(0, shape.length),
      ...more,
    });
    const store = async (json: object, chunk?: Uint8Array) => {
      await Deno.remove(path, { recursive: true }).catch(() => {});
      await Deno.mkdir(`${path}/posterior/mu/c/0`, { recursive: true });
      await Deno.writeTextFile(`${path}/posterior/zarr.json`, '{ "node_type": "group", "zarr_format": 3 }');
      await Deno.writeTextFile(`${path}/posterior/mu/zarr.json`, JSON.stringify(json));
      if (chunk) await Deno.writeFile(`${path}/posterior/mu/c/0/0`, chunk);
    };
    const refused = async (part: string) => {
      const { message } = await assertRejects(() => openDraws(path), FormatError);
      assert(message.includes(part), message);
    };
    // A Zstandard frame that claims 2^40 bytes, or 16, or an unknown number.
    const frame = (...rest: number[]) => new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, ...rest]);
    await store(metadata([1, 2], [1, 2], {}), frame(0xe0, 0, 0, 0, 0, 0, 1, 0, 0));
    await refused("holds 1099511627776 bytes, not 16");
    await store(metadata([1, 2], [1, 2], {}), frame(0, 0x58));
    await refused("an unknown number of bytes, not 16");
    await store(metadata([1, 2], [1, 2], {}), frame(0x20, 16, 0xff));
    await refused("posterior/mu must be readable");
    await store(metadata([1, 2 ** 37], [1, 2 ** 37], {}), frame(0xe0, 0, 0, 0, 0, 0, 1, 0, 0));
    await refused("need at most 33554432 bytes");
    await store(metadata([1, 2 ** 40], [1, 2 ** 40], {}));
    await refused("need at most 33554432 bytes");
    await store(metadata([1, 1, 2 ** 21], [1, 1, 2 ** 21], {}));
    await refused("at most 1000000 parameters");
    await store(metadata([1, 2 ** 40], [1, 1], {}));
    await refused("1099511627776 chunks");
    await store(metadata([1, 2], [1, 2], { attributes: { scale_factor: 0.1 } }));
    await refused("packed");
    await store(metadata([1, 2], [1, 2], { attributes: { _FillValue: -999 } }));
    await refused("stand for none");
    await store(metadata([1, 2], [1, 2], { codecs: [{ name: "bytes" }, { name: "lzma" }] }));
    await refused("codecs");
  }));

const hasArviz = await python("import arviz, zarr; assert int(arviz.__version__.split('.')[0]) >= 1")
  .then(() => true, () => false);

Deno.test({
  name: "ArviZ opens our draws, in our order, and finds our numbers (ignored where python3 has no ArviZ 1)",
  ignore: !hasArviz,
  fn: () =>
    inFolder(async (path) => {
      const names = ["theta10", "theta2", "theta1", "log σ[0]", "N#1", "50%"];
      const values = Float64Array.from(normals(4 * 400 * names.length));
      // A random walk that forgets, so that effective sample sizes have something to tell.
      for (let k = names.length; k < values.length; k++) values[k]! += 0.7 * values[k - names.length]!;
      const draws = { ...drawsOf(names, 4, 400), values, info: { ...drawsOf().info, divergences: 0 } };
      await writeDraws(path, draws);
      const read = JSON.parse(
        await python(
          `import json, sys, warnings
warnings.filterwarnings("ignore")
import arviz
data = arviz.from_zarr(sys.argv[1])
table = arviz.summary(data, round_to="none")
# Of 5 and 95 %, as Stan's and ours; the table's own is of the tails of its 89 % intervals.
tail = arviz.ess(data, method="tail", prob=(0.05, 0.95))
numbers = ["mean", "sd", "mcse_mean", "ess_bulk", "r_hat"]
print(json.dumps({
    "names": list(data.posterior.data_vars),
    "true": data.posterior.attrs["likely"]["names"],
    "dims": list(data.posterior.theta1.dims),
    "draw": data.posterior.draw.values.tolist()[-1],
    "first": data.posterior.theta2.values.ravel().tolist()[:3],
    "diverging": int(data.sample_stats.diverging.sum()),
    "sampler": data.sample_stats.attrs["sampler"],
    "summary": [[name, *table.loc[name, numbers].tolist(), float(tail[name])] for name in table.index],
}))`,
          path,
        ),
      );
      const { summary: rows, ...rest } = read;
      assertEquals(rest, {
        names,
        true: names,
        dims: ["chain", "draw"],
        draw: 399,
        first: [1, 7, 13].map((k) => values[k]),
        diverging: 0,
        sampler: "hmc",
      });
      for (const [j, row] of summary(draws).entries()) {
        const [name, ...numbers] = rows[j];
        assertEquals(name, row.name);
        const ours = [row.mean, row.sd, row.mcse, row.essBulk, row.rHat, row.essTail];
        ours.forEach((value, k) =>
          assertAlmostEquals(numbers[k], value, 1e-9 * Math.max(1, Math.abs(value)))
        );
      }
    }),
});

Deno.test({
  name: "what ArviZ saves of our draws is ours still (ignored where python3 has no ArviZ 1)",
  ignore: !hasArviz,
  fn: () =>
    inFolder(async (path) => {
      await writeDraws(path, drawsOf(NAMES));
      await python("import sys, arviz; arviz.from_zarr(sys.argv[1]).to_zarr(sys.argv[2])", path, `${path}2`);
      assertEquals(await openDraws(`${path}2`), drawsOf(NAMES));
    }),
});

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function normals(n: number): number[] {
  const random = stream(key(1));
  return Array.from({ length: n }, () => drawNormal(random));
}
