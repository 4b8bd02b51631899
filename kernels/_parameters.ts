// Weights, their gradients and Adam's moments: four runs of one layout, padded rows.

import { type Spec, type Weight, type Weights, weightShapes } from "@likely/core";
import { type Arena, padded } from "./_arena.ts";

/** Where one weight lies within a run. */
interface Slot {
  readonly name: string;
  readonly shape: readonly number[];
  readonly rows: number;
  readonly columns: number;
  /** Numbers before it. */
  readonly offset: number;
}

/** The four runs. */
export interface Parameters {
  /** Numbers in one run, padding included. */
  readonly count: number;
  /** Weights in one run. */
  readonly size: number;
  /** The trunk's: numbers before the first of them, and how many weights they are. */
  readonly trunk: readonly [from: number, size: number];
  /** Addresses of the runs; those after the first are 0 where nothing is trained. */
  readonly weights: number;
  readonly gradient: number;
  readonly firstMoment: number;
  readonly secondMoment: number;
  /** Bytes from a run's start to a weight. */
  offset(name: string): number;
  /** Copies weights into a run. */
  write(memory: WebAssembly.Memory, run: number, weights: Weights): void;
  /** Copies weights out of a run. */
  read(memory: WebAssembly.Memory, run: number): Weights;
}

/** Plans the runs of a spec's weights. */
export function planParameters(arena: Arena, spec: Spec, training: boolean): Parameters {
  const slots = layOut(spec);
  const last = slots[slots.length - 1]!;
  const count = last.offset + last.rows * padded(last.columns);
  const byName = new Map(slots.map((slot) => [slot.name, slot]));
  const take = (name: string) => training ? arena.take(name, count) : 0;
  const trunk = slots.filter(({ name }) => name.startsWith("trunk/"));
  return {
    count,
    size: sizeOf(slots),
    trunk: [trunk[0]!.offset, sizeOf(trunk)],
    weights: arena.take("weights", count),
    gradient: take("gradient"),
    firstMoment: take("first moment"),
    secondMoment: take("second moment"),
    offset: (name) => byName.get(name)!.offset * 4,
    write: (memory, run, weights) => {
      for (const slot of slots) write(view(memory, run, slot), slot, requireShape(weights, slot));
    },
    read: (memory, run) =>
      Object.fromEntries(slots.map((slot) => [slot.name, read(view(memory, run, slot), slot)])),
  };
}

function sizeOf(slots: readonly Slot[]): number {
  return slots.reduce((sum, { rows, columns }) => sum + rows * columns, 0);
}

function layOut(spec: Spec): Slot[] {
  let offset = 0;
  return Object.entries(weightShapes(spec)).map(([name, shape]) => {
    const size = shape.reduce((product, length) => product * length, 1);
    // The last layer has one column: as a row it is dotted with activations.
    const columns = name === "trunk/out/weight" ? size : shape[shape.length - 1]!;
    const slot = { name, shape, rows: size / columns, columns, offset };
    offset += slot.rows * padded(columns);
    return slot;
  });
}

function view(memory: WebAssembly.Memory, run: number, { rows, columns, offset }: Slot): Float32Array {
  return new Float32Array(memory.buffer, run + offset * 4, rows * padded(columns));
}

function write(to: Float32Array, { rows, columns }: Slot, { data }: Weight): void {
  for (let i = 0; i < rows; i++) to.set(data.subarray(i * columns, (i + 1) * columns), i * padded(columns));
}

function read(from: Float32Array, { rows, columns, shape }: Slot): Weight {
  const data = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const start = i * padded(columns);
    data.set(from.subarray(start, start + columns), i * columns);
  }
  return { shape, data };
}

function requireShape(weights: Weights, { name, shape }: Slot): Weight {
  const weight = weights[name];
  if (weight !== undefined && String(weight.shape) === String(shape)) return weight;
  throw new TypeError(
    `Cannot load weights as ${name} must have shape [${shape}]: current value is ${
      weight ? `[${weight.shape}]` : "absent"
    }`,
  );
}
