// Numbers of NumPy's types, as float64.

import { FormatError } from "./errors.ts";

/** A type of numbers. */
export interface Kind {
  /** Float, whole, whole and not negative, or boolean. */
  readonly letter: "f" | "i" | "u" | "b";
  /** Bytes of one. */
  readonly bytes: 1 | 2 | 4 | 8;
  readonly isLittle: boolean;
}

/** Reads `<f8`; undefined where it is no type of numbers. */
export function kindOf(type: string): Kind | undefined {
  const [, order, letter, bytes] = /^([<>|=])(f[248]|[iu][1248]|b1)$/.exec(type)
    ? [type, type[0], type[1], Number(type[2])]
    : [];
  if (letter === undefined || order === "=" || (order === "|" && bytes !== 1)) return undefined;
  return { letter, bytes, isLittle: order !== ">" } as Kind;
}

/** Where numbers lie in bytes. */
export interface Source {
  readonly kind: Kind;
  /** The first one. */
  readonly at: number;
  /** Bytes from one to the next. */
  readonly stride: number;
}

/** Where they go. */
export interface Target {
  readonly out: Float64Array;
  readonly first: number;
  readonly step: number;
}

/** Reads as many numbers as there is room for. */
export function readNumbers(bytes: Uint8Array, { kind, at, stride }: Source, to: Target): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = reader(view, kind);
  let from = at;
  for (let k = to.first; k < to.out.length; k += to.step) {
    to.out[k] = read(from);
    from += stride;
  }
}

function reader(view: DataView, { letter, bytes, isLittle }: Kind): (at: number) => number {
  switch (`${letter}${bytes}`) {
    case "f8":
      return (at) => view.getFloat64(at, isLittle);
    case "f4":
      return (at) => view.getFloat32(at, isLittle);
    case "f2":
      // Not by getFloat16, which hosts have but lately.
      return (at) => fromHalf(view.getUint16(at, isLittle));
    case "i8":
      return (at) => exactNumber(view.getBigInt64(at, isLittle), `byte ${at}`);
    case "u8":
      return (at) => exactNumber(view.getBigUint64(at, isLittle), `byte ${at}`);
    case "i4":
      return (at) => view.getInt32(at, isLittle);
    case "u4":
      return (at) => view.getUint32(at, isLittle);
    case "i2":
      return (at) => view.getInt16(at, isLittle);
    case "u2":
      return (at) => view.getUint16(at, isLittle);
    case "i1":
      return (at) => view.getInt8(at);
    default:
      return (at) => view.getUint8(at);
  }
}

/** A float of 2 bytes (IEEE 754 binary16). */
function fromHalf(bits: number): number {
  const [sign, exponent, fraction] = [bits >> 15 ? -1 : 1, bits >> 10 & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** A whole number, where a float64 can be it; the place is for the error. */
export function exactNumber(value: bigint, place: string): number {
  if (BigInt(Number(value)) === value) return Number(value);
  throw new FormatError(
    `Cannot read a whole number as a float64 must be able to hold it: current value at ${place} is ${value}`,
  );
}
