import { assertEquals } from "@std/assert";
import {
  type Artifact,
  encodeArtifact,
  fromRows,
  independent,
  initWeights,
  key,
  normal,
  standardise,
} from "@likely/core";
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
      scaling: {
        theta: { mean: [0], std: [1] },
        x: { mean: [0.1, 2], std: [1, 3], fold: [null, { at: 1, unit: 0.5 }] },
      },
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

Deno.test({
  name:
    "the Python that the documentation gives standardises as engines do (ignored where there is no numpy)",
  ignore: !await hasPython("numpy"),
  fn: async () => {
    const text = await Deno.readTextFile(new URL("../core/artifact_file.ts", import.meta.url));
    const [source] = /def standardised[^]*?(?=\n \* ```)/.exec(text)!;
    const by = {
      mean: [0.1, 2, -1],
      std: [1, 3, 2],
      log: [null, null, -4],
      fold: [null, { at: 1, unit: 0.5 }, null],
    };
    const rows = [[1, 2, 3], [-1e8, 1e8, -3.5]];
    const program = "import json, sys, numpy as np\n" + source.replaceAll("\n * ", "\n") +
      "\nprint(json.dumps(standardised(*json.loads(sys.argv[1])).tolist()))";
    const found = JSON.parse(await python(program, JSON.stringify([by, rows])));
    assertEquals(Float32Array.from(found.flat()), standardise(fromRows(rows), by));
  },
});
