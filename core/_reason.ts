// What was thrown, in words: anything can be thrown.

import { show } from "./_plain_data.ts";

/** Letters of a reason that are kept. */
const LONGEST = 1000;

/** Why something failed: the message of an error, and what else was thrown as it is. */
export function reasonOf(thrown: unknown): string {
  const reason = textOf(thrown);
  return reason.length <= LONGEST ? reason : `${reason.slice(0, LONGEST)}… (of ${reason.length} characters)`;
}

function textOf(thrown: unknown): string {
  try {
    if (thrown instanceof Error && thrown.message !== "") return String(thrown.message);
    if (thrown instanceof Error) return thrown.name;
    return typeof thrown === "string" && thrown !== "" ? thrown : `${show(thrown)} was thrown`;
  } catch {
    // Its own code was asked, and threw.
    return "something was thrown that cannot be put in words";
  }
}
