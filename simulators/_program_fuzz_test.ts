// What programs may say, 100,000 times: an error that names program, rule and line, or a failed row.

import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { drawUniform, foldIn, fromRows, key, row, type Stream, stream, UnreachableError } from "@likely/core";
import { LineSplitter } from "./_line_splitter.ts";
import { ProgramJob } from "./_program_job.ts";
import { ProgramPool } from "./_program_pool.ts";
import { lineTaker, type startProgram } from "./_program_process.ts";
import { Complaints } from "./_spawn_program.ts";

const LONGEST = 2000;
const encoder = new TextEncoder();

/** What is put into a line, or in its place. */
const SCRAPS: readonly (string | Uint8Array)[] = [
  "",
  "\n",
  "\r\n",
  " ",
  "null",
  "NaN",
  "-inf",
  "1e999",
  "-0",
  "1e-320",
  "0x10",
  "01",
  "--1",
  "1.",
  "{}",
  "[]",
  "[[]]",
  "{",
  "}",
  "[",
  "]",
  `"`,
  `\\`,
  `"\\u0000"`,
  `"\\ud800"`,
  ",",
  ":",
  `{"row":`,
  `"row":1,`,
  `{"row":3,"x":[1,2]}`,
  `{"row":-1,"x":[1,2]}`,
  `{"row":1.5,"x":[1,2]}`,
  `{"row":1e300,"x":[1,2]}`,
  `{"row":"1","x":[1,2]}`,
  `{"row":2,"error":"hot"}`,
  `{"row":2,"error":5}`,
  `{"row":2,"error":null}`,
  `{"row":2}`,
  `{"x":[1,2]}`,
  `{"row":2,"x":{"0":1,"1":2,"length":2}}`,
  `{"row":2,"x":[1,[2]]}`,
  `{"row":2,"x":[true,2]}`,
  `{"row":2,"x":[]}`,
  `{"__proto__":{"row":2},"x":[1,2]}`,
  `{"likely":1}`,
  "Traceback (most recent call last):",
  "true",
  "5",
  `"text"`,
  "[".repeat(900),
  `"${"\\".repeat(901)}`,
  "x".repeat(LONGEST + 1),
  "nan".repeat(300),
  "\u0000",
  "\u2028",
  "é".repeat(50),
  Uint8Array.of(0xff),
  Uint8Array.of(0xc3),
  Uint8Array.of(0xed, 0xa0, 0x80),
  Uint8Array.of(0xf0, 0x9f),
];

function pick<T>(random: Stream, from: readonly T[]): T {
  return from[Math.floor(drawUniform(random, 0, from.length))]!;
}

function below(random: Stream, n: number): number {
  return Math.floor(drawUniform(random, 0, n));
}

function joined(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  const bytes = parts.map((part) => typeof part === "string" ? encoder.encode(part) : part);
  const out = new Uint8Array(bytes.reduce((sum, { length }) => sum + length, 0));
  bytes.reduce((at, part) => (out.set(part, at), at + part.length), 0);
  return out;
}

/** A line, its end included, with something done to it. */
function mutated(random: Stream, line: Uint8Array): Uint8Array {
  const ends = [below(random, line.length), below(random, line.length)];
  const [from, to] = [Math.min(...ends), Math.max(...ends)];
  const [head, middle, tail] = [line.subarray(0, from), line.subarray(from, to), line.subarray(to)];
  switch (below(random, 9)) {
    case 0: // bits turned
      return joined(head, Uint8Array.of(line[from]! ^ (1 << below(random, 8))), line.subarray(from + 1));
    case 1: // a piece lost
      return joined(head, tail);
    case 2: // a piece twice
      return joined(head, middle, middle, tail);
    case 3: // something in between
      return joined(head, pick(random, SCRAPS), line.subarray(from));
    case 4: // something in place of a piece
      return joined(head, pick(random, SCRAPS), tail);
    case 5: // something in place of all
      return joined(pick(random, SCRAPS), "\n");
    case 6: { // a number that is none
      const at = `"x":[`.length + new TextDecoder().decode(line).indexOf(`"x":[`);
      const end = line.indexOf(",".charCodeAt(0), at);
      return joined(
        line.subarray(0, at),
        pick(random, ["null", "NaN", "-inf", "1e999", "NA"]),
        line.subarray(end),
      );
    }
    case 7: // the line twice
      return joined(line, line);
    default: // bytes of any kind
      return joined(head, Uint8Array.from({ length: 1 + below(random, 6) }, () => below(random, 256)), tail);
  }
}

interface Count {
  mutations: number;
  dead: number;
}

/** A program in this process that answers as it should but for what is done to its lines. */
function fake(random: Stream, count: Count): typeof startProgram {
  return (_plan, to) => {
    let isOver = false;
    const end = (how: string) => {
      if (isOver) return;
      isOver = true;
      queueMicrotask(() => to.end(how));
    };
    const take = lineTaker(LONGEST, to);
    const say = (bytes: Uint8Array) => {
      for (let at = 0; at < bytes.length && !isOver;) {
        const piece = bytes.subarray(at, at += 1 + below(random, 120));
        if (!take(piece)) end("was ended by SIGKILL");
      }
    };
    queueMicrotask(() => {
      const hello = encoder.encode(`{"likely":1,"theta":["a"],"x":2,"score":false}\n`);
      if (random.uniform() < 0.95) return say(hello);
      count.mutations++;
      say(mutated(random, hello));
      // It may not have said it.
      end("ended with exit code 0");
    });
    return {
      complaints: new Complaints(),
      write: (text) =>
        queueMicrotask(() => {
          for (const line of text.trim().split("\n")) {
            const { row, theta } = JSON.parse(line);
            const answer = encoder.encode(`${JSON.stringify({ row, x: [theta[0], -theta[0]] })}\n`);
            const isOdd = random.uniform() < 0.4;
            if (isOdd && !isOver) count.mutations++;
            say(isOdd ? mutated(random, answer) : answer);
          }
          // What was not answered, or only half, never will be.
          count.dead++;
          end("ended with exit code 0");
        }),
      hold: () => {},
      kill: () => end("was ended by SIGKILL"),
      close: () => Promise.resolve(end("ended with exit code 0")),
    };
  };
}

Deno.test("100,000 answers that were tampered with end in rows, failed rows or an error that names the line", async () => {
  const theta = fromRows(Array.from({ length: 6 }, (_, i) => [i + 1]));
  // The first timer of all lets microtasks go before it is made: no program of another process can do that.
  clearTimeout(setTimeout(() => {}, 0));
  const count: Count = { mutations: 0, dead: 0 };
  const seen = { rows: 0, failed: 0, errors: new Map<string, number>() };
  const plan = {
    command: ["./fuzzed", "--now"],
    folder: undefined,
    lineLength: LONGEST,
    processes: 1,
    seconds: 5,
    startSeconds: 5,
    check: () => {},
  };
  for (let i = 0; count.mutations < 100_000; i++) {
    const pool = new ProgramPool(plan, fake(stream(foldIn(key(11), i)), count));
    const job = new ProgramJob({
      key: key(0),
      theta,
      first: 0,
      score: false,
      level: undefined,
      xDim: 2,
      signal: undefined,
    });
    try {
      await pool.run(job);
      const { x, failures } = job.rows();
      assertEquals([x.n, x.dim, x.data.length], [6, 2, 12]);
      for (let k = 0; k < x.n; k++) seen[row(x, k).every(Number.isFinite) ? "rows" : "failed"]++;
      for (const { row, reason } of failures!) assert(row >= 0 && row < 6 && reason.length < 5000);
    } catch (error) {
      assert(error instanceof UnreachableError, `${error}`);
      const found =
        /^Cannot (?:use the output of|simulate as|start) "\.\/fuzzed --now" (?:as )?(.+): (?:line \d+ is "[^]*"|it (?:ended|was ended) .+)$/
          .exec(error.message);
      assert(found, error.message);
      assertLess(error.message.length, 1000);
      seen.errors.set(found[1]!, (seen.errors.get(found[1]!) ?? 0) + 1);
    }
    await pool.close();
  }
  // All that can happen has happened.
  assertGreater(seen.rows, 10_000);
  assertGreater(seen.failed, 500);
  for (
    const rule of [
      "JSON",
      "too long".replace("too long", "characters at most"),
      "asked for",
      "numbers, not",
      "must be an object",
    ]
  ) {
    assert(
      [...seen.errors.keys()].some((text) => text.includes(rule)),
      `${rule}: ${[...seen.errors.keys()].join("\n")}`,
    );
  }
});

Deno.test("no more is kept of a line than it may have", () => {
  const splitter = new LineSplitter(100);
  const first = splitter.push(encoder.encode(`short\n${"a".repeat(60)}`));
  assertEquals(first, { lines: ["short"], isTooLong: false });
  assertEquals(splitter.push(encoder.encode("a".repeat(39))).isTooLong, false);
  assertEquals(splitter.push(encoder.encode("\n")), { lines: ["a".repeat(99)], isTooLong: false });
  assertEquals(splitter.push(encoder.encode("b".repeat(101))).isTooLong, true);
});
