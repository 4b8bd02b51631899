// Thousands of spoiled requests through one service: 2xx and 4xx, nothing else, and memory that stays.

import { assert, assertEquals } from "@std/assert";
import { drawCategorical, encodeArtifact, key, type Stream, stream } from "@likely/core";
import { defaultLimits, handler, kernels, openSurrogate } from "@likely/edge";
import { npe, nre, twoMoons } from "@likely/sbi";

/** More by hand: `FUZZ=100000 deno test -A tests/edge_fuzz_test.ts`. */
const REQUESTS = Number(Deno.env.get("FUZZ") ?? 4000);

const SMALL = { simulations: 300, maxEpochs: 2 } as const;
const open = async (made: Promise<{ artifact: Parameters<typeof encodeArtifact>[0] }>) =>
  await openSurrogate(encodeArtifact((await made).artifact), kernels);
const surrogates = {
  flow: await open(npe(key(0), twoMoons(), SMALL)),
  ratio: await open(nre(key(0), twoMoons(), SMALL)),
};

const BODIES = [
  '{"x":[0.1,0.2],"draws":3,"seed":7,"return":["draws","summary"]}',
  '{"x":[[0.1,0.2],[0.3,-0.1]],"theta":[[0,0],[0.5,0.25]],"return":["log_density"]}',
  '{"x":[0.1,0.2],"theta":[[0,0]],"beta":1}',
];
const PIECES = [
  "null",
  "1e999",
  "-1e308",
  "1e-320",
  "NaN",
  "[]",
  "[[]]",
  "{}",
  '"x"',
  "__proto__",
  "constructor",
  "toString",
  "9007199254740993",
  "\\u0000",
  "\ud800",
  ",",
  "}",
  "[",
  "0.1,0.1",
  "true",
  " ",
  "[[[[[[",
  '"draws":1e9,',
  "-0",
]; // deno-fmt-ignore
const PATHS = ["/flow/posterior", "/ratio/posterior", "/flow/log-density", "/ratio/log-density", "/", "/flow"];
const QUERIES = [
  "?x=0.1,0.2&draws=3",
  "?x=1;2",
  "?x=",
  "?x=0.1,0.2&return=summary,draws",
  "?x=0,0&theta=0,0;1,1",
  "?%",
];
const HEADERS = [
  {},
  { accept: "text/csv" },
  { accept: "application/octet-stream;q=0.1, */*;q=x" },
  { accept: ",,;;==" },
  { "content-type": "application/json; charset=utf-16" },
  { "content-type": "multipart/form-data" },
  { "content-encoding": "br" },
  { "if-none-match": '*, W/"x", "' },
  { authorization: "Bearer" },
  { origin: "null" },
];

const pick = <T>(random: Stream, of: readonly T[]): T => of[Math.floor(random.uniform() * of.length)]!;

/** A body with some letters changed, cut, doubled, or replaced by what is odd. */
function spoiled(random: Stream, body: string): string {
  let text = body;
  for (let i = 0; i < 1 + 3 * random.uniform(); i++) {
    const [from, length] = [Math.floor(random.uniform() * text.length), Math.floor(6 * random.uniform())];
    const into = pick(random, [
      "",
      pick(random, PIECES),
      String.fromCharCode(256 * random.uniform()),
      text.slice(from, from + 9),
    ]);
    text = text.slice(0, from) + into + text.slice(from + length);
  }
  return text;
}

Deno.test(`${REQUESTS} spoiled requests have answers of 2xx and 4xx, and nothing of them stays`, async () => {
  const told: unknown[] = [];
  const answer = handler(surrogates, {
    limits: { draws: 50, rows: 20, bodyBytes: 2000 },
    sampling: { chains: 1, warmup: 5 },
    origins: "*",
    onError: (error) => told.push(error),
  });
  const random = stream(key(1));
  const counts: Record<number, number> = {};
  let slowest = 0;
  let before = Deno.memoryUsage();
  for (let i = 0; i < REQUESTS; i++) {
    // Chains are the slowest answer: few of them.
    const path = PATHS[drawCategorical(random, [8, 1, 6, 6, 1, 1])]!;
    const isGet = random.uniform() < 0.3;
    const headers = { "content-type": "application/json", ...pick(random, HEADERS) };
    const url = `http://localhost${path}${isGet ? pick(random, QUERIES) : ""}`;
    const body = spoiled(random, pick(random, BODIES));
    const method = isGet
      ? pick(random, ["GET", "HEAD"])
      : pick(random, ["POST", "POST", "POST", "PUT", "OPTIONS"]);
    const began = performance.now();
    const response = await answer(new Request(url, { method, headers, ...(!isGet && { body }) }));
    await response.arrayBuffer();
    slowest = Math.max(slowest, performance.now() - began);
    counts[response.status] = (counts[response.status] ?? 0) + 1;
    assert(response.status < 500 && response.status >= 200, `${method} ${url} ${body}: ${response.status}`);
    if (i === Math.floor(REQUESTS / 4)) before = Deno.memoryUsage();
  }
  assertEquals(told, []);
  // The default limit, and what a busy machine adds.
  assert(slowest < defaultLimits.milliseconds + 4000, `${slowest} ms`);
  // Every kind of answer was met.
  for (const status of [200, 204, 400, 405, 413, 415, 422]) {
    assert(counts[status]! > 0, JSON.stringify(counts));
  }
  // Of this test alone: what the process holds belongs to those beside it, too.
  const { external, heapUsed } = Deno.memoryUsage();
  assert(external < before.external + 50e6, `${before.external} to ${external} bytes`);
  assert(heapUsed < before.heapUsed + 100e6, `${before.heapUsed} to ${heapUsed} bytes`);
});
