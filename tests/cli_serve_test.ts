// `likely serve` as a process of its own, asked over HTTP.

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { encodeArtifact, key } from "@likely/core";
import { handler, kernels, openSurrogate } from "@likely/edge";
import { ace, npe, nre, twoMoons } from "@likely/sbi";
import { assertRefused, Desk } from "./_desk.ts";

const SMALL = { simulations: 200, maxEpochs: 1 } as const;
const MOONS = encodeArtifact((await npe(key(0), twoMoons(), SMALL)).artifact);
const COST = encodeArtifact((await ace(key(0), twoMoons(), SMALL)).artifact);
const RATIO = encodeArtifact((await nre(key(0), twoMoons(), SMALL)).artifact);

/** A desk with models on it, and a service when it was started. */
class Served implements AsyncDisposable {
  readonly desk = new Desk("--allow-net=127.0.0.1");
  url = "";
  lines = "";
  #child: Deno.ChildProcess | undefined;
  #ends: Promise<unknown>[] = [];

  constructor() {
    this.desk.write("moons.safetensors", MOONS);
    this.desk.write("ratio.safetensors", RATIO);
    this.desk.write("cost.safetensors", COST);
  }

  async start(...args: string[]): Promise<void> {
    const child = this.desk.start("serve", ...args, "--port", "0");
    this.#child = child;
    const listening = Promise.withResolvers<void>();
    const read = async (stream: ReadableStream<Uint8Array>) => {
      for await (const text of stream.pipeThrough(new TextDecoderStream())) {
        this.lines += text;
        const [, url] = /Listening on (http:\S+)\/:/.exec(this.lines) ?? [];
        if (url) this.url = url;
        if (url) listening.resolve();
      }
      listening.reject(new Error(this.lines));
    };
    this.#ends = [read(child.stdout), read(child.stderr)];
    this.#ends.push(listening.promise.catch(() => {}));
    await listening.promise;
  }

  async stop(signal: Deno.Signal): Promise<number> {
    this.#child!.kill(signal);
    const { code } = await this.#child!.status;
    await Promise.all(this.#ends);
    this.#child = undefined;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child) await this.stop("SIGKILL");
    await this.desk[Symbol.asyncDispose]();
  }
}

const ask = async (url: string) => await (await fetch(url)).json();

Deno.test("likely serve answers, logs, and ends with what was asked answered", async () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    await using served = new Served();
    await served.start("moons.safetensors", "--access-log");
    const { draws } = await ask(`${served.url}/posterior?x=0,0&draws=7`);
    assertEquals(draws.length, 7);
    assertEquals((await fetch(`${served.url}/nowhere`)).status, 404);
    assertEquals(await served.stop(signal), 0);
    assertStringIncludes(served.lines, "Stopped: what was asked has been answered");
    assertMatch(served.lines, /"method":"GET","path":"\/posterior","status":200,"milliseconds":[\d.]+\}/);
  }
});

Deno.test("threads of likely serve give the answers of one", async () => {
  await using served = new Served();
  await served.start("moons.safetensors", "--threads", "3", "--access-log");
  const asks = Array.from(
    { length: 12 },
    (_, seed) => `${served.url}/posterior?x=0,0&draws=2500&seed=${seed}`,
  );
  const answers = await Promise.all(asks.map(ask));
  const answer = handler(await openSurrogate(MOONS, kernels));
  for (const [i, url] of asks.entries()) {
    assertEquals(answers[i], await (await answer(new Request(url))).json());
  }
  assertEquals(await served.stop("SIGTERM"), 0);
  assertEquals(served.lines.match(/"status":200/g)?.length, 12);
});

Deno.test("likely serve takes several models, a token, and a model anew when it changes", async () => {
  await using served = new Served();
  served.desk.write("token", "secret\n");
  await served.start(
    "moons.safetensors",
    "ratio.safetensors",
    "--token",
    "token",
    "--watch",
    "--threads",
    "2",
  );
  const headers = { authorization: "Bearer secret" };
  const kind = async () => (await (await fetch(`${served.url}/moons`, { headers })).json()).kind;
  assertEquals((await fetch(`${served.url}/`)).status, 401);
  assertEquals(await kind(), "posterior");
  await new Promise((resolve) => setTimeout(resolve, 1500));
  served.desk.write("moons.safetensors", RATIO);
  for (let i = 0; i < 100 && await kind() !== "ratio"; i++) {
    await new Promise((done) => setTimeout(done, 100));
  }
  assertEquals(await kind(), "ratio");
  // Half a file is no model: what was there answers on.
  served.desk.write("moons.safetensors", RATIO.slice(0, 100));
  for (let i = 0; i < 100 && !served.lines.includes("stay as they were"); i++) {
    await new Promise((done) => setTimeout(done, 100));
  }
  assertEquals(await kind(), "ratio");
});

Deno.test("likely serve refuses what it cannot serve", async () => {
  await using served = new Served();
  const { desk } = served;
  desk.write("empty", "");
  await Deno.mkdir(desk.file("sub"));
  desk.write("sub/moons.safetensors", MOONS);
  await assertRefused(desk, "serve", 2, "<model> is missing");
  await assertRefused(desk, "serve none.safetensors", 1, "must exist");
  await assertRefused(desk, "serve task.ts", 1, "task.ts");
  await assertRefused(desk, "serve moons.safetensors sub/moons.safetensors", 2, "different names");
  await assertRefused(desk, "serve moons.safetensors --port 70000", 2, "from 0 to 65535");
  await assertRefused(desk, "serve moons.safetensors --threads 65", 2, "from 1 to 64");
  await assertRefused(desk, "serve moons.safetensors --token empty", 1, "it is empty");
  await served.start("moons.safetensors");
  const port = new URL(served.url).port;
  for (const more of ["", " --threads 2"]) {
    await assertRefused(
      desk,
      `serve moons.safetensors --port ${port}${more}`,
      1,
      "must be free: it is in use",
    );
  }
});

async function stopsFor(threads: number): Promise<void> {
  await using served = new Served();
  await served.start("cost.safetensors", "--access-log", "--threads", `${threads}`);
  const { hostname, port } = new URL(served.url);
  const connect = async (body: string, length: number) => {
    const connection = await Deno.connect({ hostname, port: Number(port) });
    const head = "POST /posterior HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n";
    await connection.write(new TextEncoder().encode(`${head}content-length: ${length}\r\n\r\n${body}`));
    return connection;
  };
  const endless = '{"x":[0,0],"draws":100000,"beta":10}';
  const leaving = await connect(endless, endless.length);
  await new Promise((done) => setTimeout(done, 500));
  leaving.close();
  // Ten seconds is what the chains would take otherwise, to a 408.
  for (let i = 0; i < 80 && !served.lines.includes('"status":400'); i++) {
    await new Promise((done) => setTimeout(done, 100));
  }
  assertStringIncludes(served.lines, '"status":400');
  using _staying = await connect('{"x":', 100);
  await new Promise((done) => setTimeout(done, 100));
  assertEquals(await served.stop("SIGTERM"), 0, served.lines);
  assertStringIncludes(served.lines, "Stopped: what was asked has been answered");
}

Deno.test("likely serve stops chains for who leaves, and ends though someone owes it a body", async () => {
  await Promise.all([stopsFor(1), stopsFor(2)]);
});
