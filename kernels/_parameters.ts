// Weights, their gradients, Adam's moments and averages: five runs of one layout, padded rows.

import { type PartSpec, type Weight, type Weights, weightShapes } from "@likely/core";
import { type Arena, type Memory, padded } from "./_arena.ts";
import { outputParts } from "./_output_parts.ts";

/** Where one weight lies within a run. */
interface Slot {
  readonly name: string;
  readonly shape: readonly number[];
  readonly rows: number;
  /** Widths of the parts of a row, each of which begins a vector. */
  readonly parts: readonly number[];
  /** Numbers from one row to the next. */
  readonly ld: number;
  /** Numbers before it. */
  readonly offset: number;
}

/** The five runs. */
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
  readonly average: number;
  /** Bytes from a run's start to a weight. */
  offset(name: string): number;
  /** Lays numbers out as a run: those of each weight, and others for what has none. @default others {1} */
  layOut(numbers: Readonly<Record<string, ArrayLike<number>>>, others?: number): number[];
  /** Copies weights into a run. */
  write(memory: Memory, run: number, weights: Weights): void;
  /** Copies weights out of a run. */
  read(memory: Memory, run: number): Weights;
}

/** Plans the runs of a spec's weights. */
export function planParameters(arena: Arena, spec: PartSpec, training: boolean): Parameters {
  const slots = layOut(spec);
  const last = slots[slots.length - 1]!;
  const count = last.offset + last.rows * last.ld;
  const byName = new Map(slots.map((slot) => [slot.name, slot]));
  const take = (name: string) => training ? arena.take(name, count) : 0;
  const trunk = slots.filter(({ name }) => name.startsWith("trunk/"));
  return {
    count,
    size: sizeOf(slots),
    trunk: [trunk[0]?.offset ?? 0, sizeOf(trunk)],
    weights: arena.take("weights", count),
    gradient: take("gradient"),
    firstMoment: take("first moment"),
    secondMoment: take("second moment"),
    average: take("average"),
    offset: (name) => byName.get(name)!.offset * 4,
    layOut: (numbers, others = 1) => {
      const run = new Array<number>(count).fill(others);
      for (const slot of slots) {
        const own = numbers[slot.name];
        if (!own) continue;
        forParts(slot, (place, from, width) => {
          for (let i = 0; i < width; i++) run[slot.offset + place + i] = own[from + i]!;
        });
      }
      return run;
    },
    write: (memory, run, weights) => {
      for (const slot of slots) write(view(memory, run, slot), slot, requireShape(weights, slot));
    },
    read: (memory, run) =>
      Object.fromEntries(slots.map((slot) => [slot.name, read(view(memory, run, slot), slot)])),
  };
}

function sizeOf(slots: readonly Slot[]): number {
  return slots.reduce((sum, { shape }) => sum + sizeOfShape(shape), 0);
}

function layOut(spec: PartSpec): Slot[] {
  let offset = 0;
  return Object.entries(weightShapes(spec)).map(([name, shape]) => {
    const parts = partsOf(spec, name, shape);
    const columns = parts.reduce((sum, width) => sum + width, 0);
    const ld = parts.reduce((sum, width) => sum + padded(width), 0);
    const slot = { name, shape, rows: sizeOfShape(shape) / columns, parts, ld, offset };
    offset += slot.rows * ld;
    return slot;
  });
}

function sizeOfShape(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function partsOf(spec: PartSpec, name: string, shape: readonly number[]): readonly number[] {
  const isLast = /^(trunk|transform\d+)\/out\//.test(name);
  const parts = isLast ? outputParts(spec) : undefined;
  if (parts) return parts;
  // The last layer of a scalar network has one column: as a row it is dotted with activations.
  const isDotted = spec.kind === "network" && name === "trunk/out/weight";
  return [isDotted ? sizeOfShape(shape) : shape.at(-1)!];
}

function view(memory: Memory, run: number, { rows, ld, offset }: Slot): Float32Array {
  return new Float32Array(memory.buffer, run + offset * 4, rows * ld);
}

function write(to: Float32Array, slot: Slot, { data }: Weight): void {
  forParts(slot, (place, from, width) => to.set(data.subarray(from, from + width), place));
}

function read(from: Float32Array, slot: Slot): Weight {
  const data = new Float32Array(sizeOfShape(slot.shape));
  forParts(slot, (place, to, width) => data.set(from.subarray(place, place + width), to));
  return { shape: slot.shape, data };
}

/** Calls `visit` with each part's place in the run, its place without padding, and its width. */
function forParts(
  { rows, parts }: Slot,
  visit: (place: number, plain: number, width: number) => void,
): void {
  let [place, plain] = [0, 0];
  for (let i = 0; i < rows; i++) {
    for (const width of parts) {
      visit(place, plain, width);
      place += padded(width);
      plain += width;
    }
  }
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
