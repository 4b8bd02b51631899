import { assert, assertEquals, assertRejects } from "@std/assert";
import { type Draws, FormatError, openDraws, writeDraws } from "@likely/core";
import { hasPython, python } from "./_python.ts";

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

Deno.test("names that cannot be files, and lengths that do not agree, are refused", () =>
  inFolder(async (path) => {
    for (const name of ["", "chain", "draw", "../../out", "a/b", ".hidden", "__x", "zarr.json"]) {
      await assertRejects(() => writeDraws(path, drawsOf([name])), RangeError, "every name");
    }
    await assertRejects(() => writeDraws(path, drawsOf(["a", "a"])), RangeError, "its own");
    await assertRejects(() => writeDraws(path, { ...drawsOf(), length: 4 }), TypeError, "length 24");
    await assertRejects(() => writeDraws(path, drawsOf(["a"], 0)), RangeError, "none");
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
    await edit("zarr.json", '"mu"', '"../nu"', "posterior/zarr.json");
    await edit("zarr.json", '"format": 1', '"format": 2', "posterior/zarr.json");
    await edit("zarr.json", "{", "", "posterior/zarr.json");
    await edit("mu/zarr.json", '"float64"', '"float32"', "posterior/mu");
    await edit("mu/zarr.json", '"bytes"', '"gzip"', "posterior/mu");
    await edit("mu/zarr.json", "5", "9007199254740991", "one chunk");
    const chunk = `${path}/posterior/nu/c/0/0`;
    const bytes = await Deno.readFile(chunk);
    for (const length of [0, 7, 64]) {
      await Deno.writeFile(chunk, bytes.subarray(0, length));
      await assertRejects(() => openDraws(path), FormatError, "posterior/nu");
    }
    await Deno.writeFile(chunk, bytes);
    assertEquals((await openDraws(path)).names, ["mu", "nu"]);
    await assertRejects(() => openDraws(`${path}/nowhere`), FormatError, "there is none");
  }));

const hasArviz = await hasPython("arviz", "xarray", "zarr");

Deno.test({
  name: "ArviZ opens our draws as InferenceData (ignored where python3 has no arviz)",
  ignore: !hasArviz,
  fn: () =>
    inFolder(async (path) => {
      await writeDraws(path, drawsOf());
      const read = JSON.parse(
        await python(
          `import json, sys, warnings
warnings.filterwarnings("ignore")
import arviz, xarray
data = arviz.from_datatree(xarray.open_datatree(sys.argv[1], engine="zarr", consolidated=False))
posterior = data.posterior
names = posterior.attrs["likely"]["names"]
print(json.dumps({
    "dims": [list(posterior[name].dims) for name in names],
    "values": [posterior[name].values.ravel().tolist() for name in names],
    "chain": posterior.chain.values.tolist(), "draw": posterior.draw.values.tolist(),
    "rows": arviz.summary(data).index.tolist(),
}))`,
          path,
        ),
      );
      const { names, values } = drawsOf();
      assertEquals(read, {
        dims: [["chain", "draw"], ["chain", "draw"]],
        values: names.map((_, j) => [...values.filter((_, k) => k % 2 === j)]),
        chain: [0, 1, 2],
        draw: [0, 1, 2, 3, 4],
        rows: read.rows,
      });
      assertEquals(read.rows.toSorted(), names.toSorted());
    }),
});

Deno.test({
  name: "draws that ArviZ made are opened, parameters by name (ignored where python3 has no arviz)",
  ignore: !hasArviz,
  fn: () =>
    inFolder(async (path) => {
      await python(
        `import sys, warnings
warnings.filterwarnings("ignore")
import arviz, numpy as np
data = arviz.from_dict({"b": np.arange(6.0).reshape(2, 3), "a": -np.arange(6.0).reshape(2, 3)})
plain = {"/posterior": {name: {"compressors": None} for name in ["a", "b"]}}
data.to_datatree().to_zarr(sys.argv[1], zarr_format=3, encoding=plain)`,
        path,
      );
      const { names, chains, length, values, info } = await openDraws(path);
      assertEquals([names, chains, length, info.sampler], [["a", "b"], 2, 3, "unknown"]);
      assertEquals([...values], [-0, 0, -1, 1, -2, 2, -3, 3, -4, 4, -5, 5]);
    }),
});
