import { assert, assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "./errors.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import golden from "../tests/golden/safetensors_file.json" with { type: "json" };

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

/** A file with the given header and bytes of data after it. */
function file(header: string, dataBytes: number, length?: bigint): Uint8Array {
  const json = new TextEncoder().encode(header);
  const out = new Uint8Array(8 + json.length + dataBytes);
  new DataView(out.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  out.set(json, 8);
  return out;
}

const entry = (begin: number, end: number, shape: unknown = [(end - begin) / 4], dtype = "F32") =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

function assertRefused(bytes: Uint8Array, why: string): void {
  assertThrows(() => decodeSafetensors(bytes), FormatError, why);
}

Deno.test("decodeSafetensors() reads what the Python package writes, bit for bit", () => {
  const { tensors, metadata } = decodeSafetensors(fromBase64(golden.file));
  assertEquals(metadata, golden.metadata);
  const bits = Object.entries(tensors).map(([name, { data }]) => [name, [...new Uint32Array(data.buffer)]]);
  assertEquals(Object.fromEntries(bits), golden.bits);
  const shapes = Object.entries(tensors).map(([name, { shape }]) => [name, shape]);
  assertEquals(Object.fromEntries(shapes), golden.shapes);
});

Deno.test("a written file reads back in order, its data at a multiple of 8 bytes", () => {
  const tensors = {
    z: { shape: [2, 1], data: new Float32Array([1, NaN]) },
    a: { shape: [], data: new Float32Array([-0]) },
    none: { shape: [3, 0], data: new Float32Array(0) },
  };
  for (let pad = 0; pad < 9; pad++) {
    const metadata = { note: "π".repeat(pad) };
    const bytes = encodeSafetensors(tensors, metadata);
    const back = decodeSafetensors(bytes);
    assertEquals(Object.keys(back.tensors), ["z", "a", "none"]);
    assertEquals(back, { tensors, metadata });
    assertEquals((bytes.length - 3 * 4) % 8, 0);
  }
});

Deno.test("decodeSafetensors() reads from an unaligned view and returns copies", () => {
  const bytes = encodeSafetensors({ w: { shape: [2], data: new Float32Array([1, 2]) } });
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  const { w } = decodeSafetensors(shifted.subarray(3)).tensors;
  shifted.fill(0);
  assertEquals(w!.data, new Float32Array([1, 2]));
});

Deno.test("decodeSafetensors() treats the names of Object.prototype as names", () => {
  const header = `{"__proto__":${entry(0, 4)},"constructor":${entry(4, 8)},` +
    `"__metadata__":{"__proto__":"x"}}`;
  const { tensors, metadata } = decodeSafetensors(file(header, 8));
  assertEquals(Object.keys(tensors), ["__proto__", "constructor"]);
  assertEquals(Object.entries(metadata), [["__proto__", "x"]]);
  assertEquals(Object.getPrototypeOf(tensors), Object.prototype);
  assertEquals(({} as Record<string, unknown>).data, undefined);
});

Deno.test("decodeSafetensors() refuses a header longer than the file or than the limit", () => {
  assertRefused(new Uint8Array(7), "at least 8 bytes");
  assertRefused(file("{}", 0, 3n), "must have 11 bytes");
  assertRefused(file("{}", 0, 2n ** 63n), "at most 4194304 bytes");
  assertRefused(file("{}", 0, 0n), "must be JSON");
});

Deno.test("decodeSafetensors() refuses a header that is not what the format says", () => {
  assertRefused(file(" {}", 0), "begin with {");
  assertRefused(file("[]", 0), "begin with {");
  assertRefused(file("{", 0), "must be JSON");
  assertRefused(file('{"__metadata__":{"a":1}}', 0), "must be a string");
  assertRefused(file('{"__metadata__":[]}', 0), "must be an object");
  assertRefused(file('{"w":null}', 0), "well formed");
  assertRefused(file(`{"w":${entry(0, 4, [-1])}}`, 4), "shape.0");
  assertRefused(file(`{"w":${entry(0, 4, [0.5])}}`, 4), "shape.0");
  assertRefused(file('{"w":{"dtype":"F32","shape":[1]}}', 4), "data_offsets");
  const invalidUtf8 = file('{"__metadata__":{"a":"?"}}', 0);
  invalidUtf8[invalidUtf8.indexOf(63)] = 0xff;
  assertRefused(invalidUtf8, "must be JSON");
});

Deno.test("decodeSafetensors() refuses arrays that overlap, leave holes or leave the file", () => {
  assertRefused(file(`{"a":${entry(0, 8)},"b":${entry(4, 12)}}`, 12), 'array "b" must begin');
  assertRefused(file(`{"a":${entry(0, 4)},"b":${entry(8, 12)}}`, 12), 'array "b" must begin');
  assertRefused(file(`{"a":${entry(0, 8)}}`, 4), "fill the file to its end");
  assertRefused(file(`{"a":${entry(0, 4)}}`, 8), "fill the file to its end");
  assertRefused(file(`{"a":${entry(0, 4, [2])}}`, 4), "must have 8 bytes");
  assertRefused(file(`{"a":${entry(4, 0, [1])}}`, 4), "must have 4 bytes");
});

Deno.test("decodeSafetensors() refuses a shape whose product is too large to be exact", () => {
  const shape = [2 ** 53 - 1, 2 ** 53 - 1, 2 ** 53 - 1];
  assertRefused(file(`{"a":${entry(0, 4, shape)}}`, 4), "must have");
});

Deno.test("decodeSafetensors() refuses a name given twice", () => {
  assertRefused(file(`{"a":${entry(0, 4)},"a":${entry(0, 4)}}`, 4), "none of them twice");
  assertRefused(file('{"__metadata__":{"a":"1","a":"2"}}', 0), "none of them twice");
  assertRefused(file('{"__metadata__":{"a":"1"},"__metadata__":{"a":"2"}}', 0), "none of them twice");
});

Deno.test("decodeSafetensors() refuses other dtypes by name", () => {
  assertRefused(fromBase64(golden.half), 'array "h" must be F32: current value is F16');
});

Deno.test("decodeSafetensors() survives a header of deep nesting or one long string", () => {
  assertRefused(file(`{"w":${"[".repeat(500_000)}${"]".repeat(500_000)}}`, 0), "well formed");
  const note = '\\"'.repeat(500_000);
  assertEquals(decodeSafetensors(file(`{"__metadata__":{"n":"${note}"}}`, 0)).metadata.n!.length, 500_000);
});

Deno.test("encodeSafetensors() refuses what it could not read back", () => {
  const data = new Float32Array(2);
  assertThrows(() => encodeSafetensors({ w: { shape: [3], data } }), TypeError, "must have length 3");
  assertThrows(() => encodeSafetensors({ __metadata__: { shape: [2], data } }), TypeError, "no array");
  assertThrows(() => encodeSafetensors({}, { n: 1 as unknown as string }), TypeError, "must be a string");
  assertThrows(() => encodeSafetensors({}, { n: "x".repeat(2 ** 22) }), RangeError, "header");
  assert(encodeSafetensors({}, { n: "x".repeat(2 ** 21) }).length > 2 ** 21);
});
