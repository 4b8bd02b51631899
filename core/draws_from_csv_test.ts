import { assertEquals, assertThrows } from "@std/assert";
import type { Draws } from "./draws.ts";
import { drawsFromCsv } from "./draws_from_csv.ts";
import { drawsToCsv, drawsToCsvChunks } from "./draws_to_csv.ts";

const draws: Draws = {
  names: ["mu", 'a "b", c'],
  chains: 2,
  length: 3,
  values: new Float64Array([1, 2, 0.1, -1e-300, 5, NaN, 7, 8, 1 / 3, 10, 11, Infinity]),
  info: { sampler: "hmc", evaluations: 20 },
  warnings: ["careful"],
};

Deno.test("draws read back as they were written, to the last bit", () => {
  const back = drawsFromCsv(drawsToCsv(draws));
  assertEquals(back, { ...draws, info: { sampler: "unknown", evaluations: NaN }, warnings: [] });
});

Deno.test("draws of any names read back, from bytes too", () => {
  const names = ["N#1", "N#2", "50%", "p?", "beta:age", "a\nb", "chain", "1", "NA", "a,b", ""];
  const values = Float64Array.from({ length: 6 * names.length }, (_, k) => k / 3);
  const some = { ...draws, names, values };
  assertEquals(drawsFromCsv(drawsToCsv(some)).names, names);
  assertEquals(drawsFromCsv(new TextEncoder().encode(drawsToCsv(some))).values, values);
  assertThrows(() => drawsToCsv({ ...some, names: ["\ud800", ...names.slice(1)] }), TypeError, "surrogate");
});

Deno.test("draws that are longer than a string are written in pieces, and refused in one", () => {
  // 2^29 / 24 numbers of 24 characters; the pieces are counted, not kept.
  const many: Draws = {
    ...draws,
    names: ["mu"],
    chains: 1,
    length: 22_500_000,
    values: new Float64Array(22_500_000),
  };
  many.values.fill(-1.2345678901234567e-300);
  assertThrows(
    () => drawsToCsv(many),
    RangeError,
    "at most 536870888 characters: 22500000 numbers have more",
  );
  const pieces = drawsToCsvChunks(draws);
  assertEquals([...pieces].join(""), drawsToCsv(draws));
});

Deno.test("drawsFromCsv() refuses a table that is not of draws, and says where", () => {
  const lines = drawsToCsv(draws).trimEnd().split("\n");
  const refused = (text: string, why: string) => assertThrows(() => drawsFromCsv(text), SyntaxError, why);
  refused("mu,tau\n1,2\n", "the columns must be chain, draw and the parameters: current value is mu, tau");
  refused("0,0,1\n", "current value is no header");
  refused("chain,draw\n0,0\n", "the columns must be");
  refused(lines.slice(0, -1).join("\n"), "all chains must have one length: current value is 5 lines");
  refused([lines[0], lines[2], lines[1], ...lines.slice(3)].join("\n"), "line 2 must be of chain 0, draw 0");
  refused("chain,draw,mu\n0,0,1\nNaN,1,2\n", "all chains must have one length");
  refused("chain,draw,mu\n-1,0,1\n", "all chains must have one length");
});
