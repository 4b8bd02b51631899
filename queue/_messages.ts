// Jobs and results as bytes: the length of a header, the header as JSON, and float64 numbers, little endian.

import * as v from "valibot";
import { points, type RowsJob, type SimulatedRows } from "@likely/core";
import type { RunDescription } from "./_run_description.ts";

/** What a header may take; a message may take half of what the server allows. */
const HEADER = 16 * 1024;
const REASON = 400;
const REASONS = 10;

/** What comes back of a chunk: its rows, or why the run cannot go on. */
export type Result = { readonly rows: SimulatedRows } | { readonly error: string };

/** Numbers that a message may carry. */
export function mostNumbers(mostBytes: number): number {
  return Math.floor((mostBytes / 2 - HEADER) / 8);
}

/** Writes a job. */
export function writeJob({ theta, first }: RowsJob): Uint8Array<ArrayBuffer> {
  return pack({ first }, [theta.data]);
}

const JOB = v.object({ first: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) });

/** Reads a job of a run; throws where it is none. */
export function readJob(bytes: Uint8Array, { thetaDim, chunkRows, n }: RunDescription): RowsJob {
  const { header, numbers } = unpack(bytes);
  const { first } = v.parse(JOB, header);
  const rows = numbers.length / thetaDim;
  if (!Number.isInteger(rows) || rows < 1 || rows > chunkRows || first + rows > n) {
    throw new RangeError(
      `Cannot read a job as it must hold up to ${chunkRows} rows: current value is ${rows}`,
    );
  }
  return { theta: points(numbers, thetaDim), first };
}

/** Writes a result. */
export function writeResult(result: Result): Uint8Array<ArrayBuffer> {
  if ("error" in result) return pack({ error: plain(result.error) }, []);
  const { x, score, thrown } = result.rows;
  const reasons = thrown.slice(0, REASONS).map(({ row, reason }) => ({ row, reason: plain(reason) }));
  return pack({ thrown: reasons }, [x, score]);
}

const RESULT = v.union([
  v.object({ error: v.string() }),
  v.object({
    thrown: v.array(v.object({ row: v.pipe(v.number(), v.safeInteger()), reason: v.string() })),
  }),
]);

/** Reads a result of so many rows; throws where it is none. */
export function readResult(
  bytes: Uint8Array,
  rows: number,
  { thetaDim, xDim, score }: RunDescription,
): Result {
  const { header, numbers } = unpack(bytes);
  const found = v.parse(RESULT, header);
  if ("error" in found) return { error: plain(found.error) };
  const forX = rows * xDim;
  const wanted = forX + (score ? rows * thetaDim : 0);
  if (numbers.length !== wanted) {
    throw new RangeError(
      `Cannot read a result as it must hold ${wanted} numbers: current value is ${numbers.length}`,
    );
  }
  const thrown = found.thrown.slice(0, REASONS).map(({ row, reason }) => ({ row, reason: plain(reason) }));
  return { rows: { x: numbers.slice(0, forX), score: numbers.slice(forX), thrown } };
}

/** Short, and nothing that a terminal would obey. */
function plain(text: string): string {
  // deno-lint-ignore no-control-regex -- these are what is taken out
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
  return clean.length > REASON ? `${clean.slice(0, REASON)}…` : clean;
}

function pack(header: unknown, parts: readonly Float64Array[]): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = numbersAt(text.length);
  const bytes = new Uint8Array(start + 8 * parts.reduce((sum, { length }) => sum + length, 0));
  new DataView(bytes.buffer).setUint32(0, text.length, true);
  bytes.set(text, 4);
  let at = start;
  for (const { buffer, byteOffset, byteLength } of parts) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return bytes;
}

function unpack(bytes: Uint8Array): { header: unknown; numbers: Float64Array<ArrayBuffer> } {
  const length = bytes.length < 4
    ? Infinity
    : new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const start = numbersAt(length);
  if (!(start <= bytes.length) || (bytes.length - start) % 8 !== 0) {
    throw new RangeError(
      `Cannot read a message as it must hold a header and numbers: ${bytes.length} bytes are there`,
    );
  }
  return {
    header: JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))),
    // A copy, as the client's bytes begin anywhere; by its constructor, as a Buffer's slice() copies nothing.
    numbers: new Float64Array(new Uint8Array(bytes.subarray(start)).buffer),
  };
}

/** Numbers begin at a multiple of eight bytes. */
function numbersAt(length: number): number {
  return 8 * Math.ceil((4 + length) / 8);
}
