/** The reader of the documentation, some lines of numpy, against what we make of the same files. */

import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  type Artifact,
  encodeArtifact,
  ensemble,
  exponential,
  independent,
  initWeights,
  key,
  type NetworkSpec,
  normal,
  plainDensity,
  type Points,
  row,
  uniform,
} from "@likely/core";
import { fusedEngine } from "@likely/kernels";
import { artifactOf, linearTrunks, normalRows, specs } from "../kernels/_cases_test.ts";
import { DENSITIES, densityArtifact, legalRows, MIXED } from "./_density_specs.ts";
import { hasPython, python } from "./_python.ts";

const READER = new URL("../docs/read_artifact.py", import.meta.url).pathname;
const N = 5;

/** Evaluates all files of a folder. */
const PROGRAM = `import importlib.util, json, sys
spec = importlib.util.spec_from_file_location("reader", sys.argv[1])
reader = importlib.util.module_from_spec(spec)
spec.loader.exec_module(reader)
out = {}
for name, rows in json.loads(open(sys.argv[2] + "/rows.json").read()).items():
    out[name] = list(reader.Surrogate(f"{sys.argv[2]}/{name}.safetensors", rows.get("member"))(rows["theta"], rows["x"]))
print(json.dumps(out))`;

/** A surrogate, where it is asked, and what it answers there. */
interface Case {
  readonly artifact: Artifact;
  readonly theta: Points;
  readonly x: Points;
  readonly values: ArrayLike<number>;
  /** Relative to the largest value. */
  readonly tolerance: number;
}

const filled = <T>(dim: number, value: (j: number) => T) => Array.from({ length: dim }, (_, j) => value(j));

/** A network whose θ is seen in logarithms, its x folded where the head lets it, in units of their own. */
async function networkCase(spec: NetworkSpec): Promise<Case> {
  const { thetaDim, xDim, head } = spec;
  const base = artifactOf(key(3), spec);
  const artifact: Artifact = {
    ...base,
    kind: head.kind === "linear" ? "ratio" : "cost",
    provenance: { ...base.provenance, key: "00000000:00000003" },
    prior: independent(Object.fromEntries(filled(thetaDim, (j) => [`a${j}`, normal(0, 1)]))).spec,
    scaling: {
      theta: {
        mean: filled(thetaDim, () => 1.2),
        std: filled(thetaDim, () => 0.4),
        log: filled(thetaDim, (j) => j % 2 === 0 ? -4 : null),
      },
      x: {
        mean: filled(xDim, () => -0.2),
        std: filled(xDim, () => 1.5),
        ...(head.kind === "linear" &&
          { fold: filled(xDim, (j) => j % 3 === 0 ? { at: 0.1, unit: 0.3 } : null) }),
      },
    },
  };
  const [theta, x] = [normalRows(key(5), N, thetaDim), normalRows(key(6), N, xDim)];
  using densities = await fusedEngine().logDensities(artifact, x);
  const { value } = densities.evaluate(theta, { chains: Uint32Array.from({ length: N }, (_, i) => i) });
  return { artifact, theta, x, values: value, tolerance: 1e-5 };
}

/** A density; one of θ is seen through the ends of its prior, which are of every sort. */
function densityCase(name: string): Case {
  const spec = { ...DENSITIES, ...MIXED }[name]!;
  const base = densityArtifact(spec, 5);
  const marginals = [uniform(-9, 9), normal(0, 1), exponential(1)];
  const prior = independent(
    Object.fromEntries(filled(spec.thetaDim, (j) => [`p${j}`, marginals[j % 3]!])),
  );
  const ends = (from: "low" | "high") =>
    prior.support.map((interval) => Number.isFinite(interval[from]) ? interval[from] : null);
  const artifact: Artifact = spec.target === "x" ? base : {
    ...base,
    prior: prior.spec,
    scaling: { ...base.scaling, theta: { ...base.scaling.theta, log: ends("low"), upper: ends("high") } },
  };
  const positive = (rows: Points) => ({ ...rows, data: rows.data.map(Math.abs) });
  const theta = positive(normalRows(key(7), N, spec.thetaDim));
  const x = legalRows(spec, normalRows(key(8), N, spec.xDim));
  const [target, condition] = spec.target === "theta" ? [theta, x] : [x, theta];
  const values = plainDensity(artifact).logDensity(target, condition);
  return { artifact, theta, x, values, tolerance: 1e-9 };
}

async function cases(): Promise<Record<string, Case>> {
  const all: Record<string, Case> = {};
  for (const [name, spec] of Object.entries({ ...specs, ...linearTrunks })) {
    all[name] = await networkCase(spec);
  }
  for (const name of Object.keys({ ...DENSITIES, ...MIXED })) all[`density: ${name}`] = densityCase(name);
  return all;
}

const list = (rows: Points) => Array.from({ length: rows.n }, (_, i) => [...row(rows, i)]);

Deno.test({
  name:
    "numpy evaluates every kind of surrogate from its file alone (ignored where python3 has no safetensors)",
  ignore: !await hasPython("safetensors", "numpy"),
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const all = Object.entries(await cases()).map(([title, one]) =>
      [title.replace(/\W+/g, "_"), one] as const
    );
    const rows: Record<string, { theta: number[][]; x: number[][]; member?: number }> = {};
    for (const [name, { artifact, theta, x }] of all) {
      await Deno.writeFile(`${folder}/${name}.safetensors`, encodeArtifact(artifact));
      rows[name] = { theta: list(theta), x: list(x) };
      // The same once more, as the second member of an ensemble.
      const first = { ...artifact, weights: initWeights(key(7), artifact.spec) };
      await Deno.writeFile(
        `${folder}/${name}_joint.safetensors`,
        encodeArtifact(ensemble([first, artifact])),
      );
      rows[`${name}_joint`] = { ...rows[name]!, member: 1 };
    }
    await Deno.writeTextFile(`${folder}/rows.json`, JSON.stringify(rows));
    const theirs: Record<string, number[]> = JSON.parse(await python(PROGRAM, READER, folder));
    await Deno.remove(folder, { recursive: true });
    for (const [name, { values, tolerance }] of all) {
      const ours = Array.from(values);
      const size = Math.max(1, ...ours.map(Math.abs));
      ours.forEach((value, i) =>
        assertAlmostEquals(theirs[name]![i]!, value, tolerance * size, `${name}, row ${i}`)
      );
      assertEquals(theirs[`${name}_joint`], theirs[name]);
      assert(new Set(ours.map((value) => value.toFixed(6))).size > 1, `${name} must depend on its rows`);
    }
  },
});
