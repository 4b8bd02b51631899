// The density estimator of `likely train --method npe` and `nle`, from the command line.

import type { EstimatorSpec } from "@likely/sbi";
import type { Arguments, Option } from "./_options.ts";

const NETS = ["mdn", "maf", "nsf"] as const;
/** Hidden layers, and their width, of each where nothing is said. */
const SIZES = { mdn: [2, 64], maf: [1, 50], nsf: [2, 32] } as const;
const BINS = 8;
const SPAN = 4;

/** The options that say which. */
export const ESTIMATOR_OPTIONS: Readonly<Record<string, Option>> = {
  net: {
    value: "name",
    help: "the density: mdn (a mixture), maf or nsf (flows); by default by how many numbers it is of",
    with: ["method", "npe", "nle"],
  },
  transforms: { value: "number", help: "of a flow; by default 4", with: ["net", "maf", "nsf"] },
  components: { value: "number", help: "of a mixture; by default 8", with: ["net", "mdn"] },
};

/** Reads them; undefined is what the library does by default. */
export function readEstimator(args: Arguments): EstimatorSpec | undefined {
  const kind = args.choice("net", NETS);
  const transforms = args.integer("transforms", 1) ?? 4;
  if (kind === undefined) {
    const size = ["width", "layers"].find((name) => args.has(name));
    if (size) args.refuse(`--${size} must come with --net, for npe and nle: there is none`);
    return undefined;
  }
  const [layers, width] = SIZES[kind];
  const hidden = Array<number>(args.integer("layers", 1) ?? layers).fill(args.integer("width", 1) ?? width);
  const activation = "silu";
  if (kind === "maf") return { kind, transforms, hidden, activation };
  const trunk = { kind: "mlp", hidden, activation } as const;
  return kind === "nsf"
    ? { kind, transforms, bins: BINS, span: SPAN, trunk }
    : { kind, components: args.integer("components", 1) ?? 8, trunk };
}
