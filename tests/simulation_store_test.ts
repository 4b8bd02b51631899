import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  FormatError,
  independent,
  key,
  normal,
  openRun,
  openSimulations,
  type Points,
  points,
  simulate,
  type SimulateOptions,
  simulator,
  split,
  type Task,
} from "@likely/core";
import { folderBytes } from "./_folder_bytes.ts";
import { hasPython, python } from "./_python.ts";
import { noisy } from "./_noisy_task.ts";

async function inFolder(run: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    await run(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}

const store = (path: string, n = 50, task: Task = noisy(), options: SimulateOptions = {}) =>
  simulate(key(1), task, n, { path, chunkRows: 8, ...options });

Deno.test("stored simulations read back as they were, with what they are", () =>
  inFolder(async (path) => {
    const dataset = await store(path, 50, noisy({ throwAbove: 1 }), { score: true });
    const back = await openSimulations(path);
    const { failures, ...numbers } = dataset;
    assert(failures!.length > 0);
    assertEquals({ ...back.dataset, failures: undefined }, { ...numbers, failures: undefined });
    assertEquals(back.dataset.failures!.map(({ row }) => row), failures!.map(({ row }) => row));
    assertEquals(back.missing, 0);
    assertEquals(back.manifest, {
      format: 2,
      simulator: "noisy",
      key: "00000000:00000001",
      names: ["a", "b"],
      prior: noisy().prior.spec,
      n: 50,
      xDim: 2,
      score: true,
      chunkRows: 8,
    });
  }));

Deno.test("parameters, simulators and folders may have any names", () =>
  inFolder(async (folder) => {
    const names = ["N#1", "N#2", "50%", "p?", "beta:age", "a\nb", "a/b", "1.5", "\ud800"];
    const prior = independent(Object.fromEntries(names.map((name) => [name, normal(0, 1)])));
    const first = simulator({ name: "x#?%/\n", thetaDim: 9, xDim: 1, simulate: (_, theta) => [theta[0]!] });
    for (const path of [`${folder}/s#1 50%?`, `${folder}/s#2`]) {
      const dataset = await simulate(key(0), { prior, simulator: first }, 20, { path });
      const { manifest, dataset: back } = await openSimulations(path);
      assertEquals([manifest.names, manifest.simulator, back], [names, first.name, dataset]);
    }
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).length, 2);
  }));

Deno.test("a finished run is not simulated again", () =>
  inFolder(async (path) => {
    const dataset = await store(path);
    const task = noisy();
    const simulator = { ...task.simulator, simulate: () => assert(false, "nothing is left to simulate") };
    assertEquals(await store(path, 50, { ...task, simulator: simulator as never }), dataset);
  }));

Deno.test("a run can grow; what it began with stays", () =>
  inFolder(async (path) => {
    await store(path, 20);
    const seen: number[] = [];
    const grown = await store(path, 61, noisy(), { onProgress: ({ done }) => seen.push(done) });
    assertEquals(seen[0], 24, "two whole chunks are kept; the third was partly filled");
    assertEquals(grown, await simulate(key(1), noisy(), 61));
    assertEquals((await openSimulations(path)).dataset, grown);
  }));

Deno.test("a run that is stopped while it grows can be read and taken up", () =>
  inFolder(async (path) => {
    await store(path, 20);
    const controller = new AbortController();
    const onProgress = () => controller.abort(new RangeError("enough"));
    const grow = () => store(path, 61, noisy(), { signal: controller.signal, onProgress });
    await assertRejects(grow, RangeError, "enough");
    assertEquals((await openSimulations(path)).missing, 61 - 3 * 8);
    assertEquals(await store(path, 61), await simulate(key(1), noisy(), 61));
  }));

Deno.test("a run that is not the stored one is refused, naming the field and both values", () =>
  inFolder(async (path) => {
    await store(path);
    const task = noisy();
    const renamed = { ...task, simulator: { ...task.simulator, name: "other" } };
    const moved = { ...task, prior: independent({ a: normal(0, 1), b: normal(0, 3) }) };
    const refused = async (run: () => Promise<unknown>, ...parts: string[]) => {
      const { message } = await assertRejects(run, RangeError);
      for (const part of parts) assert(message.includes(part), message);
    };
    await refused(() => store(path, 50, renamed), "simulator", '"noisy"', '"other"');
    await refused(() => store(path, 50, moved), "prior", '"sd":2', '"sd":3');
    await refused(() => simulate(key(2), task, 50, { path }), "key", ":00000001", ":00000002");
    await refused(() => store(path, 49), "n must be at least", "50", "49");
    await refused(() => store(path, 50, task, { score: true }), "score", "false", "true");
    assertEquals((await openSimulations(path)).dataset, await store(path), "and nothing has changed");
  }));

Deno.test("a simulator that was edited between two runs is found out", () =>
  inFolder(async (path) => {
    await store(path, 20);
    const edited = noisy({ work: 1 });
    const { message } = await assertRejects(() => store(path, 40, edited), RangeError);
    assert(message.includes("row 0, simulated again"), message);
  }));

Deno.test("a missing chunk is left out when reading, and restored by the next run", () =>
  inFolder(async (path) => {
    const dataset = await store(path);
    await Deno.remove(`${path}/x/c/2/0`);
    const { dataset: partial, missing } = await openSimulations(path);
    assertEquals([missing, partial.x.n], [8, 42]);
    assertEquals(partial.x.data.subarray(32), dataset.x.data.subarray(48));
    assertEquals(await store(path), dataset);
    assertEquals((await openSimulations(path)).dataset, dataset);
  }));

Deno.test("a damaged file is named, with what to do", () =>
  inFolder(async (path) => {
    await store(path);
    const refused = async (part: string) => {
      const { message } = await assertRejects(() => openSimulations(path), FormatError);
      assert(message.includes(part), message);
    };
    for (const length of [0, 5, 64]) {
      const chunk = await Deno.readFile(`${path}/x/c/1/0`);
      await Deno.writeFile(`${path}/x/c/1/0`, chunk.subarray(0, length));
      await refused("x/c/1/0 must hold 16 numbers");
      await refused("delete this file");
      await assertRejects(() => store(path), FormatError, "x/c/1/0");
      await Deno.writeFile(`${path}/x/c/1/0`, chunk);
    }
    const edit = async (file: string, from: string, to: string, part: string) => {
      const text = await Deno.readTextFile(`${path}/${file}`);
      assert(text.includes(from), `${file} has no ${from}`);
      await Deno.writeTextFile(`${path}/${file}`, text.replace(from, to));
      await refused(part);
      await Deno.writeTextFile(`${path}/${file}`, text);
    };
    await edit("x/zarr.json", '"float64"', '"float32"', "x/zarr.json");
    await edit("x/zarr.json", '"bytes"', '"gzip"', "x/zarr.json");
    await edit("x/zarr.json", "50", "51", "x/zarr.json");
    await edit("zarr.json", '"format": 2', '"format": 3', "format 1 or 2");
    await edit("zarr.json", '"n": 50', '"n": -1', "zarr.json");
    await edit("zarr.json", '"chunkRows": 8', '"chunkRows": 9007199254740991', "zarr.json");
    await edit("zarr.json", "{", "", "zarr.json");
    await edit("zarr.json", '"normal"', '"abnormal"', "zarr.json");
    assertEquals((await openSimulations(path)).missing, 0);
    await assertRejects(() => openSimulations(`${path}/nowhere`), FormatError, "there is none");
  }));

Deno.test({
  name: "Python reads stored simulations with zarr 3 (ignored where python3 has no zarr)",
  ignore: !await hasPython("zarr", "numpy"),
  fn: () =>
    inFolder(async (path) => {
      const { theta, x } = await store(path);
      const read = await python(
        `import json, sys, zarr
group = zarr.open_group(sys.argv[1], mode="r")
print(json.dumps({
    "theta": group["theta"][:].ravel().tolist(), "x": group["x"][:].ravel().tolist(),
    "shape": group["x"].shape, "dtype": str(group["x"].dtype), "fill": str(group["x"].fill_value),
    "names": group.attrs["likely"]["names"], "dimensions": group["x"].metadata.dimension_names,
}))`,
        path,
      );
      assertEquals(JSON.parse(read), {
        theta: [...theta.data],
        x: [...x.data],
        shape: [50, 2],
        dtype: "float64",
        fill: "nan",
        names: ["a", "b"],
        dimensions: ["row", "data"],
      });
    }),
});

Deno.test("a simulator of tiny numbers that was edited is found out too", () =>
  inFolder(async (path) => {
    const { prior, simulator, name } = noisy();
    const scaled = (unit: number): Task => ({
      name,
      prior,
      simulator: {
        ...simulator,
        simulate: (...args) => {
          const x = simulator.simulate(...args);
          return { ...x, data: x.data.map((value) => unit * value) };
        },
      },
    });
    await store(path, 16, scaled(1e-12));
    await assertRejects(() => store(path, 40, scaled(2e-12)), RangeError, "simulated again");
    assertEquals((await store(path, 40, scaled(1e-12))).theta.n, 40);
  }));

Deno.test("a larger run is refused before anything is changed where the simulator was edited", () =>
  inFolder(async (path) => {
    const task = noisy();
    const edited = {
      ...task,
      simulator: { ...task.simulator, simulate: (_: unknown, theta: Points) => theta },
    };
    await store(path, 20);
    const before = await folderBytes(path);
    await assertRejects(() => store(path, 40, edited), RangeError, "simulated again");
    await assertRejects(() => openRun(key(1), edited, 40, { path }), RangeError, "simulated again");
    assertEquals(await folderBytes(path), before);
    assertEquals((await store(path, 40)).x.n, 40);
  }));

Deno.test("a run whose rows all failed is made anew, and larger", () =>
  inFolder(async (path) => {
    const task = noisy();
    const silent = {
      ...task.simulator,
      simulate: (_: unknown, { n }: Points) => points(new Float64Array(2 * n).fill(NaN), 2),
    };
    for (let i = 0; i < 2; i++) {
      await assertRejects(() => store(path, 20, { ...task, simulator: silent }), RangeError, "all 20 failed");
    }
    const mended = await store(path, 30);
    assertEquals([mended.x.n, mended.failed], [30, 0]);
    assertEquals((await openSimulations(path)).dataset.x, mended.x);
  }));

Deno.test("what a simulator does to its parameters is not stored", () =>
  inFolder(async (path) => {
    const { prior } = noisy();
    const [forTheta] = split(key(1), 2);
    const spoiling = simulator({ name: "a", thetaDim: 2, xDim: 2, simulate: (_, theta) => theta.fill(7) });
    const byHand = {
      ...spoiling,
      simulate: (_: unknown, theta: Points) => {
        theta.data.fill(7);
        return theta;
      },
    };
    for (const [i, simulator] of [spoiling, byHand].entries()) {
      const { theta, x } = await store(`${path}/${i}`, 20, { name: "a", prior, simulator });
      assertEquals(theta, prior.sample(forTheta, 20));
      assertEquals(x.data, new Float64Array(40).fill(7));
    }
  }));
