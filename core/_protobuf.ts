// The wire format of protocol buffers: fields of a message, one after another, to read and to write. What
// a length claims is held against the bytes that there are; nothing is copied in reading.

import { refuseOnnx } from "./_refuse_onnx.ts";

/** One field of a message. */
export interface Field {
  readonly number: number;
  /** Of a number written in as many bytes as it needs; else `bytes` holds it. */
  readonly int: number;
  /** A view. */
  readonly bytes: Uint8Array;
  /** How it was written: 0 a number, 1 and 5 eight and four bytes, 2 bytes with their length. */
  readonly wire: number;
}

const NONE = new Uint8Array(0);

/** The fields of a message, in their order. */
export function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  while (at < bytes.length) {
    const tag = varint(bytes, at);
    const [number, wire] = [Math.floor(tag.value / 8), tag.value & 7];
    require(
      tag.value > 0 && number > 0 && number < 2 ** 29,
      "the number of a field must be 1 to 2²⁹ − 1",
      number,
    );
    if (wire === 0) {
      const { value, next } = varint(bytes, tag.next);
      yield { number, wire, int: value, bytes: NONE };
      at = next;
      continue;
    }
    const { from, length } = extentOf(bytes, tag.next, wire);
    require(length <= bytes.length - from, "a field must end within its message", `a length of ${length}`);
    yield { number, wire, int: 0, bytes: bytes.subarray(from, from + length) };
    at = from + length;
  }
}

/** Where the bytes of a field begin, and how many are claimed. */
function extentOf(bytes: Uint8Array, at: number, wire: number): { from: number; length: number } {
  if (wire === 1) return { from: at, length: 8 };
  if (wire === 5) return { from: at, length: 4 };
  require(wire === 2, "the type of a field must be 0, 1, 2 or 5", wire);
  const { value, next } = varint(bytes, at);
  require(value >= 0, "a length must be >= 0", value);
  return { from: next, length: value };
}

/** The numbers of a repeated field: one, or packed. */
export function* intsOf({ wire, int, bytes }: Field): Generator<number> {
  if (wire === 0) yield int;
  for (let at = 0; at < bytes.length;) {
    const { value, next } = varint(bytes, at);
    yield value;
    at = next;
  }
}

/** A whole number of 64 bits with its sign, exact up to 2⁵³. */
function varint(bytes: Uint8Array, at: number): { readonly value: number; readonly next: number } {
  let [low, high] = [0, 0];
  for (let k = 0; k < 10; k++) {
    const byte = bytes[at + k];
    if (byte === undefined) break;
    const seven = byte & 127;
    if (k < 4) low += seven * 2 ** (7 * k);
    else if (k > 4) high += seven * 2 ** (7 * k - 32);
    else {
      low += (seven & 15) * 2 ** 28;
      high += seven >> 4;
    }
    // Of the tenth byte one bit belongs to the number.
    if (byte < 128) return { value: (high | 0) * 2 ** 32 + low, next: at + k + 1 };
  }
  return refuseOnnx("a number must end within its message, in 10 bytes", "one that does not");
}

function require(holds: boolean, rule: string, value: number | string): void {
  if (!holds) refuseOnnx(rule, value);
}

/** What a field may be written from: a whole number ≥ 0, text, bytes, or a message. */
export type Written = number | string | Uint8Array | Message;

/** Fields to write: number and value, in order. */
export type Message = readonly (readonly [number: number, value: Written])[];

/** Writes a message. */
export function encodeMessage(message: Message): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  for (const [number, value] of message) {
    if (typeof value === "number") {
      parts.push(encodeVarint(number * 8), encodeVarint(value));
      continue;
    }
    const bytes = typeof value === "string"
      ? new TextEncoder().encode(value)
      : value instanceof Uint8Array
      ? value
      : encodeMessage(value);
    parts.push(encodeVarint(number * 8 + 2), encodeVarint(bytes.length), bytes);
  }
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function encodeVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push(rest % 128 + 128);
  return Uint8Array.from([...bytes, rest]);
}
