import { assert, assertAlmostEquals } from "@std/assert";
import {
  type Artifact,
  encodeArtifact,
  ensemble,
  independent,
  initWeights,
  key,
  type NetworkSpec,
  normal,
} from "@likely/core";
import { fusedEngine } from "@likely/kernels";
import { artifactOf, linearTrunks, normalRows, specs } from "../kernels/_cases_test.ts";
import { hasPython, python } from "./_python.ts";

const READER = new URL("../docs/read_artifact.py", import.meta.url).pathname;
const N = 5;

/** Evaluates all files of a folder with the reader of the documentation. */
const PROGRAM = `import importlib.util, json, sys
import numpy as np
spec = importlib.util.spec_from_file_location("reader", sys.argv[1])
reader = importlib.util.module_from_spec(spec)
spec.loader.exec_module(reader)
out = {}
for name, rows in json.loads(open(sys.argv[2] + "/rows.json").read()).items():
    out[name] = list(reader.Surrogate(f"{sys.argv[2]}/{name}.safetensors", rows.get("member"))(rows["theta"], rows["x"]))
print(json.dumps(out))`;

/** A surrogate whose θ is seen in logarithms, and both sides in units of their own. */
function scaled(spec: NetworkSpec, kind: Artifact["kind"]): Artifact {
  const { thetaDim, xDim } = spec;
  const side = (dim: number, mean: number, std: number) => ({
    mean: new Array<number>(dim).fill(mean),
    std: new Array<number>(dim).fill(std),
  });
  const log = Array.from({ length: thetaDim }, (_, j) => j % 2 === 0 ? -4 : null);
  const artifact = artifactOf(key(3), spec);
  return {
    ...artifact,
    kind,
    provenance: { ...artifact.provenance, key: "00000000:00000003" },
    prior: independent(
      Object.fromEntries(Array.from({ length: thetaDim }, (_, j) => [`a${j}`, normal(0, 1)])),
    ).spec,
    scaling: { theta: { ...side(thetaDim, 1.2, 0.4), log }, x: side(xDim, -0.2, 1.5) },
  };
}

Deno.test({
  name:
    "numpy evaluates every kind of surrogate from its file alone (ignored where python3 has no safetensors)",
  ignore: !await hasPython("safetensors", "numpy"),
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const rows: Record<string, { theta: number[][]; x: number[][]; member?: number }> = {};
    const ours: Record<string, number[]> = {};
    for (const [title, spec] of Object.entries({ ...specs, ...linearTrunks })) {
      const artifact = scaled(spec, spec.head.kind === "linear" ? "ratio" : "cost");
      const name = title.replace(/\W+/g, "_");
      const [theta, x] = [normalRows(key(5), N, spec.thetaDim), normalRows(key(6), N, spec.xDim)];
      await Deno.writeFile(`${folder}/${name}.safetensors`, encodeArtifact(artifact));
      // The same network once more, as the second member of an ensemble.
      const first = { ...artifact, weights: initWeights(key(7), spec) };
      await Deno.writeFile(
        `${folder}/${name}_joint.safetensors`,
        encodeArtifact(ensemble([first, artifact])),
      );
      const list = (from: typeof theta) =>
        Array.from({ length: N }, (_, i) => [...from.data.subarray(i * from.dim, (i + 1) * from.dim)]);
      rows[name] = { theta: list(theta), x: list(x) };
      rows[`${name}_joint`] = { ...rows[name], member: 1 };
      using densities = await fusedEngine().logDensities(artifact, x);
      const chains = Uint32Array.from({ length: N }, (_, i) => i);
      ours[name] = ours[`${name}_joint`] = [...densities.evaluate(theta, { chains }).value];
    }
    await Deno.writeTextFile(`${folder}/rows.json`, JSON.stringify(rows));
    const theirs: Record<string, number[]> = JSON.parse(await python(PROGRAM, READER, folder));
    await Deno.remove(folder, { recursive: true });
    for (const [name, values] of Object.entries(ours)) {
      const size = Math.max(1, ...values.map(Math.abs));
      values.forEach((value, i) =>
        assertAlmostEquals(theirs[name]![i]!, value, 1e-5 * size, `${name}, row ${i}`)
      );
      assert(new Set(values.map((value) => value.toFixed(6))).size > 1, `${name} must depend on its rows`);
    }
  },
});
