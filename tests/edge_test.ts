import { assert, assertAlmostEquals, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { type Artifact, encodeArtifact, fromRows, key } from "@likely/core";
import { handler, type HandlerOptions, kernels, openSurrogate } from "@likely/edge";
import { fusedEngine } from "@likely/kernels/fused-engine";
import { fusedModule } from "@likely/kernels/fused-module";
import { ace, nle, npe, nre, posterior, twoMoons } from "@likely/sbi";
import { gaussianLinear } from "@likely/simulators";

const task = twoMoons();
const SMALL = { simulations: 300, maxEpochs: 2 } as const;
const posteriorArtifact = (await npe(key(0), task, SMALL)).artifact;
const ratio = (await nre(key(0), task, SMALL)).artifact;
const cost = (await ace(key(0), task, SMALL)).artifact;
const likelihood = (await nle(key(0), gaussianLinear(), SMALL)).artifact;

const open = (artifact: Artifact) => openSurrogate(encodeArtifact(artifact), kernels);

async function service(artifact: Artifact = posteriorArtifact, options: HandlerOptions = {}) {
  const answer = handler(await open(artifact), { sampling: { chains: 2, warmup: 50 }, ...options });
  const ask = (path: string, init: RequestInit = {}) => answer(new Request(`http://localhost${path}`, init));
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    ask(path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  return { ask, post };
}

const X = [0.1, 0.2];

Deno.test("the kernels of edge are the plain build", async () => {
  const file = await Deno.readFile(new URL("../edge/kernels.wasm", import.meta.url));
  assertEquals(file, await fusedModule());
  assertEquals(file, Uint8Array.fromBase64((await import("../edge/_kernels_base64.ts")).kernelsBase64));
});

Deno.test("POST /posterior gives the draws that the library gives", async () => {
  const { post } = await service();
  const response = await post("/posterior", { x: X, draws: 50, seed: 7, return: ["draws", "summary"] });
  assertEquals([response.status, response.headers.get("content-type")], [200, "application/json"]);
  const { draws, names, summary, sampler, warnings } = await response.json();
  using given = await posterior(posteriorArtifact, X, { engine: fusedEngine({ simd: "plain", workers: 1 }) });
  const expected = await given.sample(key(7), 50);
  assertEquals(draws.flat(), [...expected.values]);
  assertEquals([names, sampler, warnings], [[...expected.names], "direct", [...expected.warnings]]);
  const mean = draws.reduce((sum: number, [a]: number[]) => sum + a!, 0) / 50;
  assertAlmostEquals(summary[0].mean, mean, 1e-12);
});

Deno.test("a GET asks the same, and caches may keep the answer", async () => {
  const { ask, post } = await service();
  const got = await ask("/posterior?x=0.1,0.2&draws=20&seed=3");
  const posted = await post("/posterior", { x: X, draws: 20, seed: 3 });
  assertEquals((await got.json()).draws, (await posted.json()).draws);
  const etag = got.headers.get("etag")!;
  assertMatch(got.headers.get("cache-control")!, /^public/);
  const again = await ask("/posterior?x=0.1,0.2&draws=20&seed=3", { headers: { "if-none-match": etag } });
  assertEquals([again.status, await again.text(), again.headers.get("etag")], [304, "", etag]);
  const other = await ask("/posterior?x=0.1,0.2&draws=20&seed=4", { headers: { "if-none-match": etag } });
  assertEquals(other.status, 200);
  await other.body?.cancel();
});

Deno.test("draws are JSON, CSV or float32 by Accept, the same numbers", async () => {
  const { post } = await service();
  const question = { x: X, draws: 4321, seed: 1 };
  const json = (await (await post("/posterior", question)).json()).draws as number[][];
  const csv = await (await post("/posterior", question, { accept: "text/csv" })).text();
  assertEquals(csv, `theta1,theta2\n${json.map((row) => `${row.join(",")}\n`).join("")}`);
  const binary = await post("/posterior", question, { accept: "application/octet-stream, text/csv;q=0.5" });
  assertEquals(new Float32Array(await binary.arrayBuffer()), Float32Array.from(json.flat()));
  assertEquals((await post("/posterior", question, { accept: "image/png" })).status, 406);
});

Deno.test("log densities are those of the library, null outside the support", async () => {
  const theta = [[0.1, 0.2], [-0.3, 0.4], [9, 0]];
  for (const [artifact, x] of [[posteriorArtifact, X], [ratio, X]] as const) {
    const { post } = await service(artifact);
    using given = await posterior(artifact, [...x], { engine: fusedEngine({ simd: "plain", workers: 1 }) });
    const expected = Array.from(given.logDensity!(fromRows(theta)), (v) => Number.isFinite(v) ? v : null);
    assertEquals(expected[2], null);
    for (const [path, more] of [["/log-density", {}], ["/posterior", { return: ["log_density"] }]] as const) {
      const { logDensity } = await (await post(path, { x, theta, ...more })).json();
      assertEquals(logDensity, expected);
    }
  }
});

Deno.test("ratios, likelihoods and costs are sampled; a cost needs beta", async () => {
  for (const [artifact, more] of [[ratio, {}], [likelihood, {}], [cost, { beta: 10 }]] as const) {
    const { post } = await service(artifact);
    const x = Array(artifact.spec.xDim).fill(0.1);
    const response = await post("/posterior", { x, draws: 25, ...more });
    const { draws, sampler, kHat } = await response.json();
    assertEquals([response.status, draws.length], [200, 25]);
    assert(["importance", "nuts"].includes(sampler) && typeof kHat === "number");
  }
  const { post } = await service(cost);
  assertMatch((await (await post("/posterior", { x: X })).json()).detail, /beta must be given/);
});

Deno.test("several observations of one theta are rows of x", async () => {
  const { post } = await service(ratio);
  assertEquals((await post("/log-density", { x: [X, X], theta: [[0, 0]] })).status, 200);
  const direct = await service();
  assertMatch((await (await direct.post("/posterior", { x: [X, X] })).json()).detail, /several observations/);
});

Deno.test("what it is, that it is there, what may be asked", async () => {
  const { ask } = await service();
  const about = await (await ask("/")).json();
  assertEquals([about.kind, about.x, about.parameters.length], ["posterior", 2, 2]);
  assertEquals(about.sha256, (await open(posteriorArtifact)).sha256);
  assertEquals(await (await ask("/health")).json(), { ok: true });
  const { openapi, paths } = await (await ask("/openapi.json")).json();
  assertEquals([openapi, Object.keys(paths)], ["3.1.0", ["/", "/posterior", "/log-density", "/health"]]);
  for (const path of ["/", "/posterior?x=0,0&draws=3"]) {
    const head = await ask(path, { method: "HEAD" });
    assertEquals([head.status, await head.text()], [200, ""]);
  }
});

Deno.test("several surrogates answer below their names", async () => {
  const answer = handler({ two_moons: await open(posteriorArtifact), ratio: await open(ratio) });
  const ask = async (path: string) => (await answer(new Request(`http://localhost${path}`))).json();
  assertEquals((await ask("/")).surrogates, ["/two_moons", "/ratio"]);
  assertEquals((await ask("/two_moons")).kind, "posterior");
  assertEquals((await ask("/ratio/posterior?x=0,0&draws=3")).draws.length, 3);
  assertEquals((await answer(new Request("http://localhost/constructor"))).status, 404);
  const surrogate = await open(ratio);
  for (const name of ["two moons", "a/b", "", "health"]) {
    assertThrows(() => handler({ [name]: surrogate }), TypeError, "name");
  }
});

/** Everything that is refused: the question, the status, a part of the sentence. */
const REFUSED: readonly [body: unknown, status: number, detail: RegExp][] = [
  ["{", 400, /must be JSON/],
  ["null", 422, /the body must be an object/],
  [[1, 2], 422, /the body must be an object/],
  [{}, 422, /x must be there/],
  [{ x: "0.1" }, 422, /x must be a row of numbers, or rows of them: current value is "0.1"/],
  [{ x: [] }, 422, /x/],
  [{ x: [[]] }, 422, /x/],
  [{ x: [0.1] }, 422, /a row must have length 2/],
  [{ x: [0.1, null] }, 422, /x\[1\] must be a finite number: current value is null/],
  [{ x: [[0, 0], [0, "5"]] }, 422, /x\[1\]\[1\] must be a finite number: current value is "5"/],
  ['{"x":[0.1,1e999]}', 422, /x/],
  [{ x: [[0, 0], [0]] }, 422, /same length/],
  [{ x: X, draws: 0 }, 422, /draws must be >= 1/],
  [{ x: X, draws: 1.5 }, 422, /draws must be a whole number/],
  [{ x: X, draws: 1e9 }, 413, /draws must be <= 100000/],
  [{ x: X, seed: -1 }, 422, /seed must be >= 0/],
  [{ x: X, seed: 2 ** 60 }, 422, /seed must be a whole number/],
  [{ x: X, beta: -1 }, 422, /beta must be >= 0/],
  [{ x: X, beta: 2 }, 422, /beta must be 1/],
  [{ x: X, colour: "red" }, 422, /colour must not be there/],
  ['{"x":[0.1,0.2],"__proto__":{"draws":5}}', 422, /__proto__ must not be there/],
  [{ x: X, return: ["everything"] }, 422, /return/],
  [{ x: X, return: ["log_density"] }, 422, /theta must be given/],
  [{ x: X, theta: [[0, 0]] }, 422, /theta must come with/],
  [{ x: X, theta: [[0]], return: ["log_density"] }, 422, /theta must have length 2/],
  [{ x: Array(1001).fill(X) }, 413, /rows|x/],
];

Deno.test("what cannot be answered is refused in a sentence", async () => {
  const { post } = await service(posteriorArtifact, {
    onError: (error) => {
      throw error;
    },
  });
  for (const [body, status, detail] of REFUSED) {
    const response = await post("/posterior", body);
    assertEquals(response.headers.get("content-type"), "application/problem+json", JSON.stringify(body));
    const problem = await response.json();
    assertEquals(
      [response.status, problem.status],
      [status, status],
      `${JSON.stringify(body)}: ${problem.detail}`,
    );
    assertMatch(problem.detail, detail);
    assert(problem.detail.startsWith("Cannot ") && problem.detail.length < 600);
  }
});

Deno.test("the wrong path, method, type, encoding or size is refused as HTTP has it", async () => {
  const { ask, post } = await service(posteriorArtifact, { limits: { bodyBytes: 100 } });
  const body = JSON.stringify({ x: X });
  const cases: [Promise<Response>, number][] = [
    [ask("/nowhere"), 404],
    [ask("/posterior", { method: "DELETE" }), 405],
    [ask("/health", { method: "POST" }), 405],
    [ask("/posterior", { method: "POST", body }), 415],
    [post("/posterior", body, { "content-type": "text/plain" }), 415],
    [post("/posterior", body, { "content-encoding": "gzip" }), 415],
    [post("/posterior", " ".repeat(200) + body), 413],
    [ask("/posterior?x=0,0&x=1,1"), 400],
    [ask("/posterior?x=0,zero"), 422],
  ];
  for (const [response, status] of cases) {
    const { status: found, body } = await response;
    assertEquals(found, status);
    await body?.cancel();
  }
  const endless = new ReadableStream({ pull: (c) => c.enqueue(new Uint8Array(60).fill(32)) });
  const streamed = await ask("/posterior", {
    method: "POST",
    body: endless,
    headers: { "content-type": "application/json" },
  });
  assertEquals(streamed.status, 413);
  await streamed.body?.cancel();
});

Deno.test("a token and the origins of pages", async () => {
  const { ask } = await service(posteriorArtifact, { token: "secret", origins: ["https://a.example"] });
  const status = async (authorization?: string) => {
    const response = await ask("/posterior?x=0,0&draws=1", {
      headers: authorization ? { authorization } : {},
    });
    await response.body?.cancel();
    return [response.status, response.headers.get("cache-control")?.split(",")[0]];
  };
  assertEquals(await status(), [401, "no-store"]);
  assertEquals(await status("Bearer secre"), [401, "no-store"]);
  assertEquals(await status("Bearer secrets"), [401, "no-store"]);
  assertEquals(await status("Bearer secret"), [200, "private"]);
  assertEquals(await (await ask("/health")).json(), { ok: true });
  const preflight = await ask("/posterior", { method: "OPTIONS", headers: { origin: "https://a.example" } });
  assertEquals([preflight.status, preflight.headers.get("access-control-allow-origin")], [
    204,
    "https://a.example",
  ]);
  const stranger = await ask("/posterior", { method: "OPTIONS", headers: { origin: "https://b.example" } });
  assertEquals(stranger.headers.get("access-control-allow-origin"), null);
});

Deno.test("sampling ends with its time limit", async () => {
  const { post } = await service(cost, { limits: { milliseconds: 100 } });
  const start = performance.now();
  const response = await post("/posterior", { x: X, draws: 100_000, beta: 10 });
  assertEquals(response.status, 408);
  assertMatch((await response.json()).detail, /time limit/);
  assert(performance.now() - start < 5000);
});

Deno.test({
  name: "no timer outlives an answer, and whoever leaves ends the work on theirs",
  sanitizeOps: true,
  fn: async () => {
    const { post, ask } = await service(cost);
    assertEquals((await post("/posterior", { x: X, draws: 5, beta: 1 })).status, 200);
    const leaving = new AbortController();
    const path = `/posterior?x=${X}&draws=100000&beta=10`;
    const response = ask(path, { signal: leaving.signal });
    setTimeout(() => leaving.abort(), 50);
    const start = performance.now();
    assertEquals((await response).status, 408);
    assert(performance.now() - start < 5000);
    assertEquals((await ask(path, { signal: AbortSignal.abort() })).status, 408);
  },
});

Deno.test("what fails that should not is told to the operator alone", async () => {
  const told: unknown[] = [];
  const surrogate = await open(ratio);
  const broken = {
    ...surrogate,
    engine: { ...surrogate.engine, logDensity: () => Promise.reject(new Error("/secret/path")) },
  };
  const answer = handler(broken, { onError: (error) => told.push(error) });
  const response = await answer(new Request("http://localhost/posterior?x=0,0"));
  const text = await response.text();
  assertEquals([response.status, told.length, text.includes("secret")], [500, 1, false]);
});
