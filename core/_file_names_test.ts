import { assertEquals } from "@std/assert";
import { fileNames, isFileName } from "./_file_names.ts";
import { bits, key } from "./key.ts";

Deno.test("names that files can have stay as they are", () => {
  const plain = ["mu", "log σ[0]", "N#1", "N#2", "50%", "a & b", "θ′", "α+β=1", "x.1", "_y", "~"];
  assertEquals(fileNames(plain), plain);
});

Deno.test("what a file system would refuse, split or hide is escaped", () => {
  const files = {
    "a/b": "a%2Fb",
    "a\\b": "a%5Cb",
    "p?": "p%3F",
    "beta:age": "beta%3Aage",
    "a\nb\0": "a%0Ab%00",
    "%2F": "%252F",
    "..": "%2E%2E",
    "../x": "%2E.%2Fx",
    "__x": "%5F_x",
    "x. ": "x.%20",
    "chain": "%63hain",
    "Draw": "%44raw",
    "zarr.json": "%7Aarr.json",
    "aux": "%61ux",
  };
  assertEquals(fileNames(Object.keys(files)), Object.values(files));
});

Deno.test("names that differ in case or in how accents are composed have files that do not", () => {
  assertEquals(fileNames(["N", "n", "m"]), ["%4E", "n", "m"]);
  assertEquals(fileNames(["é", "e\u0301", "É:", "é:"]), ["%C3%A9", "e%CC%81", "%C3%89%3A", "%C3%A9%3A"]);
});

Deno.test("names without a file are told", () => {
  assertEquals(fileNames(["", "\ud800", "x".repeat(256), "ab"]), [undefined, undefined, undefined, "ab"]);
});

Deno.test("the files of any names are distinct, as names and when folded", () => {
  const letters = [
    "a",
    "A",
    "%",
    "4",
    "1",
    "2",
    "F",
    "f",
    "/",
    ".",
    "_",
    "ß",
    "s",
    "é",
    "e",
    "\u0301",
    " ",
    ":",
  ];
  const words = bits(key(0), 12_000);
  const names = new Set(
    Array.from(
      { length: 3000 },
      (_, i) => [...words.subarray(4 * i, 4 * i + 4)].map((word) => letters[word % letters.length]).join(""),
    ),
  );
  const files = fileNames([...names]);
  assertEquals(files.filter((file) => !isFileName(file!)), []);
  const folded = new Set(files.map((file) => file!.normalize("NFC").toUpperCase().toLowerCase()));
  assertEquals(folded.size, names.size);
});
