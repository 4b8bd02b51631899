// What the page needs to know of a surrogate: its parameters, where the numbers of x lay in simulations,
// and some x to begin with.

import { type Artifact, priorFrom, rawValue, type ReferenceCloud, type Standardisation } from "@likely/core";
import { usualBetas } from "@likely/posteriors/usual-betas";
import type { About, Column } from "./_protocol.ts";

/** So many simulations are offered as examples. */
const MOST_EXAMPLES = 40;
/** Steps of a slider from end to end, at least. */
const STEPS = 200;
/** Ratio of ends from which a column that is seen in logarithms has a slider of them. */
const DECADES = 30;

/** Describes a surrogate. */
export function about(artifact: Artifact): About {
  const { kind, prior, provenance } = artifact;
  const columns = columnsOf(artifact);
  const { rounds, simulator, simulations } = provenance;
  const { names, support } = priorFrom(prior);
  return {
    kind,
    simulator,
    simulations,
    parameters: names.map((name, j) => ({ name, low: support[j]!.low, high: support[j]!.high })),
    columns,
    examples: [...(rounds ? [rounds.observation] : []), ...examplesOf(artifact, columns)],
    isOfRounds: rounds !== undefined,
    takesRows: kind !== "posterior",
    ...betaOf(artifact),
  };
}

function columnsOf(artifact: Artifact): Column[] {
  const { spec, scaling, reference } = artifact;
  return Array.from({ length: spec.xDim }, (_, j) => {
    // Without a cloud, four standard deviations around the mean.
    const [from, to] = reference?.x
      ? [0, 255].map((code) => uncoded(artifact, reference.x!, j, code))
      : [-4, 4].map((u) => rawValue(scaling.x, j, u));
    const [low, high] = [Math.min(from!, to!), Math.max(from!, to!)];
    if (scaling.x.log?.[j] === 0 && low > 0 && high > DECADES * low) {
      return { low: +low.toPrecision(2), high: +high.toPrecision(2), step: 0.01, isLog: true };
    }
    const isWhole = scaling.x.whole?.[j] === true;
    const width = high - low || Math.abs(low) || 1;
    const step = isWhole ? 1 : 10 ** Math.floor(Math.log10(width / STEPS));
    const first = floor(low, step) + (isBeyond(floor(low, step), scaling.x, j) ? step : 0);
    const last = -floor(-high, step) - (isBeyond(-floor(-high, step), scaling.x, j) ? step : 0);
    return {
      low: decimal(first / step, step),
      high: decimal(Math.max(last, first + step) / step, step),
      step,
    };
  });
}

/** At or beyond an end that no simulation reaches. */
function isBeyond(value: number, { log, upper }: Standardisation, j: number): boolean {
  return value <= (log?.[j] ?? -Infinity) || value >= (upper?.[j] ?? Infinity);
}

/** Rows of the cloud, the most usual one first; where there is none, the mean. */
function examplesOf(artifact: Artifact, columns: readonly Column[]): number[][][] {
  const { scaling, reference } = artifact;
  const p = columns.length;
  if (!reference?.x) return [[columns.map((column, j) => rounded(rawValue(scaling.x, j, 0), column))]];
  const cloud = reference.x;
  const codes = Uint8Array.from(atob(cloud.codes), (letter) => letter.charCodeAt(0));
  const n = Math.floor(codes.length / p);
  const middle = columns.map((_, j) => {
    const column = Uint8Array.from({ length: n }, (_, i) => codes[i * p + j]!).sort();
    return column[n >> 1]!;
  });
  const away = (i: number) =>
    middle.reduce((sum, code, j) => sum + ((codes[i * p + j]! - code) * cloud.step[j]!) ** 2, 0);
  const order = Array.from({ length: n }, (_, i) => i);
  const usual = order.reduce((best, i) => away(i) < away(best) ? i : best, 0);
  return [usual, ...order.filter((i) => i !== usual)].slice(0, MOST_EXAMPLES).map((i) => [
    columns.map((column, j) => rounded(uncoded(artifact, cloud, j, codes[i * p + j]!), column)),
  ]);
}

/** A code of the cloud as the number that it stands for. */
function uncoded({ scaling }: Artifact, { low, step }: ReferenceCloud, j: number, code: number): number {
  const plain = { ...scaling.x, mean: low.map(() => 0), std: low.map(() => 1) };
  return rawValue(plain, j, low[j]! + step[j]! * code);
}

function betaOf(artifact: Artifact): Pick<About, "beta"> {
  if (artifact.kind === "posterior") return {};
  if (artifact.kind !== "cost") return { beta: { low: 0.01, high: 10, usual: 1 } };
  const betas = usualBetas(artifact);
  return { beta: { low: betas[0]!, high: betas.at(-1)!, usual: betas[3]! } };
}

/** Clouds hold a byte a number: more digits than a step of the slider say nothing. */
function rounded(value: number, { step, isLog }: Column): number {
  if (isLog) return +value.toPrecision(3);
  return decimal(Math.round(value / step), step);
}

function floor(value: number, step: number): number {
  // What is a multiple but for rounding is one.
  return decimal(Math.floor(value / step + 1e-9), step);
}

/** A multiple of a power of ten, as it is written. */
function decimal(times: number, step: number): number {
  return Number(`${Math.round(times) + 0}e${Math.round(Math.log10(step))}`);
}
