// What is wrong with a file in ONNX, in one form; names in hostile files are as long as they like.

import { FormatError } from "./errors.ts";

/** Ends with an error that names the rule. */
export function refuseOnnx(rule: string, value: string | number): never {
  const text = String(value);
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  throw new FormatError(`Cannot read ONNX as ${rule}: current value is ${shown}`);
}
