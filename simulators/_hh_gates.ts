// The gates of the Hodgkin-Huxley neuron: opening and closing rates in 1/ms, and what a step of
// the integration needs of them, tabulated over the voltage in mV.

/** One step of the integration, in ms; the shortest one, of which others are multiples. */
export const DT = 0.02;

/** Nodes for each mV: by linear interpolation, a voltage below threshold is right to 1e-6 mV. */
export const NODES_PER_MV = 64;

/** The voltage of the first node. No θ of the prior comes near either end of the tables. */
export const LOWEST = -160;

const NODES = 400 * NODES_PER_MV + 1;

/** Gates m, h and n, in this order: α opens, β closes; w is the voltage above V_T. */
const RATES: readonly ((w: number) => readonly [alpha: number, beta: number])[] = [
  (w) => [0.32 * ramp(-0.25 * (w - 13)) / 0.25, 0.28 * ramp(0.2 * (w - 40)) / 0.2],
  (w) => [0.128 * Math.exp(-(w - 17) / 18), 4 / (1 + Math.exp(-0.2 * (w - 40)))],
  (w) => [0.032 * ramp(-0.2 * (w - 15)) / 0.2, 0.5 * Math.exp(-(w - 10) / 40)],
];

/** Where gates m, h and n come to rest, `α / (α + β)`. */
export function restingGates(w: number): number[] {
  return RATES.map((rates) => {
    const [alpha, beta] = rates(w);
    return alpha / (alpha + beta);
  });
}

/** Where gate p comes to rest at voltage v. */
export function restingP(v: number): number {
  return 1 / (1 + Math.exp(-0.1 * (v + 35)));
}

/** `dt τ_max / τ_p`: how far gate p relaxes in a step, times τ_max. */
function relaxationP(v: number, dt: number): number {
  return dt * (3.3 * Math.exp(0.05 * (v + 35)) + Math.exp(-0.05 * (v + 35)));
}

/** Functions of the voltage, a row for each node; made when first asked for. */
export interface GateTables {
  /** `[nodes, 6]` over w: for m, h, n the resting value and the share kept, `exp(−dt (α + β))`. */
  readonly mhn: Float64Array;
  /** `[nodes, 2]` over V: for p the resting value and `dt τ_max / τ_p`. */
  readonly p: Float64Array;
}

const TABLES = new Map<number, GateTables>();

/** The tables for a step of `stride` times {@linkcode DT}, the same ones for all callers. */
export function gateTables(stride: number = 1): GateTables {
  const known = TABLES.get(stride);
  if (known) return known;
  const dt = DT * stride;
  const tables = {
    mhn: tabulate((w) =>
      RATES.flatMap((rates) => {
        const [alpha, beta] = rates(w);
        return [alpha / (alpha + beta), Math.exp(-dt * (alpha + beta))];
      })
    ),
    p: tabulate((v) => [restingP(v), relaxationP(v, dt)]),
  };
  TABLES.set(stride, tables);
  return tables;
}

function tabulate(functions: (at: number) => readonly number[]): Float64Array {
  const width = functions(0).length;
  const table = new Float64Array(NODES * width);
  for (let k = 0; k < NODES; k++) table.set(functions(LOWEST + k / NODES_PER_MV), k * width);
  return table;
}

// z / (eᶻ − 1); at 0, where that is 0 / 0, its first terms.
function ramp(z: number): number {
  return Math.abs(z) < 1e-4 ? 1 - z / 2 : z / Math.expm1(z);
}
