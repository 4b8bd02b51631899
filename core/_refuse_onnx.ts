// What is wrong with a file in ONNX, in one form; names in hostile files are as long as they like.

import { FormatError } from "./errors.ts";

/** Ends with an error that names the rule. */
export function refuseOnnx(rule: string, value: string | number): never {
  throw new FormatError(`Cannot read ONNX as ${cut(rule, 160)}: current value is ${cut(String(value), 60)}`);
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
