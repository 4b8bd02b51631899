import { assertEquals } from "@std/assert";
import { type Artifact, encodeArtifact, independent, initWeights, key, normal } from "@likely/core";
import { hasPython, python } from "./_python.ts";

Deno.test({
  name: "Python reads an artifact with its safetensors package (ignored where python3 has none)",
  ignore: !await hasPython("safetensors", "numpy"),
  fn: async () => {
    const spec: Artifact["spec"] = {
      kind: "network",
      thetaDim: 1,
      xDim: 2,
      trunk: { kind: "mlp", hidden: [4], activation: "silu" },
      head: { kind: "linear" },
    };
    const artifact: Artifact = {
      kind: "ratio",
      spec,
      weights: initWeights(key(0), spec),
      prior: independent({ "μ": normal(0, 1) }).spec,
      scaling: { theta: { mean: [0], std: [1] }, x: { mean: [0.1, 2], std: [1, 3] } },
      provenance: {
        simulator: "noisy",
        simulations: 100,
        failed: 0,
        key: "00000000:00000000",
        loss: { name: "nre", options: {} },
        engine: "tensor",
        versions: {},
        training: { loss: 0.5, epochs: 3 },
      },
    };
    const path = await Deno.makeTempFile({ suffix: ".safetensors" });
    await Deno.writeFile(path, encodeArtifact(artifact));
    const read = JSON.parse(
      await python(
        `import json, sys
from safetensors import safe_open
with safe_open(sys.argv[1], framework="np") as f:
    weights = {k: [list(f.get_tensor(k).shape), f.get_tensor(k).ravel().tolist()] for k in f.keys()}
    print(json.dumps({"weights": weights, "metadata": f.metadata()}))`,
        path,
      ),
    );
    await Deno.remove(path);
    const weights = Object.entries(artifact.weights).map((
      [name, { shape, data }],
    ) => [name, [shape, [...data]]]);
    assertEquals(read.weights, Object.fromEntries(weights));
    const { "likely.format": format, kind, ...parts } = read.metadata;
    assertEquals([format, kind], ["1", "ratio"]);
    for (const part of ["spec", "prior", "scaling", "provenance"] as const) {
      assertEquals(JSON.parse(parts[part]), artifact[part]);
    }
  },
});
