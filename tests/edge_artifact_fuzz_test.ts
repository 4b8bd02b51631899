// Thousands of spoiled files through what serves them: each is refused in a sentence, or answers.

// deno-lint-ignore-file no-console -- what was found by hand is printed

import { assert, assertEquals } from "@std/assert";
import {
  type Artifact,
  checkSpec,
  decodeSafetensors,
  drawNormal,
  encodeArtifact,
  encodeSafetensors,
  FormatError,
  key,
  type Spec,
  type Stream,
  stream,
} from "@likely/core";
import { handler, kernels, openSurrogate, type Surrogate } from "@likely/edge";
import { ace, nle, npe, nre, twoMoons } from "@likely/sbi";
import { DENSITIES, densityArtifact, MIXED } from "./_density_specs.ts";
import { wildWeights } from "./_wild_weights.ts";

/** More by hand: `FUZZ=100000 deno test -A tests/edge_artifact_fuzz_test.ts`. */
const FILES = Number(Deno.env.get("FUZZ") ?? 1500);
const SEED = Number(Deno.env.get("FUZZ_SEED") ?? 1);

const SMALL = { simulations: 300, maxEpochs: 2 } as const;
const task = twoMoons();
const trained = await Promise.all([
  npe(key(0), task, SMALL),
  nre(key(0), task, SMALL),
  nle(key(0), task, SMALL),
  ace(key(0), task, { ...SMALL, members: 2 }),
] as Promise<{ artifact: Artifact }>[]);
const FILES_OF = [
  ...trained.map(({ artifact }) => artifact),
  ...Object.values(DENSITIES).map((spec, i) => densityArtifact(spec, i)),
  ...Object.values(MIXED).map((spec, i) => densityArtifact(spec, i)),
].map(encodeArtifact);
for (const name of ["influenza", "drift_diffusion", "hodgkin_huxley"]) {
  FILES_OF.push(await Deno.readFile(new URL(`../prebuilt/${name}.safetensors`, import.meta.url)));
}

const pick = <T>(random: Stream, of: readonly T[]): T => of[Math.floor(random.uniform() * of.length)]!;
const below = (random: Stream, n: number) => Math.floor(random.uniform() * n);

// deno-fmt-ignore
const ODD: readonly unknown[] = [
  null, 0, -0, 1, -1, 2, 3, 0.5, 7, 64, 1000, 4096, 2 ** 24, 2 ** 31, 2 ** 53, -3, 1e-320, 1e-30, 1e30, 1e300,
  1.7976931348623157e308, "", "x", "NaN", "mlp", "resnet", "linear", "softplus", "theta", "uniform", "normal",
  "constructor", "__proto__", [], {}, [[]], [1], [null], true, false, "\ud800",
];
const NAMES = ["constructor", "__proto__", "toString", "length", "hasOwnProperty", "kind", "then", "data"];
const WILD = [NaN, Infinity, -Infinity, 3e38, -3e38, 1e20, -1e20, 1e-45, 0, 100];

/** Every place in a tree that has a value: what holds it, and its name there. */
function places(value: unknown, found: [Record<string, unknown>, string][] = []) {
  if (typeof value !== "object" || value === null) return found;
  for (const name of Object.keys(value).slice(0, 60)) {
    found.push([value as Record<string, unknown>, name]);
    places((value as Record<string, unknown>)[name], found);
  }
  return found;
}

/** Changes one thing in a tree. */
function bend(random: Stream, tree: unknown): void {
  const all = places(tree);
  if (all.length === 0) return;
  const [holder, name] = pick(random, all);
  const value = holder[name];
  switch (below(random, 5)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(name), 1);
      else delete holder[name];
      return;
    case 1:
      if (Array.isArray(holder)) return void holder.push(value);
      Object.defineProperty(holder, pick(random, NAMES), {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
      return;
    case 2:
      if (typeof value !== "number") return;
      holder[name] = value * pick(random, [-1, 0, 2, 1 + 1e-9, 1e10, 1e-10, 1e200]);
      return;
    case 3:
      holder[name] = structuredClone(pick(random, all)[0]);
      return;
    default:
      holder[name] = pick(random, ODD);
  }
}

interface Parts {
  tensors: Record<string, { shape: number[]; data: Float32Array<ArrayBuffer> }>;
  metadata: Record<string, string>;
}

const PRIORS = [
  { kind: "uniform", low: -1e300, high: 1e300 },
  { kind: "uniform", low: 0, high: 5e-324 },
  { kind: "normal", mean: 1e300, sd: 1e-300 },
  { kind: "normal", mean: 0, sd: 1e308 },
  { kind: "truncated_normal", mean: -1e5, sd: 1, low: 0 },
  { kind: "truncated_normal", mean: 0, sd: 1e-300, low: 1, high: 1 + 2 ** -52 },
  { kind: "log_normal", logMean: 700, logSd: 1e3 },
  { kind: "gamma", shape: 1e-300, rate: 1e-300 },
  { kind: "gamma", shape: 1e15, rate: 1e-300 },
  { kind: "exponential", rate: 1e-308 },
  { kind: "beta", a: 1e-300, b: 1e-300 },
  { kind: "beta", a: 1e12, b: 1e-12 },
];

const SPOILERS: Readonly<Record<string, (random: Stream, parts: Parts) => void>> = {
  numbers: (random, { tensors }) => {
    const { data } = tensors[pick(random, Object.keys(tensors))]!;
    for (let k = 0; k < 1 + below(random, 3); k++) data[below(random, data.length)] = pick(random, WILD);
  },
  "whole tensors": (random, { tensors }) => {
    const { data } = tensors[pick(random, Object.keys(tensors))]!;
    const by = pick(random, WILD);
    data.forEach((value, k) => data[k] = pick(random, [value, value, by]));
  },
  "all weights larger": (random, { tensors }) => {
    const by = pick(random, [10, 1e3, 1e6, 1e15, -1, 0]);
    for (const { data } of Object.values(tensors)) data.forEach((value, k) => data[k] = by * value);
  },
  shapes: (random, { tensors }) => {
    const name = pick(random, Object.keys(tensors));
    const one = tensors[name]!;
    const other = pick(random, [...Object.keys(tensors), ...NAMES, "member1/x"]);
    const change = below(random, 4);
    if (change === 0) delete tensors[name];
    if (change === 1) tensors[name] = { ...one, shape: one.shape.toReversed() };
    if (change === 2) tensors[name] = { shape: [one.data.length], data: one.data };
    if (change === 3) Object.defineProperty(tensors, other, { value: one, enumerable: true, writable: true });
  },
  parts: (random, { metadata }) => {
    const name = pick(random, Object.keys(metadata));
    const change = below(random, 4);
    if (change === 0) delete metadata[name];
    if (change === 1) {
      metadata[name] = pick(random, ["", "null", "[]", "{}", "NaN", "1e999", "[".repeat(9999)]);
    }
    if (change === 2) metadata[name] = metadata[pick(random, Object.keys(metadata))]!;
    if (change === 3) {
      metadata.kind = pick(random, ["ratio", "likelihood", "posterior", "cost", "constructor"]);
    }
  },
  // Another spec, and weights that fit it.
  specs: (random, parts) => {
    const spec = JSON.parse(parts.metadata.spec!);
    for (let k = 0; k < 1 + below(random, 2); k++) bend(random, spec);
    parts.metadata.spec = JSON.stringify(spec);
    try {
      checkSpec(spec);
      const small = JSON.stringify(spec).match(/\d{4,}/) === null;
      if (small) parts.tensors = wildWeights(key(below(random, 99)), spec as Spec) as Parts["tensors"];
    } catch {
      // Then it is refused below, too.
    }
  },
  priors: (random, { metadata }) => {
    const prior = JSON.parse(metadata.prior!);
    if (prior.kind === "independent" && random.uniform() < 0.7) {
      pick<{ marginal: unknown }>(random, prior.parameters).marginal = pick(random, PRIORS);
    } else bend(random, prior);
    metadata.prior = JSON.stringify(prior);
  },
  ends: (random, { metadata }) => {
    // A posterior's ends are its prior's: both are moved.
    const [prior, scaling] = [JSON.parse(metadata.prior!), JSON.parse(metadata.scaling!)];
    const low = pick(random, [-1e300, -1, 0, 1e-300, 1e300]);
    const high = pick(random, [1e-320, 1, 1e300, 1.7e308]);
    const dim = scaling.theta.mean.length;
    prior.kind = "independent";
    prior.parameters = Array.from({ length: dim }, (_, j) => ({
      name: `p${j}`,
      marginal: { kind: "uniform", low, high },
    }));
    scaling.theta = { ...scaling.theta, log: Array(dim).fill(low), upper: Array(dim).fill(high) };
    metadata.prior = JSON.stringify(prior);
    metadata.scaling = JSON.stringify(scaling);
  },
  ...Object.fromEntries(
    ["scaling", "provenance", "reference", "others"].map((part) =>
      [part, (random, { metadata }) => {
        if (metadata[part] === undefined) return;
        const tree = JSON.parse(metadata[part]);
        for (let k = 0; k < 1 + below(random, 3); k++) bend(random, tree);
        metadata[part] = JSON.stringify(tree);
      }] as [string, (random: Stream, parts: Parts) => void]
    ),
  ),
};

/** A file that was one. */
function spoiled(random: Stream, file: Uint8Array<ArrayBuffer>): [how: string, Uint8Array<ArrayBuffer>] {
  if (random.uniform() < 0.15) {
    const bytes = random.uniform() < 0.2 ? file.slice(0, below(random, file.length)) : file.slice();
    const within = pick(random, [8, 3000, bytes.length]);
    for (let k = 0; k < 1 + below(random, 4); k++) bytes[below(random, within)]! ^= 1 << below(random, 8);
    return ["bytes", bytes];
  }
  const { tensors, metadata } = structuredClone(decodeSafetensors(file)) as Parts;
  const how = pick(random, Object.keys(SPOILERS));
  const parts = { tensors, metadata };
  SPOILERS[how]!(random, parts);
  try {
    return [how, encodeSafetensors(parts.tensors, parts.metadata)];
  } catch {
    // Nothing that a file could say.
    return ["bytes", file.slice(8)];
  }
}

/** What is asked of whatever opens. */
function questions(random: Stream, { artifact }: Surrogate): [path: string, body?: unknown][] {
  const { xDim } = artifact.spec;
  const x = Array.from({ length: xDim }, () => pick(random, [0, 1, 0.3, -2, 1e3, -1e30, 1e300]));
  const dim = artifact.scaling.theta.mean.length;
  const theta = [1, 1e30].map((scale) => Array.from({ length: dim }, () => scale * drawNormal(random)));
  const beta = artifact.kind === "cost" ? { beta: pick(random, [1, 1e6]) } : {};
  return [
    ["/"],
    ["/openapi.json"],
    ["/posterior", { x, draws: 8, ...beta, return: ["draws", "summary"], seed: below(random, 9) }],
    ["/log-density", { x, theta, ...beta }],
    ["/log-density", { x: [x, x], theta, ...beta }],
  ];
}

/** Bytes of this test alone: what the process holds belongs to those beside it, too. */
function held(): number {
  const { external, heapUsed } = Deno.memoryUsage();
  return external + heapUsed;
}

const MILLISECONDS = 1000;
/** Over its limit a request may be by a run of a program, and what a busy machine adds. */
const SLACK = 9000;

Deno.test(`${FILES} spoiled files are refused in a sentence or answer with 2xx and 4xx`, async () => {
  const random = stream(key(SEED));
  const counts: Record<string, number> = {};
  const count = (what: string) => counts[what] = (counts[what] ?? 0) + 1;
  const memory: number[] = [];
  for (let i = 0; i < FILES; i++) {
    const file = pick(random, FILES_OF);
    const [how, bytes] = spoiled(random, file);
    const where = `file ${i}, ${how}`;
    if (i % Math.ceil(FILES / 3) === 0) memory.push(held());
    let surrogate: Surrogate;
    try {
      surrogate = await openSurrogate(bytes, kernels);
    } catch (error) {
      assert(
        error instanceof FormatError || error instanceof TypeError,
        `${where}: ${(error as Error).stack}`,
      );
      assert(/^Cannot .* as |^Cannot read an artifact: /s.test(error.message), `${where}: ${error.message}`);
      count("refused");
      continue;
    }
    count(how);
    const told: unknown[] = [];
    const answer = handler(surrogate, {
      limits: { milliseconds: MILLISECONDS },
      sampling: { chains: 1, warmup: 5 },
      onError: (error) => told.push(error),
    });
    for (const [path, body] of questions(random, surrogate)) {
      const began = performance.now();
      const response = await answer(
        new Request(`http://localhost${path}`, {
          ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
          headers: { "content-type": "application/json" },
        }),
      );
      const text = await response.text();
      const took = performance.now() - began;
      const asked = `${where}: ${path} ${JSON.stringify(body)}`;
      assertEquals(told.map((error) => (error as Error).stack), [], asked);
      assert(response.status >= 200 && response.status < 500, `${asked}: ${response.status}`);
      assert(took < MILLISECONDS + SLACK, `${asked}: ${response.status} after ${took} ms`);
      JSON.parse(text);
      count(`status ${response.status}`);
    }
  }
  memory.push(held());
  if (FILES > 10_000) console.log(counts, memory.map((bytes) => Math.round(bytes / 1e6)), "MB");
  // Collected when the collector pleases: what stays is what grows beyond that.
  const [, second, third, end] = memory as [number, number, number, number];
  assert(end < Math.max(second, third) + 250e6, memory.join(", "));
  // Every way of spoiling was met by something that opened, and files were refused.
  for (const what of [...Object.keys(SPOILERS), "bytes", "refused", "status 200", "status 422"]) {
    assert(counts[what]! > 0, `${what}: ${JSON.stringify(counts)}`);
  }
});
