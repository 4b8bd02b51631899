// Which network was trained, and why, in words.

import { densityWidths, type EmbeddingSpec, type Spec, type TrunkSpec } from "@likely/core";
import { densityEstimator } from "./density_estimator.ts";
import { ratioNetwork } from "./ratio_network.ts";

/** What the user chose. */
export interface Chosen {
  readonly network: boolean;
  readonly embedding: boolean;
}

/** Says what network it is, and what it was chosen by. */
export function networkChoice(spec: Spec, chosen: Chosen): string {
  const network = spec.kind === "network" ? trunkText(spec.trunk) : densityText(spec);
  const by = chosen.network ? "as asked for" : reasonOf(spec);
  return [`${network}, ${by}`, ...embeddingText(spec, chosen)].join("; ");
}

function trunkText(trunk: TrunkSpec): string {
  return trunk.kind === "mlp"
    ? `layers of ${trunk.hidden.join("-") || "nothing"}`
    : `${trunk.blocks} residual blocks of ${trunk.width}`;
}

function densityText(spec: Exclude<Spec, { readonly kind: "network" }>): string {
  switch (spec.kind) {
    case "mdn":
      return `a mixture of ${spec.components} Gaussians`;
    case "maf":
      return `a flow of ${spec.transforms} masked transforms`;
    case "nsf":
      return `a flow of ${spec.transforms} spline transforms`;
    case "categorical":
      return `shares of ${spec.categories} categories by ${trunkText(spec.trunk)}`;
    case "mixed": {
      const { choice, numbers } = spec;
      const given = numbers && `, and of the numbers given them ${densityText(numbers)}`;
      return densityText(choice) + (given ?? "");
    }
    default:
      return spec satisfies never;
  }
}

function reasonOf(spec: Spec): string {
  if (spec.kind === "network") {
    return spec.head.kind === "linear" ? "the usual one for ratios" : "the usual one for costs";
  }
  if (spec.kind === "mixed") return "as some columns are categories";
  const { target } = densityWidths(spec);
  if (spec.kind !== "nsf") return `as it is of ${counted(target)}, a target too wide for splines`;
  const { thetaDim, xDim, target: side } = spec;
  return densityEstimator({ thetaDim, xDim, target: side }).kind === "nsf"
    ? `as it is of ${counted(target)}, a target narrow enough for splines`
    : `as each of its ${counted(target)} ends at both sides`;
}

function counted(width: number): string {
  return width === 1 ? "1 number" : `${width} numbers`;
}

function embeddingText(spec: Spec, chosen: Chosen): string[] {
  const { embedding } = spec;
  if (!embedding) return [];
  const side = spec.kind !== "network" && spec.target === "x" ? "theta" : "x";
  const by = chosen.embedding ? "as asked for" : embeddingReason(spec, embedding);
  return [`${side} embedded ${EMBEDDED[embedding.kind]} to ${embedding.out}, ${by}`];
}

/** Wide x is embedded before any network; splines share what they see of a narrow condition. */
function embeddingReason(spec: Spec, { kind }: EmbeddingSpec): string {
  const { xDim } = spec;
  if (kind === "conv") return `as x has ${counted(xDim)} of which neighbours are alike`;
  const isWide = ratioNetwork(spec).embedding !== undefined;
  return spec.kind === "network" || spec.target === "theta" && isWide
    ? `as x has ${counted(xDim)}`
    : "which its transforms share";
}

const EMBEDDED = { dense: "by dense layers", set: "as a set", conv: "by convolutions" } as const;
