// Values in task files. Every message is the end of "… as <path> must be <message>".

import * as v from "valibot";

/** Any finite number. */
export const NUMBER = v.pipe(v.number("a number"), v.finite("a finite number"));
/** A finite number > 0. */
export const POSITIVE = v.pipe(NUMBER, v.gtValue(0, "a number > 0"));
/** A whole number ≥ 1. */
export const COUNT = v.pipe(
  v.number("a whole number >= 1"),
  v.safeInteger("a whole number >= 1"),
  v.minValue(1, "a whole number >= 1"),
);
/** A text that is not empty. */
export const NAME = v.pipe(v.string("a text"), v.nonEmpty("a text that is not empty"));
/** Names, one at least. */
export const NAMES = v.pipe(v.array(NAME, "an array of names"), v.minLength(1, "one name at least"));
