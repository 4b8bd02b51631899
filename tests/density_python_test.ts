/** A second reader of trained densities: some lines of numpy that share nothing with ours. */

import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  type Artifact,
  densityWidths,
  encodeArtifact,
  exponential,
  independent,
  normal,
  plainDensity,
  points,
  uniform,
} from "@likely/core";
import { DENSITIES, densityArtifact } from "./_density_specs.ts";
import { hasPython } from "./_python.ts";

const PYTHON = Deno.env.get("PYTHON") ?? "python3";
const ignore = !await hasPython("numpy");

/** Asks numpy for the log densities of pairs. */
async function inPython(artifact: Artifact, pairs: object): Promise<number[]> {
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  await Deno.writeFile(path, encodeArtifact(artifact));
  const script = new URL("read_density.py", import.meta.url).pathname;
  const child = new Deno.Command(PYTHON, {
    args: [script, path],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await new Blob([JSON.stringify(pairs)]).stream().pipeTo(child.stdin);
  const { stdout, stderr } = await child.output();
  await Deno.remove(path);
  assertEquals(new TextDecoder().decode(stderr), "");
  return new TextDecoder().decode(stdout).trim().split("\n").map(Number);
}

/** A prior with ends of every sort, and θ seen through them. */
function withEnds(artifact: Artifact): Artifact {
  const { thetaDim, target } = artifact.spec as Artifact["spec"] & { readonly target: string };
  if (target === "x") return artifact;
  const kinds = [uniform(-1, 3), normal(0, 1), exponential(1)];
  const prior = independent(
    Object.fromEntries(Array.from({ length: thetaDim }, (_, j) => [`p${j}`, kinds[j % 3]!])),
  );
  const ends = (from: "low" | "high") =>
    prior.support.map((interval) => Number.isFinite(interval[from]) ? interval[from] : null);
  const theta = { ...artifact.scaling.theta, log: ends("low"), upper: ends("high") };
  return { ...artifact, prior: prior.spec, scaling: { ...artifact.scaling, theta } };
}

for (const [name, spec] of Object.entries(DENSITIES)) {
  if (spec.embedding) continue;
  Deno.test({
    name: `Python agrees on ${name} (ignored where python3 has no numpy)`,
    ignore,
    fn: async () => {
      const artifact = withEnds(densityArtifact(spec, 5));
      const { target: D, condition: C } = densityWidths(spec);
      const values = (n: number, phase: number) =>
        Float64Array.from({ length: n }, (_, k) => 1.1 + Math.sin(1.3 * k + phase));
      const [target, condition] = [points(values(9 * D, 0), D), points(values(9 * C, 2), C)];
      const rows = (from: typeof target) =>
        Array.from({ length: from.n }, (_, i) => [...from.data.subarray(i * from.dim, (i + 1) * from.dim)]);
      const found = await inPython(artifact, { target: rows(target), condition: rows(condition) });
      plainDensity(artifact).logDensity(target, condition).forEach((value, i) =>
        assertAlmostEquals(found[i]!, value, 1e-9 * (1 + Math.abs(value)))
      );
    },
  });
}
