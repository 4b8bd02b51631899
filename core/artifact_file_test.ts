import { assert, assertEquals, assertThrows } from "@std/assert";
import { DENSITIES, densityArtifact } from "../tests/_density_specs.ts";
import type { Artifact } from "./artifact.ts";
import { decodeArtifact, encodeArtifact } from "./artifact_file.ts";
import { ensemble } from "./ensemble.ts";
import { FormatError } from "./errors.ts";
import { independent } from "./independent.ts";
import { initWeights } from "./init_weights.ts";
import { bits, key } from "./key.ts";
import { logNormal } from "./log_normal.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import type { NetworkSpec } from "./spec.ts";
import { uniform } from "./uniform.ts";

const spec: NetworkSpec = {
  kind: "network",
  thetaDim: 2,
  xDim: 3,
  embedding: { kind: "dense", hidden: [5], out: 4, activation: "tanh" },
  trunk: { kind: "resnet", blocks: 1, width: 6, activation: "silu" },
  head: { kind: "softplus", scale: 0.1 },
};

const artifact: Artifact = {
  kind: "cost",
  spec,
  weights: initWeights(key(1), spec),
  prior: independent({ "β": uniform(0, 1 / 3), scale: logNormal(0, 1) }).spec,
  scaling: {
    theta: { mean: [0.1, 1e-300], std: [1 / 3, 5e-324], log: [null, -0.5] },
    x: { mean: [1, 2, 3], std: [4, 5, 1.7976931348623157e308] },
  },
  provenance: {
    simulator: 'a "quoted" name\n',
    simulations: 1e6,
    failed: 3,
    key: "00000000:0000002a",
    loss: { name: "cost", options: { exponent: 1, sliced: true, kind: "l1" } },
    engine: "tensor",
    versions: { "@likely/core": "0.1.0" },
    training: { loss: 0.25, epochs: 12 },
  },
};

/** The file with its metadata, parsed, changed. */
function edited(change: (metadata: Record<string, string>) => void): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(encodeArtifact(artifact));
  const copy = { ...metadata };
  change(copy);
  return encodeSafetensors(tensors, copy);
}

/** The file with one JSON part changed. */
function editedPart(part: string, change: (value: Record<string, never>) => void): Uint8Array {
  return edited((metadata) => {
    const value = JSON.parse(metadata[part]!);
    change(value);
    metadata[part] = JSON.stringify(value);
  });
}

function assertRefused(bytes: Uint8Array, why: string): void {
  assertThrows(() => decodeArtifact(bytes), FormatError, why);
}

Deno.test("an artifact reads back as it was written, to the last bit", () => {
  const back = decodeArtifact(encodeArtifact(artifact));
  assertEquals(back, artifact);
  assertEquals(Object.keys(back.weights), Object.keys(artifact.weights));
  for (const kind of ["ratio", "likelihood", "cost"] as const) {
    assertEquals(decodeArtifact(encodeArtifact({ ...artifact, kind })).kind, kind);
  }
});

Deno.test("the order of the weights in the object or in the file does not matter", () => {
  const weights = Object.fromEntries(Object.entries(artifact.weights).reverse());
  assertEquals(encodeArtifact({ ...artifact, weights }), encodeArtifact(artifact));
  const { metadata } = decodeSafetensors(encodeArtifact(artifact));
  const back = decodeArtifact(encodeSafetensors(weights, metadata));
  assertEquals(Object.keys(back.weights), Object.keys(artifact.weights));
});

Deno.test("decodeArtifact() refuses another format, another kind, or none", () => {
  assertRefused(edited((m) => void (m["likely.format"] = "2")), 'must be "1": current value is "2"');
  assertRefused(edited((m) => void delete m["likely.format"]), "current value is undefined");
  assertRefused(edited((m) => void (m.kind = "oracle")), '"oracle"');
  assertRefused(edited((m) => void delete m.kind), "kind");
});

Deno.test("decodeArtifact() refuses a missing or broken part, and says which", () => {
  for (const part of ["spec", "prior", "scaling", "provenance"]) {
    assertRefused(edited((m) => void delete m[part]), `"${part}"`);
    for (const text of ["null", "[]", "3", "{}", "{", "[".repeat(200_000)]) {
      assertRefused(edited((m) => void (m[part] = text)), "Cannot read an artifact");
    }
  }
});

Deno.test("decodeArtifact() refuses weights that are not those of the spec", () => {
  const { metadata } = decodeSafetensors(encodeArtifact(artifact));
  const [first = "", ...others] = Object.keys(artifact.weights);
  const weight = artifact.weights[first]!;
  const withFirst = (value: typeof weight) =>
    encodeSafetensors({ ...artifact.weights, [first]: value }, metadata);
  assertRefused(withFirst({ ...weight, shape: [...weight.shape].reverse() }), `"${first}" must have shape`);
  assertRefused(withFirst({ shape: [0], data: new Float32Array() }), `"${first}" must have shape`);
  for (const value of [NaN, Infinity]) {
    const data = weight.data.slice();
    data[1] = value;
    assertRefused(withFirst({ ...weight, data }), `weight "${first}" must be finite: number 1 is ${value}`);
  }
  const rest = Object.fromEntries(others.map((name) => [name, artifact.weights[name]!]));
  assertRefused(encodeSafetensors(rest, metadata), `"${first}" must have shape`);
  assertRefused(encodeSafetensors({ ...artifact.weights, extra: weight }, metadata), '"extra"');
});

Deno.test("decodeArtifact() refuses a scaling or a prior that does not fit the spec", () => {
  const scaling = (change: (value: Record<"theta" | "x", { mean: unknown[]; std: unknown[] }>) => void) =>
    editedPart("scaling", change as never);
  assertRefused(scaling(({ theta }) => void theta.mean.push(1)), "scaling.theta.mean must have length 2");
  assertRefused(scaling(({ x }) => void x.std.pop()), "scaling.x.std must have length 3");
  const withLog = editedPart(
    "scaling",
    ((value: { theta: { log: unknown[] } }) => value.theta.log.pop()) as never,
  );
  assertRefused(withLog, "scaling.theta.log must have length 2");
  const folded = (fold: unknown) => scaling(({ x }) => void Object.assign(x, { fold }));
  assertRefused(folded([null]), "scaling.x.fold must have length 3");
  assertRefused(folded([null, { at: 0, unit: 0 }, null]), "scaling.x.fold.1.unit");
  assertRefused(folded([null, { at: "0", unit: 1 }, null]), "scaling.x.fold.1.at");
  for (const bad of [0, -1, null, "1"]) {
    assertRefused(scaling(({ x }) => void (x.std[1] = bad)), "scaling.x.std.1");
  }
  assertRefused(
    editedPart("prior", (prior: { parameters?: unknown[] }) => void prior.parameters!.pop()),
    "the prior must have length 2",
  );
  assertRefused(edited((m) => void (m.prior = m.prior!.replace("uniform", "vague"))), '"vague"');
});

Deno.test("decodeArtifact() refuses a spec of gigabytes without allocating them", () => {
  const huge = { ...spec, trunk: { kind: "mlp", hidden: [2 ** 24, 2 ** 24], activation: "silu" } };
  assertRefused(edited((m) => void (m.spec = JSON.stringify(huge))), "its number of weights");
  const large = { ...spec, trunk: { kind: "mlp", hidden: [2 ** 13, 2 ** 13], activation: "silu" } };
  assertRefused(edited((m) => void (m.spec = JSON.stringify(large))), "must have shape");
});

Deno.test("encodeArtifact() writes nothing that decodeArtifact() would refuse", () => {
  const weights = { ...artifact.weights };
  const [name = ""] = Object.keys(weights);
  weights[name] = { ...weights[name]!, data: weights[name]!.data.map(() => NaN) };
  assertThrows(() => encodeArtifact({ ...artifact, weights }), RangeError, "must be finite");
  assertThrows(() => encodeArtifact({ ...artifact, kind: "oracle" as never }), TypeError, "kind");
  const scaling = { ...artifact.scaling, x: { mean: [0], std: [1] } };
  assertThrows(() => encodeArtifact({ ...artifact, scaling }), TypeError, "scaling.x.mean");
});

Deno.test("a file cut short or with flipped bits is read or refused, and nothing else", () => {
  for (const whole of [artifact, DENSITY]) refuseDamage(encodeArtifact(whole));
});

function refuseDamage(file: Uint8Array): void {
  const words = bits(key(7), 3 * 2000);
  let refused = 0;
  for (let i = 0; i < 2000; i++) {
    const [where = 0, bit = 0, mode = 0] = words.subarray(3 * i, 3 * i + 3);
    const length = mode % 4 === 0 ? where % file.length : file.length;
    const bytes = file.slice(0, length);
    // Most flips in the header, where they hurt; some in the length before it.
    if (length === file.length) bytes[where % [8, 1200, 1200, file.length][mode % 4]!]! ^= 1 << bit % 8;
    try {
      decodeArtifact(bytes);
    } catch (error) {
      assert(error instanceof FormatError, `${error}`);
      refused++;
    }
  }
  assert(refused > 1000, `only ${refused} of 2000 were refused`);
}

Deno.test("a reference of the training data comes back, or is refused if it does not fit", () => {
  const cloud = (dim: number) => ({
    low: new Array(dim).fill(-1),
    step: new Array(dim).fill(0.5),
    codes: btoa("\x00\xff\x01".repeat(dim)),
    distances: [0, 0.25, 3],
  });
  const whole: Artifact = { ...artifact, reference: { x: cloud(3), embedded: cloud(4) } };
  assertEquals(decodeArtifact(encodeArtifact(whole)), whole);
  assertEquals(decodeArtifact(encodeArtifact({ ...artifact, reference: {} })).reference, {});
  const bad = [
    { x: cloud(4) },
    { embedded: cloud(3) },
    { x: { ...cloud(3), codes: btoa("four") } },
    { x: { ...cloud(3), codes: "" } },
    { x: { ...cloud(3), codes: "no base64!" } },
    { x: { ...cloud(3), distances: [2, 1] } },
    { x: { ...cloud(3), step: [1, 1, -1] } },
  ];
  for (const reference of bad) {
    assertThrows(() => encodeArtifact({ ...artifact, reference }), TypeError, "Cannot write an artifact");
    assertRefused(
      edited((metadata) => metadata.reference = JSON.stringify(reference)),
      "Cannot read an artifact",
    );
  }
});

const DENSITY: Artifact = {
  ...artifact,
  ...densityArtifact({ ...DENSITIES["a masked flow of two"]!, xDim: 3 }),
  prior: artifact.prior,
  scaling: {
    ...artifact.scaling,
    theta: { mean: [0.1, -1], std: [1, 2], log: [0, 0], upper: [1 / 3, null] },
  },
};

Deno.test("a posterior reads back, and its ends are the prior's", () => {
  assertEquals(decodeArtifact(encodeArtifact(DENSITY)), DENSITY);
  const { theta, x } = DENSITY.scaling;
  for (const ends of [{ log: [0, 0] }, { log: [0, 0], upper: [0.5, null] }, {}, { upper: [1 / 3, null] }]) {
    const scaling = { theta: { mean: theta.mean, std: theta.std, ...ends }, x };
    assertThrows(() => encodeArtifact({ ...DENSITY, scaling }), RangeError, "the ends of the prior: column");
  }
});

Deno.test("what a network's output means follows from its kind", () => {
  const ofX = densityArtifact({ ...DENSITIES["a masked flow of x"]!, thetaDim: 2, xDim: 3 });
  const likelihood: Artifact = { ...artifact, ...ofX, prior: artifact.prior, scaling: artifact.scaling };
  assertEquals(decodeArtifact(encodeArtifact(likelihood)), likelihood);
  for (
    const [bad, says] of [
      [{ ...likelihood, kind: "posterior" }, "kind must be likelihood for a density of x"],
      [{ ...DENSITY, kind: "likelihood" }, "kind must be posterior for a density of theta"],
      [{ ...artifact, kind: "posterior" }, "kind must be ratio, likelihood, cost for a network"],
    ] as const
  ) assertThrows(() => encodeArtifact(bad), TypeError, says);
});

Deno.test("decodeArtifact() refuses ends that are none, and weights that look ahead", () => {
  const withTheta = (change: object) => ({
    ...artifact,
    scaling: { ...artifact.scaling, theta: { mean: [0, 0], std: [1, 1], ...change } },
  });
  assertThrows(
    () => encodeArtifact(withTheta({ upper: [1] })),
    TypeError,
    "scaling.theta.upper must have length 2",
  );
  assertThrows(
    () => encodeArtifact(withTheta({ log: [1, 2], upper: [2, 2] })),
    RangeError,
    "log < upper: column 1",
  );
  const name = "transform0/skip/weight";
  const { shape, data } = DENSITY.weights[name]!;
  const ahead = { ...DENSITY.weights, [name]: { shape, data: data.map((w, i) => i === 0 ? 1 : w) } };
  assertThrows(
    () => encodeArtifact({ ...DENSITY, weights: ahead }),
    RangeError,
    "must be 0 where it is masked",
  );
});

Deno.test("losses of very many epochs are arrays in the file, of members too", () => {
  const curve = (start: number) =>
    Array.from({ length: 150_000 }, (_, i) => Math.fround(Math.sin(start + i)));
  const trained = (start: number): Artifact => {
    const history = {
      train: curve(start),
      validation: curve(start + 1),
      termWeights: curve(2).map((w) => [w, 1]),
    };
    return {
      ...artifact,
      provenance: { ...artifact.provenance, training: { loss: 0.25, epochs: 150_000, history } },
    };
  };
  const all = ensemble([trained(0), trained(7)]);
  const file = encodeArtifact(all);
  assertEquals(decodeArtifact(file), all);
  assertEquals(encodeArtifact(decodeArtifact(file)), file);
});
