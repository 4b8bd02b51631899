// What is needed of a file in ONNX: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. Numbers below
// are those of its fields. Subgraphs, functions and all else are passed over.

import { type Field, fieldsOf, intsOf } from "./_protobuf.ts";
import { refuseOnnx } from "./_refuse_onnx.ts";

/** A model. */
export interface OnnxModel {
  /** Version of the standard operators. */
  readonly opset: number;
  /** Who wrote it; may be empty. */
  readonly producer: string;
  readonly producerVersion: string;
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
  /** Without those that are tensors of the file. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
}

/** One operation. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** A setting of an operation. */
export interface OnnxAttribute {
  readonly float: number;
  readonly int: number;
  readonly ints: readonly number[];
  readonly tensor: OnnxTensor | undefined;
}

/** An array, not decoded yet. */
export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** 1 float32, 11 float64. */
  readonly type: number;
  /** Little-endian; a view. */
  readonly data: Uint8Array;
  /** Whether its numbers are in another file. */
  readonly isElsewhere: boolean;
}

/** An input or an output. */
export interface OnnxValue {
  readonly name: string;
  readonly type: number;
  /** Undefined: not said, or a name. */
  readonly dims: readonly (number | undefined)[];
}

/** A network has a handful of each; what is more would be room for the asking. */
const MOST = 4096;
const MOST_AXES = 8;

/** Reads a model. */
export function readOnnx(bytes: Uint8Array): OnnxModel {
  const [opsets, graphs]: [Uint8Array[], Uint8Array[]] = [[], []];
  let [producer, producerVersion] = ["", ""];
  for (const field of fieldsOf(bytes)) {
    if (field.number === 8) push("operator sets", opsets, bytesOf(field));
    else if (field.number === 7) push("graphs", graphs, bytesOf(field));
    else if (field.number === 2) producer = textOf(field);
    else if (field.number === 3) producerVersion = textOf(field);
  }
  if (graphs.length !== 1) refuseOnnx("it must have one graph", graphs.length);
  const opset = opsets.map(standardVersion).find((version) => version !== undefined);
  if (opset === undefined) refuseOnnx("it must say its standard operators' version", "none");
  // Before it, Add and Gemm took other shapes.
  if (opset < 7) refuseOnnx("its operators must be of version 7 or later", opset);
  return { opset, producer, producerVersion, ...readGraph(graphs[0]!) };
}

/** Undefined for operators of others. */
function standardVersion(bytes: Uint8Array): number | undefined {
  let [domain, version] = ["", 0];
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) domain = textOf(field);
    else if (field.number === 2) version = field.int;
  }
  return isStandard(domain) ? version : undefined;
}

function isStandard(domain: string): boolean {
  return domain === "" || domain === "ai.onnx";
}

function readGraph(bytes: Uint8Array): Pick<OnnxModel, "nodes" | "tensors" | "inputs" | "outputs"> {
  const [nodes, tensors]: [OnnxNode[], OnnxTensor[]] = [[], []];
  const [inputs, outputs]: [OnnxValue[], OnnxValue[]] = [[], []];
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) push("nodes", nodes, readNode(bytesOf(field)));
    else if (field.number === 5) push("tensors", tensors, readTensor(bytesOf(field)));
    else if (field.number === 11) push("inputs", inputs, readValue(bytesOf(field)));
    else if (field.number === 12) push("outputs", outputs, readValue(bytesOf(field)));
    else if (field.number === 15) refuseOnnx("its tensors must be dense", "a sparse one");
  }
  const held = new Set(tensors.map(({ name }) => name));
  return { nodes, tensors, inputs: inputs.filter(({ name }) => !held.has(name)), outputs };
}

function readNode(bytes: Uint8Array): OnnxNode {
  const [inputs, outputs]: [string[], string[]] = [[], []];
  const attributes = new Map<string, OnnxAttribute>();
  let [op, domain] = ["", ""];
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) push("inputs of a node", inputs, textOf(field));
    else if (field.number === 2) push("outputs of a node", outputs, textOf(field));
    else if (field.number === 4) op = textOf(field);
    else if (field.number === 7) domain = textOf(field);
    else if (field.number === 5) attributes.set(...readAttribute(bytesOf(field)));
    if (attributes.size > MOST) refuseOnnx(`a node must have at most ${MOST} attributes`, attributes.size);
  }
  return { op: isStandard(domain) ? op : `${domain}.${op}`, inputs, outputs, attributes };
}

function readAttribute(bytes: Uint8Array): [string, OnnxAttribute] {
  const ints: number[] = [];
  let [name, float, int] = ["", 0, 0];
  let tensor: OnnxTensor | undefined;
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) name = textOf(field);
    else if (field.number === 2) float = floatOf(field);
    else if (field.number === 3) int = field.int;
    else if (field.number === 5) tensor = readTensor(bytesOf(field));
    else if (field.number === 8) {
      for (const value of intsOf(field)) push("numbers of an attribute", ints, value);
    }
  }
  return [name, { float, int, ints, tensor }];
}

/** The fields that hold numbers: packed float32 and float64, or either as raw bytes. */
const DATA: Readonly<Record<number, number | undefined>> = { 4: 1, 10: 11, 9: undefined };

function readTensor(bytes: Uint8Array): OnnxTensor {
  const dims: number[] = [];
  let [name, type, isElsewhere] = ["", 0, false];
  const data: Field[] = [];
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) { for (const size of intsOf(field)) push("sizes of a tensor", dims, size); }
    else if (field.number === 2) type = field.int;
    else if (field.number === 8) name = textOf(field);
    else if (field.number === 13 || (field.number === 14 && field.int !== 0)) isElsewhere = true;
    else if (field.number === 3) refuseOnnx("its tensors must be whole", "one in segments");
    else if (field.number in DATA) {
      bytesOf(field);
      push("pieces of a tensor", data, field);
    }
  }
  if (dims.length > MOST_AXES) refuseOnnx(`a tensor must have at most ${MOST_AXES} axes`, dims.length);
  const filled = data.filter((field) => field.bytes.length > 0);
  if (filled.length > 1) refuseOnnx("the numbers of a tensor must be in one piece", filled.length);
  const [only] = filled;
  const held = only && DATA[only.number];
  if (held !== undefined && held !== type) refuseOnnx("the numbers of a tensor must be of its type", type);
  return { name, dims, type, data: only?.bytes ?? new Uint8Array(0), isElsewhere };
}

function readValue(bytes: Uint8Array): OnnxValue {
  let [name, type] = ["", 0];
  const dims: (number | undefined)[] = [];
  for (const field of fieldsOf(bytes)) {
    if (field.number === 1) name = textOf(field);
    // TypeProto, its tensor_type, and in it the type of elements and the shape.
    for (const tensor of inside(field, 2, 1)) {
      for (const part of fieldsOf(tensor)) {
        if (part.number === 1) type = part.int;
        for (const dim of inside(part, 2, 1)) push("sizes of a value", dims, sizeOf(dim));
      }
    }
  }
  return { name, type, dims };
}

/** Messages of field `second` in a message of field `first`. */
function* inside(field: Field, first: number, second: number): Generator<Uint8Array> {
  if (field.number !== first || field.wire !== 2) return;
  for (const part of fieldsOf(field.bytes)) if (part.number === second && part.wire === 2) yield part.bytes;
}

function sizeOf(dim: Uint8Array): number | undefined {
  let size: number | undefined;
  for (const field of fieldsOf(dim)) if (field.number === 1 && field.wire === 0) size = field.int;
  return size;
}

function push<T>(what: string, list: T[], item: T): void {
  if (list.length === MOST) refuseOnnx(`it must have at most ${MOST} ${what}`, "more");
  list.push(item);
}

function bytesOf({ wire, bytes, number }: Field): Uint8Array {
  if (wire !== 2) refuseOnnx(`field ${number} must be bytes`, `of type ${wire}`);
  return bytes;
}

function textOf(field: Field): string {
  return new TextDecoder().decode(bytesOf(field));
}

function floatOf({ wire, bytes }: Field): number {
  if (wire !== 5) refuseOnnx("a float must be four bytes", `of type ${wire}`);
  return new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true);
}
