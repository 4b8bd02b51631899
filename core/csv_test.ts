import { assert, assertEquals, assertThrows } from "@std/assert";
import { readCsv, writeCsv } from "./csv.ts";
import { drawsToCsv } from "./draws_to_csv.ts";
import { bits, key } from "./key.ts";
import { fromRows, points } from "./points.ts";

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
  refused("a\n1 2", "1 cells", "line 2 has 2");
  refused("a,b", "at least one row");
  refused("", "at least one row");
  refused('a,"b\n1,2', "line 1, character 3");
  refused('a,"b"c\n1,2', "line 1, character 3");
});

Deno.test("writeCsv() refuses names that do not fit", () => {
  const rows = points(new Float64Array(2), 2);
  assertThrows(() => writeCsv(["a"], rows), TypeError, "must have length 2");
  for (const name of ["\ud800", "a\0"]) {
    assertThrows(() => writeCsv(["a", name], rows), TypeError, "text without");
  }
});

Deno.test("drawsToCsv() numbers chains and draws", () => {
  const values = new Float64Array([1, 2, 3, 4, 5, 6, 7, 8]);
  const info = { sampler: "test", evaluations: 0 };
  const text = drawsToCsv({ names: ["a", "b"], chains: 2, length: 2, values, info, warnings: [] });
  assertEquals(text, "chain,draw,a,b\n0,0,1,2\n0,1,3,4\n1,0,5,6\n1,1,7,8\n");
});

Deno.test("tables with any names read back as they were written", () => {
  const names = [
    "N#1",
    "#1",
    "50%",
    "a/b",
    "a\nb",
    "a\r\nb\r",
    '"',
    '"\n"',
    ",",
    ";",
    "a\tb",
    "1 2",
    "NA",
    "",
    "-",
    "0x1",
  ];
  names.push(
    "nan",
    "1,5",
    "−5",
    "1D5",
    "2020-01-01",
    "<0.1",
    "\uFEFFa",
    "log σ[0]",
    "µ",
    " ",
    "x1e5",
    "e5",
    "∞",
    "1st",
  );
  const rows = points(Float64Array.from({ length: 2 * names.length }, (_, k) => k / 8), names.length);
  assertEquals(readCsv(writeCsv(names, rows)), { names, rows });
  for (const name of names) {
    const one = points(new Float64Array([1, -2]), 1);
    assertEquals(readCsv(writeCsv([name], one)), { names: [name], rows: one }, name);
    assertEquals(readCsv(new TextEncoder().encode(writeCsv([name], one))).names, [name]);
  }
});

Deno.test("a first line with a hole in it is not a header", () => {
  for (
    const hole of ["NA", "N/A", "null", "None", "-", ".", "?", "<NA>", "#N/A", "--", "", "missing"]
  ) {
    refused(`${hole}\n3\n4`, "line 1");
    refused(`1,${hole},2\n3,4,5`, "line 1, column 2 is");
    refused(`1,2,${hole}\n3,4,5`, "line 1, column 3 is");
    refused(`"1","${hole}"\n"3","4"`, "line 1, column 2 is");
    refused(`a,${hole}\n1,2`, "line 1, column 2 is", 'column 1 "a"');
  }
  for (const bad of ["−5", "<0.1", "5%", "1D5", "0x10", "1.2.3", "1_000", "1e999", "$3", "12:30"]) {
    refused(`${bad}\n3\n4`, "line 1");
  }
  refused("a,2\n3,4", "names", "line 1, column 2 is", '"2"');
  refused("x1,x2,3\n3,4,5", "line 1, column 3 is");
});

Deno.test("cells may be separated and quoted, and lines end, in any usual way", () => {
  const rows = points(new Float64Array([1, -2, 0.5, 3e5]), 2);
  for (
    const text of [
      "1;-2\n0.5;3e5",
      "1\t-2\n0.5\t3e5",
      "1 -2\n0.5 3e5",
      "  1   -2\n 0.5   3e5 ",
      "1, -2\n.5 ,3e5",
    ]
  ) {
    assertEquals(readCsv(text), { names: [], rows }, text);
  }
  for (const end of ["\n", "\r\n", "\r"]) {
    const lines = ['# by a program, "quoted', "a,b", "1,-2", "# between", "0.5,3e5", "# after"];
    assertEquals(readCsv(lines.join(end)), { names: ["a", "b"], rows }, JSON.stringify(end));
    assertEquals(readCsv(lines.join(end) + end + end), { names: ["a", "b"], rows });
    refused(["a,b", "# what", "1,-2", "0.5,x"].join(end), "line 4, column 2 (b)");
  }
  assertEquals(readCsv('"1","-2"\n"0.5","3e5"'), { names: [], rows });
  assertEquals(readCsv('"a";"b"\n"1";"-2"\n"0.5";"3e5"'), { names: ["a", "b"], rows });
  assertEquals(readCsv('"a b" c\n1 -2\n0.5 3e5'), { names: ["a b", "c"], rows });
  assertEquals(readCsv('"a\tb"\tc\n1\t-2\n0.5\t3e5'), { names: ["a\tb", "c"], rows });
  assertEquals(readCsv("log sigma\n1\n2").names, ["log sigma"]);
  // numpy.savetxt(file, [[1, -2], [0.5, 3e5]], header="a b")
  const saved =
    "# a b\n1.000000000000000000e+00 -2.000000000000000000e+00\n5.000000000000000000e-01 3.000000000000000000e+05\n";
  assertEquals(readCsv(saved), { names: [], rows });
  refused("a,b\n1\n2", "2 cells", "line 2 has 1");
  refused("3\n\n4", "line 2 has 0");
  refused("\n3\n4", "line 1 has 0");
  refused("1\t2\n3\t\n4\t5", "line 2, column 2");
  refused("1\t2\n\t\n", "line 2, column 1");
});

Deno.test("decimal commas are refused by name", () => {
  refused("1,5;2,5\n3,5;4,5", "decimals must have points", "line 1, column 1", '"1,5"');
  refused("a;b\n1;2,5", "decimals must have points", "line 2, column 2 (b)");
  refused("1,5\t2\n", "decimals must have points");
});

Deno.test("bytes are UTF-8, or UTF-16 with its mark; others are refused", () => {
  const table = { names: ["µ"], rows: points(new Float64Array([1, 2]), 1) };
  const utf16 = (text: string, isLittle: boolean) => {
    const view = new DataView(new ArrayBuffer(2 * text.length));
    [...text].forEach((character, i) => view.setUint16(2 * i, character.charCodeAt(0), isLittle));
    return new Uint8Array(view.buffer);
  };
  assertEquals(readCsv(new TextEncoder().encode("\uFEFFµ\n1\n2")), table);
  assertEquals(readCsv(utf16("\uFEFFµ\r\n1\r\n2", true)), table);
  assertEquals(readCsv(utf16("\uFEFFµ\r\n1\r\n2", false)), table);
  const refusedBytes = (bytes: Uint8Array) => assertThrows(() => readCsv(bytes), SyntaxError, "UTF-16");
  refusedBytes(utf16("µ\n1\n2", true));
  refusedBytes(utf16("1\n2", true));
  refusedBytes(new Uint8Array([0xb5, 0x0a, 0x31]));
  refusedBytes(new Uint8Array([0xff, 0xfe, 0x31]));
});

Deno.test("a table is read over the ends of pieces, and what has no end is refused", () => {
  const rows = points(Float64Array.from({ length: 400_000 }, (_, k) => k / 7), 2);
  const names = ["a\r\nb", "ä".repeat(700_000)];
  const text = writeCsv(names, rows);
  assertEquals(readCsv(text), { names, rows });
  assertEquals(readCsv(new TextEncoder().encode(text.replaceAll("\n", "\r\n"))).rows, rows);
  const piece = 2 ** 20;
  for (const end of ["\r\n", "\r", "\n"]) {
    for (const shift of [-2, -1, 0, 1]) {
      assertEquals(readCsv(`${"1".padEnd(piece + shift)}${end}2`).rows.data, new Float64Array([1, 2]));
    }
  }
  refused(`a,"b\n${"1,2\n".repeat(2 ** 24)}`, "at most", "a quote is open");
});

Deno.test("numbers of rows under an empty name are a column, as pandas and R write them", () => {
  const rows = fromRows([[1, 0.5, 2], [2, 3, 4]]);
  for (const text of [",a,b\n1,0.5,2\n2,3,4\n", '"","a","b"\n"1",0.5,2\n"2",3,4\n']) {
    assertEquals(readCsv(text), { names: ["", "a", "b"], rows });
  }
  assertThrows(() => readCsv(",2\n1,2\n"), SyntaxError, "line 1, column 1 is");
  assertThrows(() => readCsv(",a\n,2\n"), SyntaxError, "line 1, column 1 is");
});

Deno.test("missing numbers are NaN where that is asked for, and other cells are refused as ever", () => {
  const missing = "nan";
  const { names, rows } = readCsv('a,b\n,1\nNA,"2"\nNaN,\n', { missing });
  assertEquals([names, rows], [["a", "b"], fromRows([[NaN, 1], [NaN, 2], [NaN, NaN]])]);
  assertThrows(() => readCsv("a,b\n1,x\n", { missing }), SyntaxError, "line 2, column 2 (b) is");
  assertThrows(() => readCsv("a,b\n1,\n"), SyntaxError, "line 2, column 2 (b) is");
});

Deno.test("blanks before a quote that is never closed are read once, however many", () => {
  // By a pattern that goes back over them this would take days.
  for (
    const text of [
      `${" ".repeat(200_000)}"\n1,2\n`,
      `1,2\n${" ".repeat(200_000)}"\n`,
      `1,2\n${"1 ".repeat(99_999)}"\n`,
    ]
  ) {
    assertThrows(() => readCsv(text), SyntaxError, "every quote must be closed");
  }
});

Deno.test("R's tables: a header one name short, quotes between semicolons, decimals with commas", () => {
  const { names, rows } = readCsv('"a" "b"\n"1" 0.5 2\n"2" 0.7 3\n');
  assertEquals([names, [...rows.data]], [["", "a", "b"], [1, 0.5, 2, 2, 0.7, 3]]);
  assertEquals(readCsv("a b\n1 0.5 2\n2 0.7 3\n").names, ["", "a", "b"]);
  assertEquals([...readCsv('"";"a"\n"1";0.5\n').rows.data], [1, 0.5]);
  assertThrows(
    () => readCsv('"";"a";"b"\n"1";0,5;1,2\n'),
    SyntaxError,
    "decimals must have points, not commas",
  );
  // Any other header that is too short is a mistake.
  assertThrows(
    () => readCsv("a,b\n7,2,3\n8,2,3\n"),
    SyntaxError,
    "every line must have 2 cells: line 2 has 3",
  );
});
