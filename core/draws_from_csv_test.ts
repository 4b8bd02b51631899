import { assertEquals, assertThrows } from "@std/assert";
import type { Draws } from "./draws.ts";
import { drawsFromCsv } from "./draws_from_csv.ts";
import { drawsToCsv } from "./draws_to_csv.ts";

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
