// Clients that are slow, or leave: what was done for them ends, and what they held is let go of.

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { encodeArtifact, type Engine, key } from "@likely/core";
import { handler, type HandlerOptions, kernels, openSurrogate, type Surrogate } from "@likely/edge";
import { ace, npe, nre, twoMoons } from "@likely/sbi";
import { drawsResponse } from "../edge/_answer.ts";

const SMALL = { simulations: 300, maxEpochs: 2 } as const;
const open = async (made: Promise<{ artifact: Parameters<typeof encodeArtifact>[0] }>) =>
  await openSurrogate(encodeArtifact((await made).artifact), kernels);
const flow = await open(npe(key(0), twoMoons(), SMALL));
const ratio = await open(nre(key(0), twoMoons(), SMALL));
const cost = await open(ace(key(0), twoMoons(), SMALL));

const X = [0.1, 0.2];
const HEADERS = { "content-type": "application/json" };
const ENDLESS = JSON.stringify({ x: X, draws: 100_000, beta: 10 });
const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));

/** A service that counts what is open, and what was evaluated. */
function counted(surrogate: Surrogate, options: HandlerOptions = {}) {
  const counts = { open: 0, evaluations: 0, told: [] as unknown[] };
  const { engine } = surrogate;
  const logDensity: Engine["logDensity"] = async (artifact, x) => {
    const density = await engine.logDensity(artifact, x);
    counts.open++;
    return {
      name: density.name,
      dim: density.dim,
      evaluate: (points, options) => {
        counts.evaluations++;
        return density.evaluate(points, options);
      },
      [Symbol.dispose]: () => {
        counts.open--;
        density[Symbol.dispose]();
      },
    };
  };
  const answer = handler({ ...surrogate, engine: { ...engine, logDensity } }, {
    onError: (error) => counts.told.push(error),
    ...options,
  });
  return { answer, counts };
}

const post = (body: BodyInit, signal?: AbortSignal) =>
  new Request("http://localhost/posterior", {
    method: "POST",
    headers: HEADERS,
    body,
    ...(signal && { signal }),
  });

/** A body in pieces, some milliseconds apart, that tells whether it was let go of. */
function dribbled(pieces: readonly string[], each: number) {
  const seen = { cancelled: false };
  const encoder = new TextEncoder();
  let i = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      await pause(each);
      if (seen.cancelled) return;
      if (i < pieces.length) controller.enqueue(encoder.encode(pieces[i++]));
      else controller.close();
    },
    cancel: () => void (seen.cancelled = true),
  });
  return { stream, seen };
}

Deno.test("a body that comes slowly is answered, one that never comes is a 408", async () => {
  const text = JSON.stringify({ x: X, draws: 3 });
  const slow = await handler(flow)(post(dribbled([...text], 2).stream));
  assertEquals([slow.status, (await slow.json()).draws.length], [200, 3]);
  const { answer, counts } = counted(flow, { limits: { milliseconds: 200 } });
  const never = new ReadableStream<Uint8Array>({ start: (c) => c.enqueue(new TextEncoder().encode('{"x"')) });
  const response = await answer(post(never));
  assertEquals(response.status, 408);
  assertMatch(
    (await response.json()).detail,
    /^Cannot answer as reading and sampling must end within .* 200 ms/,
  );
  const { stream, seen } = dribbled([...text.repeat(9)], 30);
  assertEquals((await answer(post(stream))).status, 408);
  assert(seen.cancelled, "the body is let go of");
  assertEquals(counts.told, []);
});

Deno.test("a body that breaks off is no failure of the service", async () => {
  const { answer, counts } = counted(flow);
  const broken = new ReadableStream({
    pull: (controller) => controller.error(new TypeError("reset by peer")),
  });
  const response = await answer(post(broken));
  assertEquals(response.status, 400);
  assertMatch((await response.json()).detail, /must come whole/);
  assertEquals(counts.told, []);
});

Deno.test("chains stop for who leaves and at the time limit, and give back what they ran on", async () => {
  const leaving = new AbortController();
  const { answer, counts } = counted(cost);
  const asked = answer(post(ENDLESS, leaving.signal));
  while (counts.evaluations < 50) await pause(10);
  assertEquals(counts.open, 1);
  leaving.abort();
  assertEquals((await asked).status, 400);
  assertEquals(counts.open, 0);
  const stopped = counts.evaluations;
  await pause(100);
  assertEquals(counts.evaluations, stopped);

  const gone = await answer(post(ENDLESS, AbortSignal.abort()));
  assertEquals([gone.status, counts.open], [400, 0]);

  const late = counted(cost, { limits: { milliseconds: 100 } });
  assertEquals((await late.answer(post(ENDLESS))).status, 408);
  assertEquals([late.counts.open, late.counts.told], [0, []]);
});

/**
 * An engine whose every gradient takes some time, and lets nothing else run meanwhile; what is without one is
 * too rough for proposals.
 */
function sluggish(surrogate: Surrogate, milliseconds: number): Surrogate {
  const { engine } = surrogate;
  const wait = () => {
    for (const end = performance.now() + milliseconds; performance.now() < end;);
  };
  return {
    ...surrogate,
    engine: {
      ...engine,
      logDensity: async (artifact, x) => {
        const density = await engine.logDensity(artifact, x);
        return {
          name: density.name,
          dim: density.dim,
          evaluate: (points, options) => {
            if (options?.gradient === false) {
              return { value: Float64Array.from({ length: points.n }, (_, i) => 1e9 * (i * 7919 % 1009)) };
            }
            wait();
            return density.evaluate(points, options);
          },
          [Symbol.dispose]: () => density[Symbol.dispose](),
        };
      },
    },
  };
}

Deno.test("a trajectory of NUTS, which lets nothing else run, ends at the time limit", async () => {
  // One step of a chain is up to 1,023 evaluations: ten seconds of these.
  const { answer, counts } = counted(sluggish(cost, 10), { limits: { milliseconds: 100 } });
  const response = await answer(post(JSON.stringify({ x: X, draws: 1000, beta: 1e-3 })));
  assertEquals(response.status, 408);
  // As many as the limit has room for, and one; those of proposals take no time.
  assert(counts.evaluations <= 12 + 16, `${counts.evaluations} evaluations`);
  assertEquals(counts.open, 0);
});

Deno.test("a long list of densities lets others run, and ends at the time limit", async () => {
  const theta = Array.from({ length: 1000 }, (_, i) => [i / 1000, -i / 1000]);
  const x = Array(50).fill(X);
  const ask = (path: string, options: HandlerOptions, surrogate = ratio) => {
    const { answer, counts } = counted(surrogate, options);
    const body = JSON.stringify({ x, theta, ...path === "/posterior" && { return: ["log_density"] } });
    return {
      counts,
      asked: answer(new Request(`http://localhost${path}`, { method: "POST", headers: HEADERS, body })),
    };
  };
  let ticks = 0;
  const ticking = setInterval(() => ticks++, 1);
  const { asked, counts } = ask("/log-density", { limits: { milliseconds: 60_000 } });
  const { logDensity } = await (await asked).json();
  clearInterval(ticking);
  assertEquals([logDensity.length, counts.evaluations, counts.open], [1000, Math.ceil(1000 / 328), 0]);
  assert(ticks >= 3, `${ticks} ticks`);
  // What is asked in parts is what is asked at once.
  const whole = await ratio.engine.logDensity(ratio.artifact, {
    data: Float64Array.from(x.flat()),
    n: 50,
    dim: 2,
  });
  const rows = { data: Float64Array.from(theta.flat()), n: 1000, dim: 2 };
  const { value } = whole.evaluate(rows, { gradient: false });
  whole[Symbol.dispose]();
  const offset = logDensity[0] - value[0]!;
  value.forEach((v, i) => {
    // Beyond the prior, −∞ and not the ratio.
    if (logDensity[i] !== null) assert(Math.abs(logDensity[i] - v - offset) <= 1e-9 * Math.abs(v));
  });
  for (const path of ["/log-density", "/posterior"]) {
    const late = ask(path, { limits: { milliseconds: 60 } }, sluggish(ratio, 20));
    assertEquals((await late.asked).status, 408);
    assert(late.counts.evaluations <= 4, `${late.counts.evaluations} evaluations`);
    assertEquals(late.counts.open, 0);
  }
});

Deno.test("draws by the kernels look at the clock between their parts", async () => {
  const { answer, counts } = counted(flow, { limits: { milliseconds: 20 } });
  // A fifth of a second or more, in one call.
  assertEquals((await answer(post(JSON.stringify({ x: X, draws: 100_000 })))).status, 408);
  assertEquals(counts.told, []);
  // What was stopped can be asked again.
  const again = await (await handler(flow)(post(JSON.stringify({ x: X, draws: 10, seed: 3 })))).json();
  const drawn = (await flow.engine.density(flow.artifact)).sample(key(3), 10, {
    data: Float64Array.from(X),
    n: 1,
    dim: 2,
  });
  assertEquals(again.draws.flat(), [...drawn.data]);
});

/** Draws that count the rows that were read of them. */
class Counted extends Float64Array<ArrayBuffer> {
  static rows = 0;
  override subarray(from: number, to: number): Float64Array<ArrayBuffer> {
    Counted.rows++;
    return new Float64Array(this.buffer, this.byteOffset + 8 * from, to - from);
  }
}

function longAnswer(form: "application/json" | "text/csv", patience: number): Response {
  const length = 50_000;
  const values = new Counted(new ArrayBuffer(8 * length));
  Counted.rows = 0;
  const info = { sampler: "direct", evaluations: 0 };
  const draws = { names: ["a"], chains: 1, length, values, info, warnings: [] };
  return drawsResponse(form, draws, { rest: {}, headers: new Headers(), patience });
}

Deno.test("a long answer is made as it is taken, and no further for who leaves", async () => {
  for (const form of ["application/json", "text/csv"] as const) {
    const reader = longAnswer(form, 10_000).body!.getReader();
    await reader.read();
    await reader.read();
    await pause(10);
    const made = Counted.rows;
    assert(made > 0 && made <= 6000, `${made} rows`);
    await reader.cancel();
    await pause(10);
    assertEquals(Counted.rows, made);
  }
});

Deno.test("a long answer that nobody takes any more is given up", async () => {
  const reader = longAnswer("application/json", 1000).body!.getReader();
  for (let i = 0; i < 5; i++) {
    await pause(20);
    assertEquals((await reader.read()).done, false);
  }
  await pause(1500);
  const made = Counted.rows;
  await assertRejects(
    async () => {
      while (!(await reader.read()).done);
    },
    Error,
    "must be taken within the time limit",
  );
  assertEquals(Counted.rows, made);
});

/** The handler behind a real server. */
async function serving(options: HandlerOptions, use: (port: number) => Promise<void>) {
  const found = { told: [] as unknown[], statuses: [] as number[], open: 0 };
  const answer = handler({ flow, cost }, { onError: (error) => found.told.push(error), ...options });
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    found.open++;
    const response = await answer(request);
    found.open--;
    found.statuses.push(response.status);
    return response;
  });
  await use(server.addr.port);
  // Comes to its end only where nobody is waited for any more.
  await server.shutdown();
  return found;
}

/** Sends what is no whole request, perhaps reads a little, and leaves. */
async function leave(port: number, text: string, reads = 0): Promise<void> {
  const connection = await Deno.connect({ port, hostname: "127.0.0.1" });
  await connection.write(new TextEncoder().encode(text));
  for (let i = 0; i < reads; i++) await connection.read(new Uint8Array(1000));
  if (reads === 0) await pause(20);
  connection.close();
}

const head = (path: string, length: number) =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;

Deno.test("a server of it forgets who leaves in the body, in chains, in the answer", async () => {
  const long = JSON.stringify({ x: X, draws: 100_000 });
  const found = await serving({ limits: { milliseconds: 60_000 } }, async (port) => {
    const all: Promise<void>[] = [];
    for (let i = 0; i < 2; i++) {
      all.push(leave(port, head("/flow/posterior", 500) + '{"x":'));
      all.push(leave(port, head("/cost/posterior", ENDLESS.length) + ENDLESS));
      all.push(leave(port, head("/flow/posterior", long.length) + long, 3));
    }
    await Promise.all(all);
  });
  assertEquals([found.open, found.told], [0, []]);
  const count = (status: number) => found.statuses.filter((found) => found === status).length;
  // Chains of those who left would have run for a minute, to a 408.
  assertEquals([count(400), count(200)], [4, 2]);
});

Deno.test("a server of it says 408 to who sends no body", async () => {
  const found = await serving({ limits: { milliseconds: 200 } }, async (port) => {
    using connection = await Deno.connect({ port, hostname: "127.0.0.1" });
    await connection.write(new TextEncoder().encode(head("/flow/posterior", 500) + '{"x":'));
    const bytes = new Uint8Array(2000);
    const read = await connection.read(bytes);
    const text = new TextDecoder().decode(bytes.subarray(0, read!));
    assertMatch(text, /^HTTP\/1.1 408 [^]*connection: close/);
  });
  assertEquals([found.open, found.told, found.statuses], [0, [], [408]]);
});
