// What is trained on levels: network, loss and units by method, from the rows of all levels together.

import {
  type Artifact,
  asPoints,
  type Dataset,
  type Distance,
  gatherRows,
  type Key,
  type Loss,
  mean,
  mseDistance,
  type Points,
  points,
  type Scaling,
  type Spec,
  split,
  standardisation,
  stream,
  supportEnds,
  unitHead,
  UnsupportedError,
} from "@likely/core";
import { amortisedCost, bce, nll } from "@likely/losses";
import type { AlignOptions, LevelRows } from "@likely/multilevel";
import { scalingFor } from "@likely/surrogates";
import { costHead } from "./_cost_head.ts";
import { inferredColumns, longTailed } from "./_inferred_columns.ts";
import { logColumns } from "./_log_columns.ts";
import type { KnownPrior } from "./_require_pairs.ts";
import { isWalled } from "./_train_density.ts";
import { densityEstimator } from "./density_estimator.ts";
import type { LevelsMethod } from "./levels_mode.ts";
import { ratioNetwork } from "./ratio_network.ts";
import type { TrainLevelsOptions } from "./levels_training.ts";
import { columnInterval, isWhole, requireXColumns, type XColumn } from "./x_column.ts";

/** What is trained. */
export interface LevelPlan {
  readonly kind: Artifact["kind"];
  readonly spec: Spec;
  /** The same in the unit of the data, where training has one of its own. */
  readonly shipped: Spec;
  readonly loss: Loss;
  readonly scaling: Scaling;
  /** The network's outputs are in this unit. */
  readonly unit: number;
  readonly network: boolean;
}

/** How columns of x are seen when levels are aligned; whole numbers stay whole where a density is of them. */
export function seenBy(method: LevelsMethod, x: Points, columns: readonly XColumn[]): AlignOptions {
  if (method !== "nle") return method === "ace" ? {} : { log: longTailed(x) };
  return { ...supportEnds(columns.map(columnInterval)), fixed: columns.map(isWhole) };
}

/** What columns of x are, for a likelihood: as told, or as they seem before they are aligned. */
export function columnsOf(
  x: Points,
  { columns = inferredColumns(x) }: TrainLevelsOptions,
): readonly XColumn[] {
  requireXColumns(x, columns);
  if (columns.every(({ kind }) => kind !== "category")) return columns;
  throw new UnsupportedError(
    "Cannot train a likelihood on levels as no column of x must hold categories: tell them as counts, or take npe or nre",
  );
}

/** The fine rows of all levels, one below the other. */
export function pooledRows(levels: readonly LevelRows[]): Dataset {
  return {
    theta: levels.map(({ theta }) => theta).reduce(below),
    x: levels.map(({ fine }) => fine).reduce(below),
    failed: levels.reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** What columns of x are, beside the options of training. */
type Planned = TrainLevelsOptions & { readonly columns: readonly XColumn[] };

/** Decides what is trained. */
export function planLevels(
  key: Key,
  method: LevelsMethod,
  pooled: Dataset,
  prior: KnownPrior,
  options: Planned,
): LevelPlan {
  const { theta, x } = pooled;
  const sides = { thetaDim: theta.dim, xDim: x.dim };
  const ofTheta = standardisation(theta, { log: logColumns(prior.support) });
  const { embedding, estimator, trunk } = options;
  switch (method) {
    case "npe": {
      const target = { ...sides, target: "theta", ...(embedding && { embedding }) } as const;
      const spec = densityEstimator(target, estimator, { walls: isWalled(prior) });
      const scaling = {
        theta: standardisation(theta, supportEnds(prior.support)),
        x: scalingFor(spec, pooled, { logX: longTailed }).x,
      };
      const network = estimator !== undefined;
      return { kind: "posterior", spec, shipped: spec, loss: nll(), scaling, unit: 1, network };
    }
    case "nle":
      return {
        ...likelihoodPlan(pooled, options),
        scaling: { theta: ofTheta, x: scalingOfX(x, options.columns) },
      };
    case "nre": {
      const parts = ratioNetwork(sides, { ...(embedding && { embedding }), ...(trunk && { trunk }) });
      const spec = { kind: "network", ...sides, ...parts, head: { kind: "linear" } } as const;
      const scaling = { theta: ofTheta, x: scalingFor(spec, pooled).x };
      return {
        kind: "ratio",
        spec,
        shipped: spec,
        loss: bce(),
        scaling,
        unit: 1,
        network: trunk !== undefined,
      };
    }
    case "ace":
      return costPlan(key, pooled, { ...options, theta: ofTheta });
    default:
      return method satisfies never;
  }
}

function likelihoodPlan({ theta, x }: Dataset, options: Planned): Omit<LevelPlan, "scaling"> {
  const { estimator, embedding, columns } = options;
  const whole = columns.flatMap((column, j) => isWhole(column) ? [j] : []);
  const sides = { thetaDim: theta.dim, xDim: x.dim, target: "x", ...(embedding && { embedding }) } as const;
  const spec = densityEstimator(sides, estimator);
  return {
    kind: "likelihood",
    spec,
    shipped: spec,
    loss: nll(whole.length > 0 ? { whole } : {}),
    unit: 1,
    network: estimator !== undefined,
  };
}

function scalingOfX(x: Points, columns: readonly XColumn[]): Scaling["x"] {
  const whole = columns.map(isWhole);
  return {
    ...standardisation(x, supportEnds(columns.map(columnInterval))),
    ...(whole.includes(true) && { whole }),
  };
}

/** A cost's labels telescope exactly: the loss is linear in the difference of two distances. */
function costPlan(
  key: Key,
  pooled: Dataset,
  { distance = mseDistance(), trunk, theta, observations }: TrainLevelsOptions & {
    readonly theta: Scaling["theta"];
  },
): LevelPlan {
  const { x } = pooled;
  const scale = meanDistance(key, x, distance);
  const costly = costHead(pooled, { distance, scale });
  const { head, unit } = unitHead(costly);
  const isFree = head.kind === "softplus";
  const spec = {
    kind: "network",
    thetaDim: pooled.theta.dim,
    xDim: x.dim,
    trunk: trunk ?? (isFree ? FREE_TRUNK : KNOWN_TRUNK),
    head,
  } as const;
  return {
    kind: "cost",
    spec,
    shipped: { ...spec, head: costly },
    // Every level meets the same targets: all rows there are, and what will be asked about.
    loss: costAgainst(distance, observations ? below(x, asPoints(observations)) : x, unit),
    scaling: { theta, x: scalingFor(spec, pooled).x },
    unit,
    network: trunk !== undefined,
  };
}

const KNOWN_TRUNK = { kind: "mlp", hidden: [64, 64, 64], activation: "silu" } as const;
const FREE_TRUNK = { kind: "resnet", blocks: 3, width: 64, activation: "silu" } as const;

/** As `amortisedCost`, against targets that do not depend on the data: halves of a pair meet the same ones. */
function costAgainst(distance: Distance, targets: Points, unit: number): Loss {
  const loss = amortisedCost({ distance, unit, targetsPerRow: 1 });
  return {
    ...loss,
    assemble: (key, data, rows) => {
      const random = stream(key);
      const met = gatherRows(targets, Uint32Array.from(rows, () => Math.floor(random.uniform() * targets.n)));
      const costs = distance.between(gatherRows(data.x, rows), met);
      return {
        theta: gatherRows(data.theta, rows),
        x: met,
        atoms: 1,
        target: costs.map((cost) => cost / unit),
      };
    },
  };
}

function below(top: Points, bottom: Points): Points {
  const data = new Float64Array(top.data.length + bottom.data.length);
  data.set(top.data);
  data.set(bottom.data, top.data.length);
  return points(data, top.dim);
}

const PILOT_PAIRS = 5000;

function meanDistance(key: Key, x: Points, distance: Distance): number {
  const [one, other] = split(key, 2);
  const rows = (key: Key) => {
    const random = stream(key);
    return gatherRows(x, Uint32Array.from({ length: PILOT_PAIRS }, () => Math.floor(random.uniform() * x.n)));
  };
  const found = mean(distance.between(rows(one), rows(other)).filter(Number.isFinite));
  if (found > 0) return found;
  throw new RangeError(
    `Cannot train a cost as the distance of simulations must be > 0 on average: current value is ${found}`,
  );
}
