// From a graph of ONNX to dense layers. The graph must be a chain: each node takes what the one before made,
// and numbers that the file holds.

import { type Bend, OnnxChain } from "./_onnx_chain.ts";
import type { OnnxModel, OnnxNode, OnnxTensor } from "./_onnx_graph.ts";
import { refuseOnnx } from "./_refuse_onnx.ts";

/** A constant array. */
interface Constant {
  readonly dims: readonly number[];
  readonly values: Float64Array;
}

const BENDS: Readonly<Record<string, Bend>> = { Tanh: "tanh", Relu: "relu", Sigmoid: "sigmoid" };
/** What changes no number of a row, here. */
const SAME = ["Identity", "Dropout"];

/** Reads the layers of a model whose input has so many columns. */
export function onnxLayers(model: OnnxModel, columns: number, room: number): OnnxChain {
  return new Walk(model, columns, room).chain;
}

class Walk {
  readonly chain: OnnxChain;
  /** By name. */
  readonly #tensors = new Map<string, OnnxTensor>();
  readonly #transposed = new Set<string>();
  /** The name of the row so far. */
  #at: string;
  /** Numbers that may still be decoded: a file names one tensor as often as it likes. */
  #room: number;
  readonly #nodes: readonly OnnxNode[];

  constructor({ nodes, tensors, inputs, outputs }: OnnxModel, columns: number, room: number) {
    this.#nodes = nodes;
    this.#room = room;
    this.chain = new OnnxChain(columns);
    for (const tensor of tensors) this.#tensors.set(tensor.name, tensor);
    if (inputs.length !== 1) refuseOnnx("it must have one input, parameters and then data", inputs.length);
    if (outputs.length !== 1) refuseOnnx("it must have one output", outputs.length);
    const { name, dims, type } = inputs[0]!;
    this.#at = name;
    const width = dims.at(-1) ?? columns;
    if (width !== columns) refuseOnnx(`its input must have ${columns} numbers, parameters and data`, width);
    if (dims.length > 2) refuseOnnx("its input must be rows", `of ${dims.length} axes`);
    requireReal("its input", type);
    for (let i = 0; i < nodes.length; i++) i += this.#take(i);
    if (this.#at !== outputs[0]!.name) {
      refuseOnnx("its output must be what the last node makes", outputs[0]!.name);
    }
    this.chain.end();
  }

  /** Returns how many nodes were taken beside this one. */
  #take(i: number): number {
    const node = this.#nodes[i]!;
    if (this.#isConstant(node)) return 0;
    const [first, second] = node.inputs;
    if (!node.inputs.includes(this.#at)) {
      refuseOnnx("its nodes must be one chain", `${node.op} of "${first}", where "${this.#at}" is due`);
    }
    const bend = BENDS[node.op];
    if (bend !== undefined) {
      // z · sigmoid(z).
      const after = this.#nodes[i + 1];
      const pair = [this.#at, node.outputs[0]];
      if (bend === "sigmoid" && after?.op === "Mul" && pair.every((name) => after.inputs.includes(name!))) {
        this.chain.bend("silu");
        this.#advance(after);
        return 1;
      }
      this.chain.bend(bend);
    } else if (node.op === "Gemm") this.#gemm(node);
    else if (node.op === "MatMul") this.#multiply(second, { isTransposed: false, factor: 1 });
    else if (["Add", "Sub", "Mul", "Div"].includes(node.op)) this.#elementwise(node);
    else if (node.op === "Neg") this.chain.times([-1]);
    else if (node.op === "Flatten") {
      const axis = node.attributes.get("axis")?.int ?? 1;
      if (axis !== 1) refuseOnnx("Flatten must have axis 1", axis);
    } else if (!SAME.includes(node.op)) {
      refuseOnnx(
        "its nodes must be Gemm, MatMul, Add, Sub, Mul, Div, Neg, Tanh, Relu, Sigmoid, Identity or Flatten",
        `"${node.op}"`,
      );
    }
    this.#advance(node);
    return 0;
  }

  #advance({ op, outputs }: OnnxNode): void {
    const [name] = outputs;
    if (name === undefined || name === "" || this.#tensors.has(name)) {
      refuseOnnx("what a node makes must have a name of its own", `"${name}" of ${op}`);
    }
    this.#at = name;
  }

  /** Notes a node that makes a constant of constants. */
  #isConstant({ op, inputs, outputs, attributes }: OnnxNode): boolean {
    const [name] = outputs;
    const value = op === "Constant" ? attributes.get("value")?.tensor : this.#tensors.get(inputs[0] ?? "");
    if (!value || name === undefined || !["Constant", "Identity", "Transpose"].includes(op)) return false;
    // By its number of axes it is known what is done with it.
    const turns = op === "Transpose" && value.dims.length === 2 &&
      (attributes.get("perm")?.ints ?? [1, 0])[0] === 1;
    const was = op !== "Constant" && this.#transposed.has(inputs[0]!);
    this.#tensors.set(name, value);
    if (turns !== was) this.#transposed.add(name);
    else this.#transposed.delete(name);
    return true;
  }

  #gemm({ inputs: [first, second, third], attributes }: OnnxNode): void {
    if (first !== this.#at) refuseOnnx("Gemm must have rows for its first input", `"${first}"`);
    const number = (name: string) => attributes.get(name)?.float ?? 1;
    if (attributes.get("transA")?.int) refuseOnnx("transA of Gemm must be 0", 1);
    const isTransposed = (attributes.get("transB")?.int ?? 0) !== 0;
    this.#multiply(second, { isTransposed, factor: number("alpha") });
    if (third === undefined || third === "") return;
    const bias = this.#row(third);
    this.chain.plus(bias.map((value) => number("beta") * value));
  }

  #multiply(
    name: string | undefined,
    { isTransposed, factor }: { readonly isTransposed: boolean; readonly factor: number },
  ): void {
    const { dims, values } = this.#constant(name);
    if (dims.length !== 2) refuseOnnx("a matrix must have 2 axes", dims.length);
    // Stored [in, out], unless turned once.
    const isTurned = isTransposed !== this.#transposed.has(name!);
    const [fanIn, fanOut] = isTurned ? [dims[1]!, dims[0]!] : [dims[0]!, dims[1]!];
    const weight = isTurned ? transposed(values, fanOut, fanIn) : values;
    this.chain.matrix(factor === 1 ? weight : weight.map((value) => factor * value), fanIn, fanOut);
  }

  #elementwise({ op, inputs: [first, second] }: OnnxNode): void {
    const isFirst = first === this.#at;
    const other = this.#row(isFirst ? second : first);
    if (op === "Mul") return this.chain.times(other);
    if (op === "Add") return this.chain.plus(other);
    if (op === "Sub") {
      if (!isFirst) this.chain.times([-1]);
      return this.chain.plus(isFirst ? other.map((value) => -value) : other);
    }
    if (!isFirst) refuseOnnx("Div must divide rows", "it divides by them");
    this.chain.times(other.map((value) => 1 / value));
  }

  /** Numbers for the columns of a row. */
  #row(name: string | undefined): Float64Array {
    const { dims, values } = this.#constant(name);
    if (this.#transposed.has(name!) || dims.slice(0, -1).some((size) => size !== 1)) {
      refuseOnnx("what is applied to rows must be one row", `of sizes ${dims.join(", ")}`);
    }
    return values;
  }

  /** Decoded; the caller's own. */
  #constant(name: string | undefined): Constant {
    const tensor = this.#tensors.get(name ?? "");
    if (!tensor) refuseOnnx("the numbers that a node takes must be in the file", `"${name}" is not`);
    const { dims, type, data, isElsewhere } = tensor;
    if (isElsewhere) {
      refuseOnnx(
        "its weights must be in the file itself, torch.onnx.export(…, external_data=False)",
        `"${name}" is in another`,
      );
    }
    requireReal(`"${name}"`, type);
    const count = dims.reduce((product, size) => product * size, 1);
    const each = type === 1 ? 4 : 8;
    if (!dims.every((size) => size > 0) || count * each !== data.length) {
      refuseOnnx(`"${name}" must have the bytes of its sizes, ${dims.join(" × ")}`, data.length);
    }
    this.#room -= count;
    if (this.#room < 0) refuseOnnx("its tensors must be used a few times at most", `"${name}" once more`);
    const bytes = new DataView(data.buffer, data.byteOffset, data.length);
    const values = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      values[i] = type === 1 ? bytes.getFloat32(4 * i, true) : bytes.getFloat64(8 * i, true);
      if (!Number.isFinite(values[i])) refuseOnnx(`the numbers of "${name}" must be finite`, values[i]!);
    }
    return { dims, values };
  }
}

function requireReal(what: string, type: number): void {
  if (type !== 1 && type !== 11) refuseOnnx(`${what} must be float32 or float64, of type 1 or 11`, type);
}

/** `[rows, columns]`, turned. */
function transposed(values: Float64Array, rows: number, columns: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[j * rows + i] = values[i * columns + j]!;
  }
  return out;
}
