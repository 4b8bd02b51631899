// What a function of one row returned, put at its place.

import { show } from "./_plain_data.ts";
import { WidthError } from "./_width_error.ts";
import type { Points } from "./points.ts";

/** Puts a row at its place; what is no row of numbers is a mistake in the function, and ends the run. */
export function setRow(to: Points, i: number, who: string, values: ArrayLike<number>): void {
  if (!isList(values)) refuse(who, `a row must be a list of numbers: row ${i} is ${what(values)}`);
  if (values.length !== to.dim) {
    refuse(who, `a row must have length ${to.dim}: row ${i} has length ${values.length}`);
  }
  if (!(values instanceof Float64Array || values instanceof Float32Array)) {
    for (let j = 0; j < to.dim; j++) {
      if (typeof values[j] === "number") continue;
      refuse(who, `a row must hold numbers: number ${j} of row ${i} is ${show(values[j])}`);
    }
  }
  to.data.set(values, i * to.dim);
}

function isList(values: unknown): values is ArrayLike<number> {
  return typeof values === "object" && values !== null &&
    typeof (values as ArrayLike<number>).length === "number";
}

function what(values: unknown): string {
  if (values === undefined) return "undefined; is there a return?";
  if (!(values instanceof Promise)) return show(values);
  values.catch(() => {}); // Nobody will wait for it.
  return "a Promise; a function whose rows are waited for must be declared async";
}

function refuse(who: string, why: string): never {
  throw new WidthError(`Cannot use the output of ${who} as ${why}`);
}
