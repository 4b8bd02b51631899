import { assertThrows } from "@std/assert";
import { checkSpec } from "./check_spec.ts";

const MLP = { kind: "mlp", hidden: [10, 10], activation: "silu" };
const GOOD = { kind: "network", thetaDim: 2, xDim: 12, trunk: MLP, head: { kind: "linear" } };
const SET = { kind: "set", element: 3, each: [4], pool: "mean", hidden: [], out: 2, activation: "tanh" };
const CONV = {
  kind: "conv",
  size: [3, 4],
  channels: 1,
  filters: [2],
  kernel: 3,
  pool: 2,
  out: 2,
  activation: "relu",
};
const DENSE = { kind: "dense", hidden: [], out: 2, activation: "relu" };
const QUADRATIC = { kind: "quadratic", weights: new Array(12).fill(1), scale: 2 };
const ABSOLUTE = { kind: "absolute", weights: new Array(12).fill(1) };
const FEATURES = { element: 2, frequencies: [[1, 2], [1, 2]], mean: "of_products" };
const FOURIER = { ...QUADRATIC, weights: new Array(16).fill(1), features: FEATURES };
const SIDES = { thetaDim: 2, xDim: 12, target: "theta" };
const MDN = { kind: "mdn", ...SIDES, components: 5, trunk: MLP };
const MAF = { kind: "maf", ...SIDES, transforms: 5, hidden: [50, 50], activation: "silu" };
const NSF = { kind: "nsf", ...SIDES, transforms: 5, bins: 8, span: 5, trunk: MLP };
type Class = new (message: string) => Error;

const LEGAL: Readonly<Record<string, unknown>> = {
  "a plain network": GOOD,
  "a linear network": { ...GOOD, trunk: { ...MLP, hidden: [] } },
  "a residual network": { ...GOOD, trunk: { kind: "resnet", blocks: 3, width: 64, activation: "relu" } },
  "a quadratic head": { ...GOOD, head: QUADRATIC },
  "a quadratic head on features": { ...GOOD, head: FOURIER },
  "an absolute head": { ...GOOD, head: ABSOLUTE },
  "a softplus head": { ...GOOD, head: { kind: "softplus", scale: 2.5 } },
  "a dense embedding": { ...GOOD, embedding: DENSE },
  "a set embedding": { ...GOOD, embedding: SET },
  "an image embedding": { ...GOOD, embedding: CONV },
  "a line embedding": { ...GOOD, embedding: { ...CONV, size: [12] } },
  "a mixture": MDN,
  "a mixture of linear means": { ...MDN, trunk: { ...MLP, hidden: [] } },
  "a masked flow": MAF,
  "a masked flow without hidden layers": { ...MAF, hidden: [] },
  "a flow of splines": NSF,
  "a density of x": { ...NSF, target: "x" },
  "a density of theta given an embedded set": { ...MAF, embedding: SET },
  "a density of x given embedded theta": { ...MAF, target: "x", embedding: DENSE },
};

const ILLEGAL: readonly [name: string, spec: unknown, error: Class, says: string][] = [
  [
    "a set whose layer makes too many numbers of a row",
    { ...GOOD, xDim: 30_000, embedding: { ...SET, each: [4, 2000] } },
    RangeError,
    "must make at most 16777216 numbers of a row: current value is 20000000",
  ],
  [
    "a grid whose layer does",
    { ...GOOD, xDim: 250_000, embedding: { ...CONV, size: [500, 500], filters: [2, 300] } },
    RangeError,
    "must make at most 16777216 numbers of a row: current value is 18750000",
  ],
  ["nothing", null, TypeError, "spec must be an object"],
  ["a list", [], TypeError, "spec must be an object"],
  ["an unknown kind", { ...GOOD, kind: "flow" }, TypeError, '"flow"'],
  ["no trunk", { ...GOOD, trunk: undefined }, TypeError, "spec.trunk"],
  ["a fractional width", { ...GOOD, trunk: { ...MLP, hidden: [1.5] } }, RangeError, "hidden[0]"],
  ["a width in quotes", { ...GOOD, trunk: { ...MLP, hidden: ["8"] } }, RangeError, "hidden[0]"],
  [
    "widths that are no list",
    { ...GOOD, trunk: { ...MLP, hidden: { length: 1 } } },
    TypeError,
    "spec.trunk.hidden",
  ],
  [
    "an unknown activation",
    { ...GOOD, trunk: { ...MLP, activation: "gelu" } },
    TypeError,
    "silu, tanh, relu",
  ],
  ["no theta", { ...GOOD, thetaDim: 0 }, RangeError, "thetaDim"],
  ["a scale of zero", { ...GOOD, head: { kind: "softplus", scale: 0 } }, RangeError, "spec.head.scale"],
  ["too few weights", { ...GOOD, head: { ...QUADRATIC, weights: [1] } }, TypeError, "length 12"],
  ["no weights", { ...GOOD, head: { ...QUADRATIC, weights: undefined } }, TypeError, "a list"],
  [
    "a weight of zero",
    { ...GOOD, head: { ...QUADRATIC, weights: new Array(12).fill(0) } },
    RangeError,
    "weights[0]",
  ],
  ["features that are not counted", { ...GOOD, head: { ...FOURIER, weights: [1] } }, TypeError, "length 16"],
  [
    "features of half an element",
    { ...GOOD, head: { ...FOURIER, features: { ...FEATURES, element: 5 } } },
    RangeError,
    "12 is not 10",
  ],
  [
    "ragged frequencies",
    { ...GOOD, head: { ...FOURIER, features: { ...FEATURES, frequencies: [[1, 2], [1]] } } },
    TypeError,
    "2 lists of one length",
  ],
  [
    "a frequency of zero",
    { ...GOOD, head: { ...FOURIER, features: { ...FEATURES, frequencies: [[1, 2], [1, 0]] } } },
    RangeError,
    "frequencies[3]",
  ],
  ["no height", { ...GOOD, head: { ...QUADRATIC, scale: NaN } }, RangeError, "spec.head.scale"],
  ["a paraboloid in an embedding", { ...GOOD, embedding: DENSE, head: QUADRATIC }, TypeError, "dense"],
  [
    "absolute differences in no column",
    { ...GOOD, head: { ...ABSOLUTE, weights: [] } },
    TypeError,
    "length 12",
  ],
  ["absolute differences without weights", { ...GOOD, head: { kind: "absolute" } }, TypeError, "a list"],
  [
    "a negative weight",
    { ...GOOD, head: { ...ABSOLUTE, weights: [-1, ...new Array(11).fill(1)] } },
    RangeError,
    "weights[0]",
  ],
  [
    "absolute differences of an embedding",
    { ...GOOD, embedding: DENSE, head: ABSOLUTE },
    TypeError,
    "kind absolute",
  ],
  ["a null embedding", { ...GOOD, embedding: null }, TypeError, "spec.embedding"],
  ["elements that do not fill x", { ...GOOD, embedding: { ...SET, element: 5 } }, RangeError, "12 is not 10"],
  ["an element wider than x", { ...GOOD, embedding: { ...SET, element: 24 } }, RangeError, "12 is not 24"],
  ["nothing pooled", { ...GOOD, embedding: { ...SET, each: [] } }, TypeError, "each"],
  ["an unknown pool", { ...GOOD, embedding: { ...SET, pool: "max" } }, TypeError, "pool"],
  [
    "a grid that does not fill x",
    { ...GOOD, embedding: { ...CONV, channels: 2 } },
    RangeError,
    "12 is not 24",
  ],
  ["an even kernel", { ...GOOD, embedding: { ...CONV, kernel: 2 } }, RangeError, "odd"],
  ["three dimensions", { ...GOOD, embedding: { ...CONV, size: [2, 2, 3] } }, TypeError, "size"],
  ["pooling to nothing", { ...GOOD, embedding: { ...CONV, filters: [2, 2] } }, RangeError, "leave a cell"],
  ["gigabytes", { ...GOOD, trunk: { ...MLP, hidden: [2 ** 16, 2 ** 16] } }, RangeError, "number of weights"],
  ["a density of nothing", { ...MAF, target: undefined }, TypeError, "spec.target must be one of theta, x"],
  ["a density without theta", { ...MDN, thetaDim: 0 }, RangeError, "spec.thetaDim"],
  ["a density of a whole image", { ...NSF, target: "x", xDim: 5000 }, RangeError, "spec.xDim"],
  ["a mixture of nothing", { ...MDN, components: 0 }, RangeError, "spec.components"],
  ["endless components", { ...MDN, components: 2 ** 24 }, RangeError, "number of weights"],
  ["a mixture without a trunk", { ...MDN, trunk: undefined }, TypeError, "spec.trunk"],
  ["no transforms", { ...MAF, transforms: 0 }, RangeError, "spec.transforms"],
  ["endless transforms", { ...NSF, transforms: 1e9 }, RangeError, "spec.transforms"],
  ["a masked flow of no layers", { ...MAF, hidden: undefined }, TypeError, "spec.hidden"],
  ["a masked flow of an unknown activation", { ...MAF, activation: "elu" }, TypeError, "spec.activation"],
  ["splines without bins", { ...NSF, bins: 0.5 }, RangeError, "spec.bins"],
  ["splines of a thousand bins", { ...NSF, bins: 1000 }, RangeError, "spec.bins"],
  ["splines without a span", { ...NSF, span: Infinity }, RangeError, "spec.span"],
  [
    "theta that does not fill its embedding",
    { ...MAF, target: "x", embedding: SET },
    RangeError,
    "2 is not 3",
  ],
  [
    "endless blocks",
    {
      ...GOOD,
      trunk: { kind: "resnet", blocks: 1e9, width: 2, activation: "relu" },
    },
    RangeError,
    "blocks",
  ],
];

for (const [name, spec] of Object.entries(LEGAL)) {
  Deno.test(`checkSpec() accepts ${name}`, () => checkSpec(spec));
}

for (const [name, spec, error, says] of ILLEGAL) {
  Deno.test(`checkSpec() refuses ${name}`, () => {
    assertThrows(() => checkSpec(spec), error, says);
  });
}
