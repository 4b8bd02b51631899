// Task files: what is read of them, and what is refused, with the path and the rule.

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { independent, isAsync, multivariateNormal, normal, truncatedNormal } from "@likely/core";
import { taskSchema } from "../_tools/task_schema.ts";
import { readTaskFile } from "../cli/_task_file.ts";
import { taskOfFile } from "../cli/_task_file_module.ts";
import { hasPython, python } from "./_python.ts";

const TASK = {
  format: 1,
  name: "pair",
  prior: { a: { kind: "normal", mean: 0, sd: 1 }, b: { kind: "truncated_normal", mean: 0, sd: 1, low: 0 } },
  x: ["first", "second"],
  simulator: { command: ["no-such-program"], levels: [{}, { name: "fine" }], score: false },
};

/** A folder with `task.json` in it. */
async function folderOf(task: unknown, files: Readonly<Record<string, string>> = {}) {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const text = typeof task === "string" ? task : JSON.stringify(task);
  for (const [name, content] of Object.entries({ "task.json": text, ...files })) {
    await Deno.writeTextFile(`${folder}/${name}`, content);
  }
  return {
    folder,
    path: `${folder}/task.json`,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

Deno.test("a task file is read, and nothing is started that it says all of", async () => {
  await using at = await folderOf({ ...TASK, observation: "seen.csv" }, {
    "seen.csv": "first,second\n1.5,-2\n",
  });
  const file = await readTaskFile(at.path);
  assertEquals(file.folder, at.folder);
  assertEquals(structuredClone(file), file);
  const { name, prior, simulator, observation } = await taskOfFile(file);
  assertEquals(name, "pair");
  assertEquals(prior.spec, independent({ a: normal(0, 1), b: truncatedNormal(0, 1, { low: 0 }) }).spec);
  assertEquals([simulator.name, simulator.thetaDim, simulator.xDim], ["pair", 2, 2]);
  assertEquals(simulator.levels!.map(({ name }) => name), [undefined, "fine"]);
  assertEquals(observation, Float64Array.of(1.5, -2));
});

Deno.test("what a task file does not say its program is asked for", async () => {
  const hello = { likely: 1, theta: ["a", "b"], x: 3, levels: [{ cost: 1 }, { cost: 2 }], score: true };
  const command = [Deno.execPath(), "eval", `console.log('${JSON.stringify(hello)}')`];
  await using at = await folderOf({ ...TASK, x: undefined, simulator: { command } });
  const { simulator } = await taskOfFile(await readTaskFile(at.path));
  assert(isAsync(simulator));
  assertEquals([simulator.xDim, simulator.levels?.length, simulator.givesScores], [3, 2, true]);
  await simulator.close!();
  await using wrong = await folderOf({ ...TASK, x: undefined, observation: [1, 2], simulator: { command } });
  const file = await readTaskFile(wrong.path);
  await assertRejects(() => taskOfFile(file), Error, `observation must be of 3 numbers, as x is`);
});

Deno.test("an observation may be inline, or a column of a file; a prior may be joint", async () => {
  const prior = {
    kind: "multivariate_normal",
    names: ["a", "b"],
    mean: [0, 1],
    covariance: [[2, 1], [1, 2]],
  };
  for (const observation of [[1, 2], "column.csv"]) {
    await using at = await folderOf({ ...TASK, prior, observation }, { "column.csv": "1\n2\n" });
    const file = await readTaskFile(at.path);
    assertEquals(file.observation, [1, 2]);
    assertEquals(
      (await taskOfFile(file)).prior.spec,
      multivariateNormal(["a", "b"], [0, 1], [[2, 1], [1, 2]]).spec,
    );
  }
});

const uniform = { kind: "uniform", low: 0, high: 1 };
/** What is wrong, the file, what is told; and whether a JSON Schema can see it. */
const WRONG: readonly (readonly [what: string, task: unknown, message: RegExp, isSeen: boolean])[] = [
  ["no JSON", "{", /as it must be JSON/, false],
  [
    "a list",
    [],
    /as format must be there/,
    true,
  ],
  ["no name", { ...TASK, name: undefined }, /as name must be there: there is none$/, true],
  [
    "another format",
    { ...TASK, format: 2 },
    /as format must be 1, the version of the format: current value is 2/,
    true,
  ],
  ["a key that is misspelt", { ...TASK, priors: 1 }, /as priors is none of its keys/, true],
  [
    "a kind that is none",
    { ...TASK, prior: { a: { kind: "cauchy" } } },
    /as prior\.a\.kind must be .*"uniform"/,
    true,
  ],
  [
    "a number that is a text",
    { ...TASK, prior: { a: { ...uniform, low: "0" } } },
    /prior\.a\.low must be a number: current value is "0"/,
    true,
  ],
  [
    "a number missing",
    { ...TASK, prior: { a: { kind: "normal", mean: 0 } } },
    /prior\.a\.sd must be there/,
    true,
  ],
  [
    "a scale below 0",
    { ...TASK, prior: { a: { kind: "normal", mean: 0, sd: -1 } } },
    /prior\.a\.sd must be a number > 0: current value is -1/,
    true,
  ],
  [
    "a key of another kind",
    { ...TASK, prior: { a: { ...uniform, sd: 1 } } },
    /prior\.a\.sd is none of its keys/,
    true,
  ],
  [
    "ends that fall",
    { ...TASK, prior: { a: { ...uniform, low: 2 } } },
    /as its prior must be one: .*"a".*low must be < high/,
    false,
  ],
  ["no parameter", { ...TASK, prior: {} }, /as prior must be of one parameter at least/, true],
  [
    "a joint prior that is none",
    { ...TASK, prior: { kind: "multivariate_normal", names: ["a"], mean: [0], covariance: [["1"]] } },
    /prior\.covariance\.0\.0 must be a number/,
    true,
  ],
  ["a width of 0", { ...TASK, x: 0 }, /as x must be a whole number >= 1: current value is 0/, true],
  ["another kind of column", { ...TASK, columns: { kind: "round" } }, /as columns must be a kind/, true],
  [
    "fewer columns than x",
    { ...TASK, columns: [{ kind: "real" }] },
    /as columns must be of 2 kinds, .*: current length is 1/,
    false,
  ],
  [
    "another width of the observation",
    { ...TASK, observation: [1] },
    /as observation must be of 2 numbers, as x is: current length is 1/,
    false,
  ],
  [
    "an observation that is not there",
    { ...TASK, observation: "no.csv" },
    /as its observation must be there/,
    false,
  ],
  ["no simulator", { ...TASK, simulator: undefined }, /as simulator must be there/, true],
  [
    "a simulator of no kind",
    { ...TASK, simulator: {} },
    /as simulator must be an object with one of command/,
    true,
  ],
  [
    "an empty command",
    { ...TASK, simulator: { command: [] } },
    /as simulator\.command must be a program and its arguments/,
    true,
  ],
  [
    "a command as one text",
    { ...TASK, simulator: { command: "python3 model.py" } },
    /as simulator\.command must be an array of texts/,
    true,
  ],
  [
    "no processes",
    { ...TASK, simulator: { ...TASK.simulator, processes: 0 } },
    /as simulator\.processes must be a whole number >= 1/,
    true,
  ],
  [
    "one level",
    { ...TASK, simulator: { ...TASK.simulator, levels: [{}] } },
    /as simulator\.levels must be two levels at least/,
    true,
  ],
];

for (const [what, task, message] of WRONG) {
  Deno.test(`a task file with ${what} is refused`, async () => {
    await using at = await folderOf(task);
    const { message: told } = await assertRejects(() => readTaskFile(at.path), Error);
    assertMatch(told, message);
    assert(told.startsWith(`Cannot read ${at.path} as `), told);
  });
}

Deno.test("the published schema is that of what reads task files", async () => {
  const path = new URL("../cli/task.schema.json", import.meta.url);
  assertEquals(await Deno.readTextFile(path), taskSchema(), "run deno run -A _tools/task_schema.ts");
});

Deno.test({
  name: "another reader of JSON Schema refuses the same files (ignored where python3 has no jsonschema)",
  ignore: !await hasPython("jsonschema"),
  fn: async () => {
    const program = `
import json, sys
from jsonschema import Draft202012Validator as Validator
schema = json.load(open(sys.argv[1])); Validator.check_schema(schema)
print(json.dumps([Validator(schema).is_valid(task) for task in json.loads(sys.argv[2])]))`;
    const seen = WRONG.filter(([, task]) => typeof task !== "string");
    const good = [TASK, { ...TASK, x: 2, columns: { kind: "real" }, observation: [1, 2] }];
    const tasks = JSON.stringify([...good, ...seen.map(([, task]) => task)]);
    const path = new URL("../cli/task.schema.json", import.meta.url).pathname;
    const valid: boolean[] = JSON.parse(await python(program, path, tasks));
    assertEquals(valid.slice(0, 2), [true, true]);
    assertEquals(
      seen.filter((_, i) => valid[i + 2]).map(([what]) => what),
      seen.filter(([, , , isSeen]) => !isSeen).map(([what]) => what),
    );
  },
});
