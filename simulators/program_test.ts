import { assert, assertEquals, assertLess, assertMatch, assertRejects, assertThrows } from "@std/assert";
import {
  foldIn,
  fromRows,
  independent,
  type Key,
  key,
  type Points,
  row,
  simulate,
  uniform,
  UnreachableError,
} from "@likely/core";
import { openProgram, program } from "./program.ts";
import type { ProgramOptions } from "./program_options.ts";

/** A program in JavaScript: `hello` first, then what `answer` says of each request that it reads. */
function script(answer: string, hello: object = {}): string[] {
  return [
    Deno.execPath(),
    "eval",
    `const say = (said) => console.log(typeof said === "string" ? said : JSON.stringify(said));
    const complain = (text) => Deno.stderr.writeSync(new TextEncoder().encode(text + "\\n"));
    const sleep = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
    say(${JSON.stringify({ likely: 1, ...hello })});
    let rest = "";
    for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\\n");
      rest = lines.pop();
      for (const line of lines) {
        const asked = JSON.parse(line);
        const { row, seed, level, theta } = asked;
        ${answer}
      }
    }`,
  ];
}

const SUM = `say({ row, x: [theta[0] + theta[1], seed] });`;
const THETA = fromRows(Array.from({ length: 500 }, (_, i) => [i, i / 1000]));
const SIZES = { theta: ["a", "b"], x: 2 } as const;

function wanted(source: Key, theta: Points, first = 0): Points {
  return fromRows(Array.from({ length: theta.n }, (_, i) => {
    const [a, b] = row(theta, i);
    return [a! + b!, foldIn(source, first + i).hi >>> 1];
  }));
}

/** Simulates and closes. */
async function simulated(options: Partial<ProgramOptions> & Pick<ProgramOptions, "command">, theta = THETA) {
  const made = program({ ...SIZES, ...options });
  try {
    return await made.simulateAsync(key(5), theta, { first: 7 });
  } finally {
    await made.close!();
  }
}

Deno.test("a program's rows are its own, whatever number of processes and size of batches", async () => {
  const expected = wanted(key(5), THETA, 7);
  for (const processes of [1, 3]) {
    assertEquals((await simulated({ command: script(SUM), processes })).x, expected);
  }
  const batched = script(`say(asked.map(({ row, seed, theta: [a, b] }) => ({ row, x: [a + b, seed] })));`, {
    batch: 64,
  });
  assertEquals((await simulated({ command: batched, processes: 2 })).x, expected);
});

Deno.test("answers may come in any order and in pieces", async () => {
  const late = script(`
    globalThis.kept ??= [];
    kept.push({ row, x: [theta[0] + theta[1], seed] });
    // Some rows are answered together, the last first, when the next ones are awaited.
    globalThis.due ??= setInterval(() => {
      const text = kept.reverse().map((said) => JSON.stringify(said) + "\\n").join("");
      kept = [];
      Deno.stdout.writeSync(new TextEncoder().encode(text.slice(0, 11)));
      Deno.stdout.writeSync(new TextEncoder().encode(text.slice(11)));
    }, 20);`);
  const { x } = await simulated({ command: late, processes: 2 });
  assertEquals(x, wanted(key(5), THETA, 7));
});

Deno.test("seeds are whole numbers below 2^31 that every language can take", async () => {
  const { x } = await simulated({ command: script(SUM), processes: 1 });
  const seeds = Array.from({ length: x.n }, (_, i) => row(x, i)[1]!);
  assert(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31));
  assertEquals(new Set(seeds).size, seeds.length);
});

Deno.test("rows that fail are told of with their reasons, and cost no other row", async () => {
  const command = script(`
    if (theta[0] % 100 === 3) { complain("hot: " + theta[0]); say({ row, error: "too hot" }); }
    else if (theta[0] === 50) say(\`{"row":\${row},"x":[NaN,-inf]}\`);
    else ${SUM}`);
  const { x, failures } = await simulated({ command, processes: 2 });
  assertEquals(failures!.map(({ row }) => row), [3, 103, 203, 303, 403].map((i) => i + 7));
  for (const { reason } of failures!) assertMatch(reason, /^too hot/);
  const bad = Array.from({ length: x.n }, (_, i) => i).filter((i) => !row(x, i).every(Number.isFinite));
  assertEquals(bad, [3, 50, 103, 203, 303, 403]);
});

Deno.test("a program that dies is started again; a row that kills three has failed, no other", async () => {
  const path = await Deno.makeTempFile();
  const command = script(`
    Deno.writeTextFileSync(${JSON.stringify(path)}, theta[0] + "\\n", { append: true });
    if (theta[0] === 77 || theta[0] === 301) { complain("Segmentation\\nfault of " + theta[0]); Deno.exit(9); }
    ${SUM}`);
  const { x, failures } = await simulated({ command, processes: 2 });
  const told = (await Deno.readTextFile(path)).trim().split("\n").map(Number);
  await Deno.remove(path);
  assertEquals(failures!.map(({ row }) => row), [84, 308]);
  assertEquals(
    failures!.map(({ reason }) => reason),
    [77, 301].map((i) =>
      `the program ended with exit code 9; its standard error ends: Segmentation / fault of ${i}, in 3 tries`
    ),
  );
  const expected = wanted(key(5), THETA, 7);
  for (const i of [77, 301]) row(expected, i).fill(NaN);
  assertEquals(x, expected);
  // Once beside others, at most, and three times alone.
  assert([77, 301].every((i) => [3, 4].includes(told.filter((row) => row === i).length)));
});

Deno.test("a program that dies by itself now and then costs no row", async () => {
  const command = script(`globalThis.n = (globalThis.n ?? 0) + 1; ${SUM} if (n === 60) Deno.exit(1);`);
  const { x, failures } = await simulated({ command, processes: 2 });
  assertEquals([failures, x], [[], wanted(key(5), THETA, 7)]);
});

Deno.test("a row that takes too long has failed, and its program is ended", async () => {
  const command = script(`if (theta[0] === 4) await sleep(100); ${SUM}`);
  const start = performance.now();
  const { failures } = await simulated({ command, processes: 1, seconds: 1.5 });
  assertEquals(failures, [{ row: 11, reason: "took longer than 1.5 s" }]);
  assertLess(performance.now() - start, 20_000);
});

Deno.test("a run that is aborted ends at once, and so do its programs", async () => {
  const made = program({ ...SIZES, command: script(`await sleep(100);`), processes: 2 });
  const end = new AbortController();
  const rows = made.simulateAsync(key(0), THETA, { signal: end.signal });
  setTimeout(() => end.abort(new Error("enough")), 300);
  await assertRejects(() => rows, Error, "enough");
  const start = performance.now();
  await made.close!();
  assertLess(performance.now() - start, 10_000);
});

Deno.test("of two calls one may be aborted, and the other has its rows", async () => {
  const made = program({ ...SIZES, command: script(`await sleep(0.004); ${SUM}`), processes: 2 });
  const end = new AbortController();
  const [aborted, kept] = [{ first: 1000, signal: end.signal }, { first: 7 }].map((call) =>
    made.simulateAsync(key(5), THETA, call)
  );
  setTimeout(() => end.abort(new Error("enough")), 300);
  await assertRejects(() => aborted!, Error, "enough");
  assertEquals((await kept!).x, wanted(key(5), THETA, 7));
  await made.close!();
});

Deno.test("a call that was given up while its program started does not keep the next one waiting", async () => {
  const command = [Deno.execPath(), "eval", `setInterval(() => {}, 1000)`];
  const made = program({ ...SIZES, command, processes: 1, startSeconds: 1 });
  const end = new AbortController();
  const first = made.simulateAsync(key(0), THETA, { signal: end.signal });
  end.abort(new Error("enough"));
  await assertRejects(() => first, Error, "enough");
  await assertRejects(
    () => made.simulateAsync(key(0), THETA),
    UnreachableError,
    "it has said nothing for 1 s",
  );
  await made.close!();
});

Deno.test("a program that was closed is opened again by the next row", async () => {
  const made = program({ ...SIZES, command: script(SUM), processes: 1 });
  const first = await made.simulateAsync(key(1), THETA);
  await made.close!();
  await made.close!();
  assertEquals((await made.simulateAsync(key(1), THETA)).x, first.x);
  await made.close!();
});

Deno.test("a program that does not end with its input is ended", async () => {
  const command = script(`globalThis.timer ??= setInterval(() => {}, 1000); ${SUM}`);
  const made = program({ ...SIZES, command, processes: 1 });
  await made.simulateAsync(key(1), THETA);
  const start = performance.now();
  await made.close!();
  assertLess(performance.now() - start, 10_000);
});

Deno.test("programs run in their folder", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const command = script(`say({ row, x: [Deno.cwd().length, 0] });`);
  const { x } = await simulated({ command, folder, processes: 1 }, fromRows([[0, 0]]));
  assertEquals(x.data[0], folder.length);
  await Deno.remove(folder);
});

Deno.test("levels and scores are asked for and answered", async () => {
  const levels = [{ name: "coarse", cost: 1 }, { name: "fine", cost: 9 }];
  const command = script(
    `say({ row, x: [theta[0] + 10 * (level ?? 5), seed], ...(asked.score && { score: [level, theta[1]] }) });`,
    { theta: ["a", "b"], x: ["sum", "seed"], levels, score: true },
  );
  const opened = await openProgram({ command, processes: 1 });
  const theta = fromRows([[1, 2], [3, 4]]);
  assertEquals([opened.thetaDim, opened.xDim, opened.givesScores], [2, 2, true]);
  assertEquals(opened.levels!.map(({ name, cost }) => ({ name, cost })), levels);
  const at = [...opened.levels!, opened].map((level) => level.simulateAsync(key(3), theta, { first: 4 }));
  const [coarse, fine, itself] = (await Promise.all(at)).map(({ x }) => x);
  assertEquals([0, 2].map((k) => coarse!.data[k]), [1, 3]);
  assertEquals([0, 2].map((k) => fine!.data[k]), [11, 13]);
  assertEquals(itself, fine);
  assertEquals([1, 3].map((k) => coarse!.data[k]), [4, 5].map((i) => foldIn(key(3), i).hi >>> 1));
  assertEquals([1, 3].map((k) => fine!.data[k]), [1, 3].map((k) => coarse!.data[k]!));
  const scored = await opened.simulateAsync(key(3), theta, { score: true });
  assertEquals(scored.score, fromRows([[1, 2], [1, 4]]));
  await opened.close!();
});

Deno.test("a run by a program is a run: kept in order, failures counted, scores stored", async () => {
  const command = script(`if (theta[0] > 0.9) say({ row, error: "hot" }); else ${SUM}`);
  const simulator = program({ ...SIZES, command, processes: 2 });
  const prior = independent({ a: uniform(0, 1), b: uniform(0, 1) });
  const dataset = await simulate(key(0), { prior, simulator }, 300, { chunkRows: 40 });
  await simulator.close!();
  assertEquals(dataset.x.n + dataset.failed, 300);
  assert(dataset.failed > 10 && dataset.failures![0]!.reason.startsWith("hot"));
  for (let i = 0; i < dataset.x.n; i++) {
    const [a, b] = row(dataset.theta, i);
    assertEquals(row(dataset.x, i)[0], a! + b!);
  }
});

const RUDE: readonly (readonly [what: string, command: readonly string[], message: RegExp])[] = [
  [
    "is not there",
    ["no-such-program-here"],
    /^Cannot start "no-such-program-here" as .*must exist: there is no/,
  ],
  [
    "ends before it says hello",
    [Deno.execPath(), "eval", `console.error("no licence"); Deno.exit(4)`],
    /must say hello on its standard output: it ended with exit code 4; its standard error ends: no licence$/,
  ],
  [
    "says something else first",
    [Deno.execPath(), "eval", `console.log("Loading…")`],
    /line 1 is "Loading…"$/,
  ],
  ["is of another protocol", script("", { likely: 2 }), /"likely" must be 1.*: line 1 is/],
  [
    "takes other parameters",
    script("", { theta: ["b", "a"] }),
    /hello must have theta \["a","b"\]: current value is/,
  ],
  ["gives another width", script("", { x: 3 }), /hello must have x 2: current value is 3$/],
  ["has bad levels", script("", { levels: [{ cost: -1 }, {}] }), /"levels" must be two objects.*: line 1 is/],
  ["prints", script(`say("row done"); ${SUM}`), /every line must be JSON.*: line 2 is "row done"$/],
  ["answers a row twice", script(SUM + SUM), /"row" must be one that was asked for, once: line \d+ is/],
  ["answers too few numbers", script(`say({ row, x: [1] });`), /"x" must hold 2 numbers, not 1: line 2 is/],
  ["answers texts", script(`say({ row, x: ["1", 2] });`), /"x" must hold numbers only: line 2 is/],
  [
    "writes no end",
    script(`say("x".repeat(5000));`),
    /a line must have 4000 characters at most: line 2 is "xxx/,
  ],
  [
    "dies of everything",
    script(`Deno.exit(3);`),
    /must stay alive: it ended with exit code 3, 30 times in a row$/,
  ],
];

for (const [what, command, message] of RUDE) {
  Deno.test(`a program that ${what} stops the run, and no row has failed`, async () => {
    const error = await assertRejects(
      () => simulated({ command, processes: 1, lineLength: 4000, name: "rude" }),
      UnreachableError,
    );
    assertMatch(error.message, message);
  });
}

Deno.test("a program that is silent, its output not flushed, is not waited for for ever", async () => {
  const command = [Deno.execPath(), "eval", `setInterval(() => {}, 1000)`];
  await assertRejects(
    () => simulated({ command, startSeconds: 0.4 }),
    UnreachableError,
    "it has said nothing for 0.4 s; is its standard output flushed?",
  );
});

Deno.test("a program whose answers stay in its buffer is found out", async () => {
  await assertRejects(
    () =>
      simulated({ command: script(`globalThis.kept ??= []; kept.push(row);`), processes: 1, seconds: 0.3 }),
    UnreachableError,
    "it has said nothing but its hello for 0.3 s, 3 times; is its standard output flushed?",
  );
});

Deno.test("options that cannot be are refused at once", () => {
  assertThrows(() => program({ ...SIZES, command: [] }), TypeError, "command must be its name");
  assertThrows(() => program({ ...SIZES, command: ["a"], processes: 0 }), RangeError, "processes");
  assertThrows(() => program({ ...SIZES, command: ["a"], x: 0 }), RangeError, "the width of x");
  assertThrows(() => program({ ...SIZES, command: ["a"], levels: [{}] }), RangeError, "number of levels");
});

Deno.test("what neither the hello nor the options say is asked for", async () => {
  await assertRejects(
    () => openProgram({ command: script("", { theta: 2 }) }),
    TypeError,
    "the hello or the options must say what x is".replace("the hello", "its hello"),
  );
});
