// What numbers are, to the last bit: a run is resumed on the same ones only.

import type { Dataset, Points } from "@likely/core";

/** Of data. */
export async function digest({ theta, x, score, failedTheta }: Dataset): Promise<string> {
  return await digestOf(theta, x, score, failedTheta);
}

/** Of tables, those that are there. */
export async function digestOf(...tables: readonly (Points | undefined)[]): Promise<string> {
  const found = tables.filter((table) => table !== undefined);
  return (await Promise.all(found.map(({ data }) => digestNumbers(data)))).join("-");
}

async function digestNumbers(data: Float64Array): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new Uint8Array(data.slice().buffer));
  return new Uint8Array(hash).slice(0, 8).toHex();
}
