// The voltage of the Hodgkin-Huxley neuron by exponential Euler:
//
//   C V' = g_Na m³h (E_Na − V) + (g_K n⁴ + g_M p) (E_K − V) + g_l (E_l − V) + I(t) + σ noise
//
// With everything but V held for a step, V relaxes towards V∞ = (Σ g E + I + σ ξ / √dt) / G at
// rate G = Σ g, as C is 1 µF/cm²; then each gate relaxes likewise, with rates at the new V.

import type { Stream } from "@likely/core";
import { fillNormals } from "./_fill_normals.ts";
import { DT, gateTables, LOWEST, NODES_PER_MV, restingGates, restingP } from "./_hh_gates.ts";

/** Samples of a trace, 0.02 ms apart: 1,450 ms. */
export const SAMPLES = 72_500;
/** The current flows from this sample, at 205 ms, … */
export const CURRENT_ON = 10_250;
/** … until before this one, at 1,205 ms. */
export const CURRENT_OFF = 60_250;

// 170 pA into a soma of 0.0234 / 126 cm², in µA/cm².
const CURRENT = 170e-6 * 126 / 0.0234;
const START = -86.78125;
const E_NA = 53;
const E_K = -107;

// Scratch: one for all calls, as nothing runs in between.
const NOISE = new Float64Array(SAMPLES);

/** Eight parameters by name, in the order of the prior. */
interface Neuron {
  readonly gNa: number;
  readonly gK: number;
  readonly gLeak: number;
  readonly gM: number;
  readonly tauMax: number;
  readonly minusVT: number;
  readonly sigma: number;
  readonly minusELeak: number;
}

/** Fills `voltage`, `[SAMPLES]` in mV; with NaN where θ makes no sense. Consumes the stream. */
export function fillVoltage(random: Stream, theta: ArrayLike<number>, voltage: Float64Array): void {
  fillVoltageBy(theta, voltage, () => {
    fillNormals(random, NOISE);
    // One for each sample, though the first is given.
    return NOISE.subarray(1);
  });
}

/**
 * As {@linkcode fillVoltage}, for samples that are a whole number of times further apart: `voltage` is
 * `[SAMPLES / stride]`, and `noise` returns a standard normal for each step between two of them at least. It is
 * called once, or not at all where σ is 0.
 */
export function fillVoltageBy(
  theta: ArrayLike<number>,
  voltage: Float64Array,
  noise: () => Float64Array,
): void {
  const neuron = toNeuron(theta);
  if (!makesSense(neuron)) return void voltage.fill(NaN);
  integrate(neuron, voltage, neuron.sigma > 0 ? noise() : NOISE.fill(0));
}

function toNeuron(theta: ArrayLike<number>): Neuron {
  return {
    gNa: theta[0]!,
    gK: theta[1]!,
    gLeak: theta[2]!,
    gM: theta[3]!,
    tauMax: theta[4]!,
    minusVT: theta[5]!,
    sigma: theta[6]!,
    minusELeak: theta[7]!,
  };
}

function makesSense({ gNa, gK, gLeak, gM, tauMax, sigma }: Neuron): boolean {
  return Math.min(gNa, gK, gM, sigma) >= 0 && gLeak > 0 && tauMax > 0;
}

function integrate(
  { gNa, gK, gLeak, gM, tauMax, minusVT, sigma, minusELeak }: Neuron,
  voltage: Float64Array,
  noise: Float64Array,
) {
  const stride = SAMPLES / voltage.length;
  const { mhn: gates, p: slow } = gateTables(stride);
  const dt = DT * stride;
  const amplitude = sigma / Math.sqrt(dt);
  const [on, off] = [CURRENT_ON / stride, CURRENT_OFF / stride];
  const leak = -gLeak * minusELeak;
  let [m, h, n] = restingGates(START + minusVT) as [number, number, number];
  let p = restingP(START);
  let v = START;
  voltage[0] = v;
  for (let i = 1; i < voltage.length; i++) {
    const current = i > on && i <= off ? CURRENT : 0;
    const na = gNa * m * m * m * h;
    const k = gK * n * n * n * n + gM * p;
    const g = na + k + gLeak;
    const limit = (na * E_NA + k * E_K + leak + current + amplitude * noise[i - 1]!) / g;
    v = limit + (v - limit) * Math.exp(-dt * g);
    voltage[i] = v;

    // Off the tables, which no θ of the prior comes near, a gate is NaN, and so is all that follows.
    let at = (v + minusVT - LOWEST) * NODES_PER_MV;
    let node = Math.trunc(at);
    let f = at - node;
    node *= 6;
    m = relax(m, mix(gates[node]!, gates[node + 6]!, f), mix(gates[node + 1]!, gates[node + 7]!, f));
    h = relax(h, mix(gates[node + 2]!, gates[node + 8]!, f), mix(gates[node + 3]!, gates[node + 9]!, f));
    n = relax(n, mix(gates[node + 4]!, gates[node + 10]!, f), mix(gates[node + 5]!, gates[node + 11]!, f));

    at = (v - LOWEST) * NODES_PER_MV;
    node = Math.trunc(at);
    f = at - node;
    node *= 2;
    const kept = Math.exp(-mix(slow[node + 1]!, slow[node + 3]!, f) / tauMax);
    p = relax(p, mix(slow[node]!, slow[node + 2]!, f), kept);
  }
}

function mix(left: number, right: number, f: number): number {
  return left + f * (right - left);
}

function relax(gate: number, limit: number, kept: number): number {
  return limit + (gate - limit) * kept;
}
