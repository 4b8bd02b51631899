/** Networks in ONNX: what torch wrote is read, what we write is run by onnxruntime, what is spoiled is refused. */

import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import {
  type Activation,
  type Artifact,
  artifactFromOnnx,
  artifactToOnnx,
  checkMeaning,
  decodeArtifact,
  drawNormal,
  encodeArtifact,
  FormatError,
  independent,
  initWeights,
  key,
  type NetworkSpec,
  normal,
  type OnnxMeaning,
  type Points,
  points,
  row,
  type Standardisation,
  stream,
  UnsupportedError,
} from "@likely/core";
import { reportProvenance } from "@likely/diagnostics";
import { fusedEngine } from "@likely/kernels";
import { driftDiffusion } from "@likely/simulators";
import golden from "./golden/onnx_files.json" with { type: "json" };
import { hasOnnxRuntime, runOnnx } from "./_onnx_runtime.ts";
import { hasPython, python } from "./_python.ts";
import { doubles, output } from "./_reference_network.ts";

/** Of the small networks: five numbers in, the first two are parameters. */
const SMALL: OnnxMeaning = { prior: independent({ a: normal(0, 1), b: normal(0, 1) }).spec, xDim: 3 };
const LAN: OnnxMeaning = { prior: driftDiffusion().prior.spec, xDim: 2, name: "ddm" };
/** More by hand: `FUZZ=100000 deno test -A tests/onnx_test.ts`. */
const FILES = Number(Deno.env.get("FUZZ") ?? 20_000);

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
const normalRows = (seed: number, n: number, dim: number): Points => {
  const random = stream(key(seed));
  return points(Float64Array.from({ length: n * dim }, () => drawNormal(random)), dim);
};

/** What the engine that posteriors use makes of rows (θ, x). */
async function byEngine(artifact: Artifact, rows: Points): Promise<Float64Array> {
  const { thetaDim, xDim } = artifact.spec;
  const values = new Float64Array(rows.n);
  for (let i = 0; i < rows.n; i++) {
    const both = row(rows, i);
    using density = await fusedEngine().logDensity(artifact, points(both.slice(thetaDim), xDim));
    values[i] = density.evaluate(points(both.slice(0, thetaDim), thetaDim)).value[0]!;
  }
  return values;
}

/** What a column is seen through. */
function seen(value: number, { log, upper, fold }: Standardisation, j: number): number {
  const [low, high, at] = [log?.[j] ?? null, upper?.[j] ?? null, fold?.[j]];
  if (at) return Math.asinh((value - at.at) / at.unit);
  if (low !== null && high !== null) return Math.log((value - low) / (high - value));
  return low !== null ? Math.log(value - low) : high !== null ? Math.log(high - value) : value;
}

/** The same in float64, in raw units. */
function plainly({ spec, weights, scaling }: Artifact, rows: Points): Float64Array {
  const [mean, std] = [[...scaling.theta.mean, ...scaling.x.mean], [...scaling.theta.std, ...scaling.x.std]];
  return Float64Array.from({ length: rows.n }, (_, i) => {
    const { thetaDim } = spec;
    const units = Array.from(row(rows, i), (value, j) => {
      const c = j < thetaDim ? seen(value, scaling.theta, j) : seen(value, scaling.x, j - thetaDim);
      return (c - mean[j]!) / std[j]!;
    });
    return output(doubles(weights), spec as NetworkSpec, units.slice(0, thetaDim), units.slice(thetaDim));
  });
}

function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string, by = 1e-5): void {
  assertEquals(actual.length, expected.length, what);
  for (let i = 0; i < expected.length; i++) {
    assertAlmostEquals(actual[i]!, expected[i]!, by * (1 + Math.abs(expected[i]!)), `${what}, row ${i}`);
  }
}

for (const [name, { file, inputs, outputs, ops }] of Object.entries({ lan: golden.lan, ...golden.cases })) {
  Deno.test(`${name}, ${[...new Set(ops)].join(", ")}: what onnxruntime makes of it`, async () => {
    const artifact = artifactFromOnnx(bytesOf(file), name === "lan" ? LAN : SMALL);
    const rows = points(Float64Array.from(inputs.flat()), inputs[0]!.length);
    assertNear(await byEngine(artifact, rows), outputs, name);
    assertNear(plainly(artifact, rows), outputs, `${name} in float64`);
    assertEquals(decodeArtifact(encodeArtifact(artifact)), artifact);
  });
}

Deno.test("the artifact says where it comes from, and is a likelihood unless told", () => {
  const { kind, provenance, spec } = artifactFromOnnx(bytesOf(golden.lan.file), LAN);
  assertEquals([kind, spec.thetaDim, spec.xDim], ["likelihood", 4, 2]);
  assertEquals(provenance.simulator, "ddm");
  assertEquals(provenance.versions, { opset: String(golden.lan.opset) });
  assert(provenance.engine.startsWith("pytorch 2."), provenance.engine);
  assertEquals(provenance.network, "imported from ONNX: mlp 6-64-64-64-1, tanh");
  const told = reportProvenance(provenance).rows.filter(([, value]) =>
    `${value}`.includes("trained elsewhere")
  );
  assertEquals(told.map(([what]) => what), ["simulations", "training", "warning"]);
  const ratio = artifactFromOnnx(bytesOf(golden.cases.tanh.file), { ...SMALL, kind: "ratio" });
  checkMeaning("test", ratio);
  assertEquals(ratio.kind, "ratio");
});

const REFUSALS: Readonly<Record<keyof typeof golden.refused, string>> = {
  choice:
    'nodes must be Gemm, MatMul, Add, Sub, Mul, Div, Neg, Tanh, Relu, Sigmoid, Identity or Flatten: current value is "Exp"',
  cpn: 'current value is "Exp"',
  residual: "must be in the file",
  apart: "it must have one input, parameters and then data: current value is 2",
  wide: "its output must be one number a row: current value is 2",
  mixed: "all activations must be of one kind: current value is relu after tanh",
  bounded: "it must end with a matrix",
  convolution: "its input must",
  external: "its weights must be in the file itself",
};

for (const [name, file] of Object.entries(golden.refused)) {
  Deno.test(`${name} is refused with the rule`, () => {
    const read = () => artifactFromOnnx(bytesOf(file), SMALL);
    assertThrows(read, FormatError, REFUSALS[name as keyof typeof REFUSALS]);
  });
}

Deno.test("widths that are not the file's are refused", () => {
  const read = (xDim: number) => artifactFromOnnx(bytesOf(golden.cases.tanh.file), { ...SMALL, xDim });
  assertThrows(() => read(2), FormatError, "must have 4 numbers, parameters and data: current value is 5");
  assertThrows(() => read(0), RangeError, "xDim");
});

/** An artifact with units of its own. */
function artifactOf(activation: Activation, more: Partial<NetworkSpec> = {}): Artifact {
  const spec: NetworkSpec = {
    kind: "network",
    thetaDim: 2,
    xDim: 3,
    trunk: { kind: "mlp", hidden: [17, 9], activation },
    head: { kind: "linear" },
    ...more,
  };
  const base = artifactFromOnnx(bytesOf(golden.cases.tanh.file), SMALL);
  const scaling = {
    theta: { mean: [3, -1], std: [0.5, 2] },
    x: { mean: [10, 0.1, -4], std: [3, 0.2, 1], log: [null, null, null] },
  };
  return { ...base, spec, scaling, weights: initWeights(key(3), spec) };
}

/** Between ends that rows of {@linkcode rawRows} keep. */
function bent(artifact: Artifact): Artifact {
  return {
    ...artifact,
    scaling: {
      theta: { mean: [1.2, -1], std: [0.3, 2], log: [-20, null] },
      x: {
        mean: [0.4, 0.1, 1],
        std: [0.5, 0.2, 0.7],
        log: [-100, null, null],
        upper: [200, null, 30],
        fold: [null, { at: 0.3, unit: 0.1 }, null],
      },
    },
  };
}

/** Rows in the units of {@linkcode artifactOf}. */
function rawRows(n: number): Points {
  const { data, dim } = normalRows(9, n, 5);
  const [mean, std] = [[3, -1, 10, 0.1, -4], [0.5, 2, 3, 0.2, 1]];
  return points(data.map((value, k) => mean[k % dim]! + std[k % dim]! * value), dim);
}

const OURS: Readonly<Record<string, Artifact>> = {
  tanh: artifactOf("tanh"),
  relu: artifactOf("relu"),
  silu: artifactOf("silu"),
  "one layer": artifactOf("tanh", { trunk: { kind: "mlp", hidden: [], activation: "tanh" } }),
  "residual blocks": artifactOf("tanh", {
    trunk: { kind: "resnet", blocks: 3, width: 11, activation: "relu" },
  }),
  "embedded x": artifactOf("silu", {
    embedding: { kind: "dense", hidden: [8, 7], out: 4, activation: "tanh" },
  }),
  "linearly embedded x": artifactOf("tanh", {
    embedding: { kind: "dense", hidden: [], out: 2, activation: "tanh" },
    trunk: { kind: "mlp", hidden: [], activation: "tanh" },
  }),
  "embedded x before blocks": artifactOf("tanh", {
    embedding: { kind: "dense", hidden: [6], out: 2, activation: "silu" },
    trunk: { kind: "resnet", blocks: 1, width: 8, activation: "silu" },
  }),
  "columns through logarithms and folds": bent(artifactOf("tanh")),
  "embedded columns through logarithms": bent(artifactOf("silu", {
    embedding: { kind: "dense", hidden: [8], out: 4, activation: "silu" },
  })),
  softplus: { ...artifactOf("silu", { head: { kind: "softplus", scale: 2.5 } }), kind: "cost" },
};

for (const [name, artifact] of Object.entries(OURS)) {
  const { trunk, embedding, head } = artifact.spec as NetworkSpec;
  const { log } = artifact.scaling.theta;
  const isChain = log === undefined && trunk.kind === "mlp" && embedding === undefined &&
    head.kind === "linear";
  if (isChain) {
    Deno.test(`${name}: written and read again, it is the same function of raw numbers`, () => {
      const again = artifactFromOnnx(artifactToOnnx(artifact), SMALL);
      assertEquals(again.scaling.x, { mean: [0, 0, 0], std: [1, 1, 1] });
      assertNear(plainly(again, rawRows(50)), plainly(artifact, rawRows(50)), name);
    });
  }

  Deno.test({
    name: `${name}: onnxruntime from npm runs what is written`,
    ignore: !hasOnnxRuntime,
    fn: async () =>
      assertNear(await runOnnx(artifactToOnnx(artifact), rawRows(50)), plainly(artifact, rawRows(50)), name),
  });
}

Deno.test({
  name: "onnxruntime from npm makes of torch's files what the golden values say",
  ignore: !hasOnnxRuntime,
  fn: async () => {
    const { file, inputs, outputs } = golden.cases.batched;
    const rows = points(Float64Array.from(inputs.flat()), 5);
    assertNear(await runOnnx(bytesOf(file), rows), outputs, "batched");
  },
});

const CHECK = `
import json, sys, base64, onnx, onnxruntime, numpy as np
for case in json.loads(sys.argv[1]):
    file = base64.b64decode(case["file"])
    onnx.checker.check_model(onnx.load_from_string(file), full_check=True)
    session = onnxruntime.InferenceSession(file)
    rows = np.array(case["rows"], np.float32)
    print(json.dumps(session.run(None, {"theta_x": rows})[0][:, 0].tolist()))
`;

Deno.test({
  name: "onnx checks what is written, and onnxruntime in Python runs it",
  ignore: !await hasPython("onnx", "onnxruntime", "numpy"),
  fn: async () => {
    const rows = rawRows(50);
    const asked = Array.from({ length: rows.n }, (_, i) => [...row(rows, i)]);
    const cases = Object.values(OURS).map((artifact) => ({
      file: btoa(String.fromCharCode(...artifactToOnnx(artifact))),
      rows: asked,
    }));
    const lines = (await python(CHECK, JSON.stringify(cases))).trim().split("\n");
    Object.entries(OURS).forEach(([name, artifact], k) =>
      assertNear(JSON.parse(lines[k]!), plainly(artifact, rows), name)
    );
  },
});

const AS_HSSM = `
import json, sys, base64, onnx, numpy as np, jax
from jaxonnxruntime import call_onnx
for case in json.loads(sys.argv[1]):
    model = onnx.load_from_string(base64.b64decode(case["file"]))
    rows = np.array(case["rows"], np.float32)
    name, width = model.graph.input[0].name, rows.shape[1]
    f, weights = call_onnx.call_onnx_model(model, {name: np.ones((1, width))})
    one = lambda row: f(weights, {name: row})[0].squeeze()
    print(json.dumps([jax.vmap(one)(rows).tolist(), jax.vmap(jax.grad(one))(rows)[:, :2].tolist()]))
`;

Deno.test({
  name: "jax runs what is written as HSSM has it do: one row, mapped over trials, with slopes",
  ignore: !await hasPython("onnx", "jax", "jaxonnxruntime"),
  fn: async () => {
    const rows = rawRows(20);
    const asked = Array.from({ length: rows.n }, (_, i) => [...row(rows, i)]);
    const artifacts = Object.values(OURS).filter(({ kind }) => kind !== "cost");
    const cases = artifacts.map((artifact) => ({
      file: btoa(String.fromCharCode(...artifactToOnnx(artifact))),
      rows: asked,
    }));
    const lines = (await python(AS_HSSM, JSON.stringify(cases))).trim().split("\n");
    for (const [k, artifact] of artifacts.entries()) {
      const [values, slopes] = JSON.parse(lines[k]!);
      assertNear(values, plainly(artifact, rows), `network ${k}`);
      for (let i = 0; i < rows.n; i++) {
        const [theta, x] = [points(row(rows, i).slice(0, 2), 2), points(row(rows, i).slice(2), 3)];
        using density = await fusedEngine().logDensity(artifact, x);
        assertNear(slopes[i], density.evaluate(theta).grad!, `slopes of network ${k}`, 1e-4);
      }
    }
  },
});

Deno.test("in float64 it is what the engine of posteriors makes of it", async () => {
  for (const [name, artifact] of Object.entries(OURS)) {
    assertNear(await byEngine(artifact, rawRows(5)), plainly(artifact, rawRows(5)), name);
  }
});

Deno.test("what is no chain of dense layers is not written", () => {
  const tanh = artifactOf("tanh");
  const refused: readonly (readonly [Artifact, string])[] = [
    [{ ...tanh, others: [tanh] }, "must be one network: current value is an ensemble of 2"],
    [
      artifactOf("tanh", {
        embedding: {
          kind: "set",
          element: 1,
          each: [4],
          pool: "sum",
          hidden: [],
          out: 2,
          activation: "tanh",
        },
      }),
      'an embedding must be dense: current value is "set"',
    ],
    [artifactOf("tanh", { head: { kind: "quadratic", weights: [1, 1, 1], scale: 1 } }), '"quadratic"'],
  ];
  for (const [artifact, message] of refused) {
    assertThrows(() => artifactToOnnx(artifact), UnsupportedError, message);
  }
});

Deno.test("a spoiled file is refused or read, and nothing else", () => {
  const files = [golden.cases.unfolded, golden.cases.silu, golden.cases.dynamo, golden.cases.standardised]
    .map(({ file }) => bytesOf(file));
  const random = stream(key(11));
  const below = (n: number) => Math.floor(random.uniform() * n);
  const seen = new Map<string, number>();
  for (let i = 0; i < FILES; i++) {
    let file = files[i % files.length]!.slice();
    for (let k = below(4); k >= 0; k--) {
      const at = below(file.length);
      const way = below(4);
      if (way === 0) file[at] = below(256);
      else if (way === 1) file[at]! ^= 1 << below(8);
      else if (way === 2) file = file.slice(0, at + 1);
      else file.set([255, 255, 255, 255, 127].slice(0, file.length - at), at);
    }
    let end = "read";
    try {
      encodeArtifact(artifactFromOnnx(file, SMALL));
    } catch (error) {
      assert(error instanceof FormatError, `${(error as Error).stack}`);
      assert(error.message.startsWith("Cannot read ONNX as ") && error.message.length < 300, error.message);
      end = error.message.split(":")[0]!;
    }
    seen.set(end, (seen.get(end) ?? 0) + 1);
  }
  assert(seen.size > 20, `${[...seen.keys()]}`);
  assert(seen.get("read")! > 100, "no file was read");
});

Deno.test("what a file claims makes no room", () => {
  const [field, text] = [
    (number: number, bytes: number[]) => [number * 8 + 2, ...varint(bytes.length), ...bytes],
    (word: string) => [...new TextEncoder().encode(word)],
  ];
  const opset = field(8, [16, 17]);
  const input = field(11, field(1, text("x")));
  const output = field(12, field(1, text("y")));
  const read = (graph: number[]) => artifactFromOnnx(Uint8Array.from([...opset, ...field(7, graph)]), SMALL);
  // A tensor of 2⁴⁰ rows of none, and of a length that no array has.
  const typed = field(11, [...field(1, text("x")), ...field(2, field(1, [8, 1]))]);
  const matrix = (dims: number[]) =>
    field(5, [...dims.flatMap((size) => [8, ...varint(size)]), 16, 1, ...field(8, text("w"))]);
  const product = field(1, [
    ...field(1, text("x")),
    ...field(1, text("w")),
    ...field(2, text("y")),
    ...field(4, text("MatMul")),
  ]);
  for (const dims of [[2 ** 40, 0], [2 ** 40, 2 ** 40], [5, 1]]) {
    const graph = [...typed, ...output, ...matrix(dims), ...product];
    assertThrows(() => read(graph), FormatError, "must have the bytes of its sizes");
  }
  assertThrows(() => read([...input, ...output]), FormatError, "must be float32 or float64");
  assertThrows(() => read(Array(5000).fill([10, 0]).flat()), FormatError, "at most 4096 nodes");
  // A message in itself is not followed.
  assertThrows(() => read(field(1, field(5, field(6, field(1, []))))), FormatError, "one input");
});

Deno.test("a tensor that is named again and again makes no room", () => {
  const field = (number: number, bytes: number[]) => [number * 8 + 2, ...varint(bytes.length), ...bytes];
  const text = (word: string) => [...new TextEncoder().encode(word)];
  const node = (op: string, output: string, ...inputs: string[]) =>
    field(1, [
      ...inputs.flatMap((name) => field(1, text(name))),
      ...field(2, text(output)),
      ...field(4, text(op)),
    ]);
  const value = (name: string) => [...field(1, text(name)), ...field(2, field(1, [8, 1]))];
  const deep = (layers: number) => {
    const nodes = Array.from({ length: layers }, (_, i) => [
      ...node("MatMul", `h${i}`, i === 0 ? "x" : `a${i - 1}`, "w"),
      ...node("Tanh", `a${i}`, `h${i}`),
    ]).flat();
    const weight = field(5, [8, 40, 8, 40, 16, 1, ...field(8, text("w")), ...field(9, Array(6400).fill(0))]);
    const last = field(5, [8, 40, 8, 1, 16, 1, ...field(8, text("v")), ...field(9, Array(160).fill(0))]);
    const ends = [...field(11, value("x")), ...field(12, value("y"))];
    const graph = [...nodes, ...node("MatMul", "y", `a${layers - 1}`, "v"), ...weight, ...last, ...ends];
    const file = Uint8Array.from([...field(8, [16, 17]), ...field(7, graph)]);
    return artifactFromOnnx(file, { ...SMALL, xDim: 38 });
  };
  // Exporters store equal tensors once.
  assertEquals((deep(3).spec as NetworkSpec).trunk, {
    kind: "mlp",
    hidden: [40, 40, 40],
    activation: "tanh",
  });
  assertThrows(() => deep(1000), FormatError, "its tensors must be used a few times at most");
});

function varint(value: number): number[] {
  return value < 128 ? [value] : [value % 128 + 128, ...varint(Math.floor(value / 128))];
}
