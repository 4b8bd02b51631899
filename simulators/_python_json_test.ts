import { assert, assertEquals, assertThrows } from "@std/assert";
import { bits, drawNormal, foldIn, key, type Stream, stream } from "@likely/core";
import { readByHand, readPythonJson } from "./_python_json.ts";

Deno.test("what is no number in JSON is one here, outside quotes alone", () => {
  const text = '{"output": [[nan, inf, -inf], [NaN, Infinity, -Infinity, -nan, None, null, 1e+300, -0.0]] }';
  const { output } = readPythonJson(text) as { output: number[][] };
  assertEquals(output, [
    [NaN, Infinity, -Infinity],
    [NaN, Infinity, -Infinity, NaN, null as unknown as number, null as unknown as number, 1e300, -0],
  ]);
  const said = `{"error": {"type": "nan", "message": "x is NaN, not [inf, \\"nan\\\\", "k": nan}}`;
  assertEquals(readPythonJson(said), {
    error: { type: "nan", message: 'x is NaN, not [inf, "nan\\', k: NaN },
  });
});

Deno.test("a field called __proto__ is a field", () => {
  const value = readPythonJson('{"__proto__": {"output": [1]}, "x": nan}') as Record<string, unknown>;
  assertEquals(Object.keys(value), ["__proto__", "x"]);
  assertEquals(value.output, undefined);
});

for (
  const [text, message] of [
    ["", "a value must stand here: at 0 is the end"],
    ["[1, nan", '"," or "]" must stand here: at 7 is the end'],
    ["[1, nano]", '"," or "]" must stand here: at 7 is "o]"'],
    ["[nan,]", 'a value must stand here: at 5 is "]"'],
    ["[nan] [", 'nothing may follow the value: at 6 is "["'],
    ["[True, nan]", 'a value must stand here: at 1 is "True, nan]"'],
    ["['nan']", "a value must stand here: at 1 is \"'nan']\""],
    ['["a', "a string must end"],
    ['["\\', "a string must end"],
    ['["\\q", nan]', "nor unknown escapes"],
    ["[01, nan]", '"," or "]" must stand here: at 2 is "1, nan]"'],
    ["[.5]", 'a value must stand here: at 1 is ".5]"'],
    ["{nan: 1}", "a name in double quotes must stand here"],
    ['{"a" 1}', '":" must stand here'],
    ["[".repeat(200_000), "lists must be at most 100 deep"],
    [`[nan, "${"x".repeat(1_000_000)}]`, "a string must end"],
  ] as const
) {
  Deno.test(`refused: ${text.slice(0, 30)}`, () => {
    assertThrows(() => readPythonJson(text), SyntaxError, message);
  });
}

/** A text and what it says, put together side by side. */
function written(random: Stream, depth: number): { text: string; value: unknown } {
  const words: [string, unknown][] = [["nan", NaN], ["-inf", -Infinity], ["Infinity", Infinity], [
    "None",
    null,
  ]];
  const strings = ["nan", '"inf, NaN"', "\\", "é∀\u2028", "[", "\ud800", "\u0001\n"];
  const pick = <T>(from: readonly T[]) => from[Math.floor(random.uniform() * from.length)]!;
  const blank = () => pick(["", "", " ", "\n\t "]);
  const kind = depth > 4 ? 0.7 * random.uniform() : random.uniform();
  if (kind < 0.2) {
    const [text, value] = pick(words);
    return { text, value };
  }
  if (kind < 0.5) {
    const value = drawNormal(random) * 10 ** Math.floor(600 * random.uniform() - 300);
    return { text: `${value}`, value };
  }
  if (kind < 0.7) {
    const value = pick<unknown>([...strings, true, false, null]);
    return { text: JSON.stringify(value), value };
  }
  const items = Array.from({ length: Math.floor(4 * random.uniform()) }, () => written(random, depth + 1));
  const joined = (texts: string[]) => blank() + texts.join(`${blank()},${blank()}`) + blank();
  if (kind < 0.85) {
    return {
      text: `[${joined(items.map(({ text }) => text))}]`,
      value: items.map((i) => i.value),
    };
  }
  const names = items.map((_, k) => pick([...strings, `${k}`]) + k);
  return {
    text: `{${joined(items.map(({ text }, k) => JSON.stringify(names[k]) + blank() + ":" + text))}}`,
    value: Object.fromEntries(items.map(({ value }, k) => [names[k], value])),
  };
}

Deno.test("10,000 texts with words among numbers and in quotes are read as they were meant", () => {
  let withWords = 0;
  for (let i = 0; i < 10_000; i++) {
    const { text, value } = written(stream(foldIn(key(1), i)), 0);
    assertEquals(readPythonJson(text), value, text);
    assertEquals(readByHand(text), value, text);
    if (/nan|inf|None/.test(text)) withWords++;
  }
  assert(withWords > 1000);
});

Deno.test("100,000 spoiled texts: refused, or read as JSON.parse reads what is JSON", () => {
  const signs = '{}[]",:0123456789.-+eEnaifNIftulro\\u \n\u0000é';
  let [accepted, refused, plain] = [0, 0, 0];
  for (let i = 0; i < 100_000; i++) {
    const random = stream(foldIn(key(2), i));
    const { text } = written(random, 2);
    const words = bits(foldIn(key(3), i), 9);
    let spoiled = text;
    for (let k = 0; k < 1 + words[0]! % 3; k++) {
      const at = words[1 + k]! % (spoiled.length + 1);
      const put = signs[words[4 + k]! % signs.length]!;
      spoiled = spoiled.slice(0, at) + (words[7]! % 3 === 0 ? "" : put) + spoiled.slice(at + words[8]! % 2);
    }
    let value: unknown;
    try {
      value = readByHand(spoiled);
      accepted++;
    } catch (error) {
      assert(error instanceof SyntaxError, `${error}`);
      refused++;
    }
    let truth: unknown;
    try {
      truth = JSON.parse(spoiled);
      plain++;
    } catch {
      continue;
    }
    assert(JSON.stringify(value) === JSON.stringify(truth), spoiled);
  }
  assert(accepted > 10_000 && refused > 10_000 && plain > 5000, `${accepted}, ${refused}, ${plain}`);
});
