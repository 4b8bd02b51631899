import { assert, assertEquals, assertThrows } from "@std/assert";
import { readCsv, writeCsv } from "./csv.ts";
import { drawsToCsv } from "./draws_to_csv.ts";
import { bits, key } from "./key.ts";
import { points } from "./points.ts";

function refused(text: string, ...parts: string[]): void {
  const { message } = assertThrows(() => readCsv(text), SyntaxError);
  for (const part of parts) assert(message.includes(part), message);
}

Deno.test("a table reads back as it was written, to the last bit", () => {
  const any = new Float64Array(bits(key(0), 400).buffer).map((value) => Number.isNaN(value) ? NaN : value);
  any.set([NaN, Infinity, -Infinity, 5e-324, 1.7976931348623157e308, 0.1]);
  const rows = points(any, 4);
  const names = ["a", 'with "quotes", and comma', " spaced", "1e3"];
  assertEquals(readCsv(writeCsv(names, rows)), { names, rows });
  assertEquals(readCsv(writeCsv([], rows)), { names: [], rows });
});

Deno.test("readCsv() takes what other programs write", () => {
  const table = { names: ["a", "b"], rows: points(new Float64Array([1, -2, 0.5, 3e5]), 2) };
  assertEquals(readCsv("a,b\n1,-2\n.5,3E+5"), table);
  assertEquals(readCsv("\uFEFFa,b\r\n1,-2\r\n0.5,300000.\r\n\r\n"), table);
  assertEquals(readCsv('"a" , b\n 1 ,\t-2\n+0.5, 3e5 '), table);
  assertEquals(readCsv("nan,inf,-inf").rows.data, new Float64Array([NaN, Infinity, -Infinity]));
  assertEquals(readCsv("7").rows, points(new Float64Array([7]), 1));
  assertEquals(readCsv('"7"\n8'), { names: ["7"], rows: points(new Float64Array([8]), 1) });
  assertEquals(readCsv('a,""\n8,9').names, ["a", ""]);
});

Deno.test("readCsv() names line and column of what it refuses", () => {
  refused("a,b\n1,2\n3,x", "line 3, column 2 (b)", '"x"');
  refused("1,2\n3,", "line 2, column 2 is", '""');
  refused("a,b\n1,2\n3", "2 cells", "line 3 has 1");
  refused("a,b\n1,2,3", "line 2 has 3");
  refused("a,b\n\n1,2", "line 2 has 0");
  refused("a\n0x10", "0x10");
  refused("a\n1 2", "1 2");
  refused("a,b", "at least one row");
  refused("", "at least one row");
  refused('a,"b\n1,2', "line 1, character 3");
  refused('a,"b"c\n1,2', "line 1, character 3");
});

Deno.test("writeCsv() refuses names that do not fit", () => {
  const rows = points(new Float64Array(2), 2);
  assertThrows(() => writeCsv(["a"], rows), TypeError, "must have length 2");
  assertThrows(() => writeCsv(["a", "b\nc"], rows), TypeError, "line breaks");
});

Deno.test("drawsToCsv() numbers chains and draws", () => {
  const values = new Float64Array([1, 2, 3, 4, 5, 6, 7, 8]);
  const info = { sampler: "test", evaluations: 0 };
  const text = drawsToCsv({ names: ["a", "b"], chains: 2, length: 2, values, info, warnings: [] });
  assertEquals(text, "chain,draw,a,b\n0,0,1,2\n0,1,3,4\n1,0,5,6\n1,1,7,8\n");
});
