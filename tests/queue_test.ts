// One run on a queue: what systems of this kind got wrong elsewhere, against the bytes of an unbroken run.

import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { AckPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { key, openSimulations, simulate, type SimulatorModule } from "@likely/core";
import {
  type QueueServer,
  queueSimulate,
  type QueueSimulateOptions,
  queueWork,
  taskDigest,
} from "@likely/queue";
import { readJob, readResult, writeJob, writeResult } from "../queue/_messages.ts";
import type { RunDescription } from "../queue/_run_description.ts";
import { packTask, unpackTask } from "../queue/_shared_files.ts";
import { filesOf } from "./_files_of.ts";
import { NATS_SERVER, NatsServer } from "./_nats.ts";
import { killAtRandom } from "./_queue_kills.ts";

const NOISY = {
  module: new URL("./_noisy_task.ts", import.meta.url),
  export: "noisy",
  argument: { throwAbove: 1.5 },
} satisfies SimulatorModule;

/** A test that needs a server; skipped where there is none. */
function queueTest(name: string, fn: () => Promise<void>): void {
  // Sockets and timers of the client end a moment after its connection.
  Deno.test({ name, ignore: NATS_SERVER === undefined, sanitizeOps: false, sanitizeResources: false, fn });
}

/** A folder for one test. */
class Folder implements AsyncDisposable {
  readonly path = Deno.makeTempDirSync();

  file(name: string): string {
    return `${this.path}/${name}`;
  }

  write(name: string, text: string): SimulatorModule {
    Deno.writeTextFileSync(this.file(name), text);
    return { module: new URL(`file://${this.file(name)}`), export: "task" };
  }

  lines(name: string): string[] {
    try {
      return Deno.readTextFileSync(this.file(name)).trim().split("\n");
    } catch {
      return [];
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** Workers in this process, until stopped. */
class Crew implements AsyncDisposable {
  readonly notices: string[] = [];
  readonly #stop = new AbortController();
  readonly #work: Promise<unknown>;
  chunks = 0;

  constructor(server: QueueServer, source: SimulatorModule, workers = 2) {
    this.#work = queueWork([source], {
      server,
      workers,
      signal: this.#stop.signal,
      onNotice: (text) => void this.notices.push(text),
      onProgress: ({ chunks }) => void (this.chunks = chunks),
    }).catch((error) => error);
  }

  /** Resolves to the error that ended it. */
  async stop(): Promise<unknown> {
    this.#stop.abort(new Error("stopped"));
    return await this.#work;
  }

  /** Resolves once it has ended by itself. */
  async end(): Promise<unknown> {
    return await this.#work;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

const lead = (
  server: QueueServer,
  path: string,
  more: Partial<QueueSimulateOptions> & { n?: number; seed?: number } = {},
) =>
  queueSimulate(key(more.seed ?? 5), NOISY, more.n ?? 95, { server, path, chunkRows: 10, lease: 2, ...more });

async function requireSame(path: string, whole: string): Promise<void> {
  const [ours, theirs] = await Promise.all([filesOf(path), filesOf(whole)]);
  assertEquals([...ours.keys()].sort(), [...theirs.keys()].sort());
  for (const [name, bytes] of theirs) assertEquals(ours.get(name), bytes, name);
}

async function until(condition: () => boolean | Promise<boolean>, seconds = 30): Promise<void> {
  for (const end = performance.now() + 1000 * seconds; performance.now() < end;) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`not within ${seconds} s: ${condition}`);
}

/** The client may wait for iterators of its own that have no end. */
async function letGo(connection: NatsConnection): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([connection.close(), new Promise((resolve) => timer = setTimeout(resolve, 2000))]);
  clearTimeout(timer);
}

async function streamNames({ url }: QueueServer): Promise<string[]> {
  const connection = await connect({ servers: url.replace("nats://", "") });
  const names: string[] = [];
  for await (const name of (await jetstreamManager(connection)).streams.names()) names.push(name);
  await letGo(connection);
  return names.sort();
}

const SLOW = (log: string, seconds: number) => `
import { drawNormal, independent, normal, simulator } from "@likely/core";
export const task = {
  prior: independent({ a: normal(0, 1) }),
  simulator: simulator({ name: "slow", thetaDim: 1, xDim: 1, simulate: (random, [a]) => {
    Deno.writeTextFileSync(${JSON.stringify(log)}, a + "\\n", { append: true });
    const end = performance.now() + ${1000 * seconds};
    while (performance.now() < end);
    return [a + drawNormal(random)];
  } }),
};`;

queueTest(
  "a run on a queue is byte for byte that of one machine, and leaves nothing on the server",
  async () => {
    await using folder = new Folder();
    await using server = await NatsServer.start();
    await using crew = new Crew(server.server, NOISY);
    const told: number[] = [];
    const run = await lead(server.server, folder.file("q"), {
      score: true,
      onProgress: ({ done }) => void told.push(done),
    });
    const options = { path: folder.file("s"), chunkRows: 10, score: true };
    const { failed, failures } = await simulate(key(5), NOISY, 95, options);
    await requireSame(folder.file("q"), folder.file("s"));
    assertEquals({ failed: run.failed, failures: run.failures }, { failed, failures: failures! });
    assert(run.failed > 0 && told.includes(95) && crew.chunks === 10);
    assertEquals(await streamNames(server.server), []);

    // Longer: what is there stays, but for the last chunk, which was not full.
    await lead(server.server, folder.file("q"), { score: true, n: 120 });
    await simulate(key(5), NOISY, 120, { ...options, path: folder.file("s") });
    await requireSame(folder.file("q"), folder.file("s"));
    assertEquals(crew.chunks, 13);
    // Done: nobody is asked.
    await crew.stop();
    assertEquals((await lead(server.server, folder.file("q"), { score: true, n: 120 })).id.length, 24);
  },
);

queueTest(
  "a dozen random kills of workers, coordinator and server lose nothing and double nothing",
  async () => {
    const { different, files, said, ...kills } = await killAtRandom({
      kills: 12,
      workers: 2,
      pause: 700,
      seed: 8,
    });
    assertEquals([different, said], [[], []]);
    assert(
      kills.worker + kills.lead + kills.server === 12 && kills.lead > 0 && kills.server > 0,
      JSON.stringify(kills),
    );
    assertEquals(files, 4 * 200 + 5);
  },
);

queueTest(
  "a chunk that takes longer than its lease is kept by who simulates, and simulated once",
  async () => {
    await using folder = new Folder();
    await using server = await NatsServer.start();
    const source = folder.write("slow.ts", SLOW(folder.file("log"), 4));
    await using _crew = new Crew(server.server, source, 1);
    await using _other = new Crew(server.server, source, 1);
    await queueSimulate(key(1), source, 2, {
      server: server.server,
      path: folder.file("q"),
      chunkRows: 1,
      lease: 1,
    });
    // One more, as the first of a chunk that is measured or compared would be.
    assertEquals(folder.lines("log").length, 2);
  },
);

queueTest("a killed worker is not waited on: its chunk is handed out again after the lease", async () => {
  await using folder = new Folder();
  await using server = await NatsServer.start();
  const source = folder.write("slow.ts", SLOW(folder.file("log"), 0.01));
  const path = folder.file("q");
  const run = queueSimulate(key(1), source, 20, { server: server.server, path, chunkRows: 10, lease: 2 });
  // Takes both jobs and is never heard of again.
  const connection = await connect({ servers: `127.0.0.1:${server.port}` });
  const manager = await jetstreamManager(connection);
  let stream = "";
  await until(async () => {
    [stream = ""] = (await streamNames(server.server)).filter((name) => name.startsWith("likely_jobs"));
    return stream !== "" &&
      (await manager.consumers.info(stream, "likely").catch(() => undefined))?.num_pending === 2;
  });
  const consumer = await jetstream(connection).consumers.get(stream, "likely");
  for (let i = 0; i < 2; i++) assert(await consumer.next({ expires: 1000 }));
  await letGo(connection);
  const start = performance.now();
  await using _crew = new Crew(server.server, source);
  await run;
  const seconds = (performance.now() - start) / 1000;
  assert(seconds < 15, `it took ${seconds} s`);
});

queueTest("a worker that is stopped gives its chunk back at once, long before the lease ends", async () => {
  await using folder = new Folder();
  await using server = await NatsServer.start();
  const source = folder.write("slow.ts", SLOW(folder.file("log"), 3));
  const crew = new Crew(server.server, source, 1);
  const run = queueSimulate(key(1), source, 1, {
    server: server.server,
    path: folder.file("q"),
    chunkRows: 1,
    lease: 3600,
  });
  await until(() => folder.lines("log").length === 1);
  assertStringIncludes(String(await crew.stop()), "stopped");
  await using _other = new Crew(server.server, source, 1);
  const start = performance.now();
  await run;
  assert(performance.now() - start < 20_000);
  assertEquals(folder.lines("log").length, 2);
});

queueTest("what is brought twice is counted once, and what is no result is left out", async () => {
  await using folder = new Folder();
  await using server = await NatsServer.start();
  const notices: string[] = [];
  let done = 0;
  const run = lead(server.server, folder.file("q"), {
    onNotice: (text) => void notices.push(text),
    onProgress: (progress) => void (done = progress.done),
  });
  let results = "";
  await until(async () => {
    [results = ""] = (await streamNames(server.server)).filter((name) => name.startsWith("likely_results"));
    return results !== "";
  });
  const id = results.split("_")[2];
  const connection = await connect({ servers: `127.0.0.1:${server.port}` });
  const { x } = await simulate(key(5), { ...NOISY, argument: {} }, 30, { workers: 0 });
  const put = (chunk: number, data: Uint8Array) =>
    jetstream(connection).publish(`likely.results.${id}.${chunk}`, data);
  const of = (chunk: number, data = x.data) =>
    writeResult({
      rows: {
        x: new Float64Array(data.subarray(20 * chunk, 20 * chunk + 20)),
        score: new Float64Array(),
        thrown: [],
      },
    });
  await put(2, of(2));
  await until(() => done === 10);
  // Again, and other numbers: those that are there stay.
  await put(2, of(2, new Float64Array(60)));
  await put(99, of(1));
  await put(1, of(1).subarray(0, 100));
  await put(0, new Uint8Array());
  await until(() => notices.length === 3);
  assertEquals(done, 10);
  await letGo(connection);
  await using _crew = new Crew(server.server, NOISY);
  const { n, failed } = await run;
  const whole = await simulate(key(5), NOISY, 95, { path: folder.file("s"), chunkRows: 10 });
  assertEquals([n, done, failed], [95, 95, whole.failed]);
  await requireSame(folder.file("q"), folder.file("s"));
  assert(notices.every((text) => text.startsWith("a message that is no result")));
});

queueTest(
  "runs on one server do not meet: an old one waits for its leader, and is taken up again",
  async () => {
    await using folder = new Folder();
    await using server = await NatsServer.start();
    const stop = new AbortController();
    const first = lead(server.server, folder.file("a"), { seed: 1, signal: stop.signal });
    await until(async () => (await streamNames(server.server)).length === 2);
    stop.abort(new Error("stopped"));
    await assertRejects(() => first, Error, "stopped");
    await using _crew = new Crew(server.server, NOISY);
    await lead(server.server, folder.file("b"), { seed: 2 });
    assertEquals((await streamNames(server.server)).length, 2, "of the first, which nobody leads");
    await lead(server.server, folder.file("a"), { seed: 1 });
    assertEquals(await streamNames(server.server), []);
    for (const [name, seed] of [["a", 1], ["b", 2]] as const) {
      await simulate(key(seed), NOISY, 95, { path: folder.file(`${name}s`), chunkRows: 10 });
      await requireSame(folder.file(name), folder.file(`${name}s`));
    }
  },
);

queueTest("a server that has lost its store is given the run anew", async () => {
  await using folder = new Folder();
  await using server = await NatsServer.start();
  const notices: string[] = [];
  let done = 0;
  const source = { ...NOISY, argument: { throwAbove: 1.5, work: 40_000 } };
  const options = { chunkRows: 10, lease: 2, path: folder.file("q") };
  const run = queueSimulate(key(5), source, 995, {
    server: server.server,
    ...options,
    onNotice: (text) => void notices.push(text),
    onProgress: (progress) => void (done = progress.done),
  });
  await using _crew = new Crew(server.server, source);
  await until(() => done >= 100);
  await server.kill();
  await Deno.remove(server.store, { recursive: true });
  await Deno.mkdir(server.store);
  await server.start();
  await run;
  await simulate(key(5), source, 995, { path: folder.file("s"), chunkRows: 10 });
  await requireSame(folder.file("q"), folder.file("s"));
  assertEquals(notices.filter((text) => text.includes("has lost this run")).length, 1, notices.join("\n"));
});

queueTest("one at a time leads a run", async () => {
  await using folder = new Folder();
  await using server = await NatsServer.start();
  const stop = new AbortController();
  const first = lead(server.server, folder.file("a"), { signal: stop.signal });
  await until(async () => (await streamNames(server.server)).length === 2);
  await assertRejects(
    () => lead(server.server, folder.file("b")),
    Error,
    "as one at a time must lead it: another does",
  );
  stop.abort(new Error("stopped"));
  await assertRejects(() => first, Error, "stopped");
});

queueTest("a worker refuses other tasks and versions in words, and goes on with its own", async () => {
  await using folder = new Folder();
  await using server = await NatsServer.start();
  const source = folder.write("task.ts", SLOW(folder.file("log"), 0));
  await using crew = new Crew(server.server, NOISY);
  const stop = new AbortController();
  const options = { server: server.server, chunkRows: 1, signal: stop.signal };
  const foreign = queueSimulate(key(1), source, 3, { ...options, path: folder.file("q") });
  await until(() => crew.notices.length === 1);
  await lead(server.server, folder.file("own"));
  assertMatch(
    crew.notices[0]!,
    /^run [0-9a-f]{24} is left to others: it asks for "slow" [0-9a-f]{12} on Deno\/\S+; allowed here: "noisy" [0-9a-f]{12} on Deno\//,
  );
  assertEquals(crew.notices.length, 1);
  assertEquals(folder.lines("log"), []);
  // The same file, edited: not the same task.
  const before = new Crew(server.server, source);
  await until(() => folder.lines("log").length === 3);
  await foreign;
  folder.write("task.ts", SLOW(folder.file("log"), 0) + "\n");
  const edited = queueSimulate(key(2), source, 3, { ...options, path: folder.file("r") });
  await until(() => before.notices.length === 1);
  assertStringIncludes(before.notices[0]!, `it asks for "slow"`);
  stop.abort(new Error("stopped"));
  await assertRejects(() => edited, Error, "stopped");
  await before.stop();
});

queueTest("rows that are made elsewhere are asked for several at a time", async () => {
  await using folder = new Folder();
  await using server = await NatsServer.start();
  const source = folder.write(
    "late.ts",
    `
import { drawNormal, independent, normal, simulator } from "@likely/core";
export const task = {
  prior: independent({ a: normal(0, 1) }),
  simulator: simulator({ name: "late", thetaDim: 1, xDim: 1, concurrency: 10, simulate: async (random, [a]) => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (a > 1) throw new Error("too high");
    return [drawNormal(random, a)];
  } }),
};`,
  );
  await using _crew = new Crew(server.server, source, 1);
  const start = performance.now();
  const path = folder.file("q");
  const { failed } = await queueSimulate(key(1), source, 100, { server: server.server, path, chunkRows: 2 });
  const seconds = (performance.now() - start) / 1000;
  assert(failed > 0 && seconds < 8, `one after the other they take 10 s: ${seconds}`);
  await simulate(key(1), source, 100, { path: folder.file("s"), chunkRows: 2 });
  await requireSame(path, folder.file("s"));
});

queueTest("what every worker would meet ends the run, what one meets ends that worker", async () => {
  await using folder = new Folder();
  await using server = await NatsServer.start();
  const module = NOISY.module;
  const options = { server: server.server, chunkRows: 1, lease: 2 };
  await using narrow = new Crew(server.server, { module, export: "narrow" });
  const ended = queueSimulate(key(1), { module, export: "narrow" }, 3, {
    ...options,
    path: folder.file("n"),
  });
  await assertRejects(() => ended, Error, "as a row must have length 2: row");
  assertEquals(await streamNames(server.server), []);
  assertEquals(narrow.notices, []);

  const stop = new AbortController();
  const source = folder.write(
    "gone.ts",
    `
import { independent, normal, UnreachableError } from "@likely/core";
export const task = {
  prior: independent({ a: normal(0, 1) }),
  simulator: { name: "gone", thetaDim: 1, xDim: 1, simulate: () => { throw new UnreachableError("no program"); } },
};`,
  );
  await using deadly = new Crew(server.server, source, 1);
  const run = queueSimulate(key(1), source, 1, { ...options, path: folder.file("d"), signal: stop.signal });
  run.catch(() => {});
  assertStringIncludes(String(await deadly.end()), "no program");
  stop.abort(new Error("stopped"));
  await assertRejects(() => run, Error, "stopped");
});

queueTest("rows that nobody comes back with are named, and end the run", async () => {
  await using folder = new Folder();
  await using server = await NatsServer.start();
  const run = lead(server.server, folder.file("q"), { n: 10 });
  const connection = await connect({ servers: `127.0.0.1:${server.port}` });
  await until(async () => (await streamNames(server.server)).length === 2);
  const [stream] = await streamNames(server.server);
  const manager = await jetstreamManager(connection);
  await until(async () =>
    (await manager.consumers.info(stream!, "likely").catch(() => undefined))?.num_pending === 1
  );
  const consumer = await jetstream(connection).consumers.get(stream!, "likely");
  for (let i = 0; i < 25; i++) (await consumer.next({ expires: 2000 }))!.nak();
  await letGo(connection);
  await using _crew = new Crew(server.server, NOISY);
  await assertRejects(
    () => run,
    Error,
    "Cannot simulate rows 0 to 9, chunk 0, as whoever tries must come back with them",
  );
});

queueTest("a worker needs few permissions, and a server may ask who comes", async () => {
  await using folder = new Folder();
  const config = `authorization { users = [
    { user: lead, password: secret, permissions: {
      publish: ["$JS.API.>", "$JS.ACK.>", "likely.>", "_INBOX.>"], subscribe: ["_INBOX.>", "likely.lead.>"] } },
    { user: work, password: secret, permissions: {
      publish: ["$JS.API.INFO", "$JS.API.STREAM.LIST", "$JS.API.CONSUMER.INFO.*.likely",
        "$JS.API.CONSUMER.MSG.NEXT.*.likely", "$JS.ACK.>", "likely.results.>"]
      subscribe: ["_INBOX.>"] } },
    { user: none, password: secret, permissions: { publish: ["x"], subscribe: ["_INBOX.>"] } },
  ] }`;
  await using server = await NatsServer.start({ config });
  const as = (user: string) => ({ url: `nats://${user}@127.0.0.1:${server.port}` });
  await using _crew = new Crew(as("work:secret"), NOISY);
  await lead(as("lead:secret"), folder.file("q"));
  await simulate(key(5), NOISY, 95, { path: folder.file("s"), chunkRows: 10 });
  await requireSame(folder.file("q"), folder.file("s"));
  const refused = async (user: string, message: string) => {
    const error = await assertRejects(() => lead(as(user), folder.file("q")), Error, message);
    assert(!error.message.includes("secret") && !error.message.includes("\n"));
  };
  await refused("work:wrong", `:${server.port} as its server must know this user`);
  await refused("none:secret", `must be permitted to publish to "$JS.API.INFO": it is not`);
});

queueTest("a server speaks to those alone whose certificates it knows", async () => {
  await using folder = new Folder();
  const openssl = async (...args: string[]) => {
    const { code, stderr } = await new Deno.Command("openssl", { args, cwd: folder.path, stderr: "piped" })
      .output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
  };
  const subject = ["-newkey", "rsa:2048", "-nodes", "-subj"];
  await Deno.writeTextFile(folder.file("names"), "subjectAltName=DNS:localhost");
  await openssl("req", "-x509", ...subject, "/CN=us", "-keyout", "ca.key", "-out", "ca.pem");
  for (const name of ["server", "client"]) {
    await openssl("req", ...subject, `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.csr`);
    const sign = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"];
    await openssl("x509", "-req", "-in", `${name}.csr`, ...sign, "-out", `${name}.pem`);
  }
  const file = (name: string) => folder.file(name);
  await using server = await NatsServer.start({
    config: `tls { cert_file: "${file("server.pem")}", key_file: "${file("server.key")}",
      ca_file: "${file("ca.pem")}", verify: true }`,
  });
  const url = `tls://localhost:${server.port}`;
  const known = {
    url,
    ca: file("ca.pem"),
    certificate: file("client.pem"),
    certificateKey: file("client.key"),
  };
  await using _crew = new Crew(known, NOISY);
  await lead(known, file("q"), { n: 20 });
  assertEquals((await openSimulations(file("q"))).missing, 0);
  await assertRejects(() => lead({ url }, file("q")), Error, "must answer there: unable to verify");
  await assertRejects(() => lead({ ...known, ca: file("none.pem") }, file("q")), Error, "there is no ");
});

queueTest("what the server cannot do, or a message cannot hold, is refused", async () => {
  await using folder = new Folder();
  const path = folder.file("q");
  const none = { url: "nats://127.0.0.1:1" };
  await assertRejects(() => lead(none, path), Error, "a NATS server must answer there: connect ECONNREFUSED");
  await assertRejects(
    () => lead({ url: "http://a" }, path),
    TypeError,
    "its server must be nats://host:4222",
  );
  await assertRejects(
    () => lead(none, path, { lease: 0.5 }),
    RangeError,
    "lease must be in [1, 3600] seconds",
  );
  await assertRejects(() => queueWork([NOISY], { server: none, workers: 0 }), RangeError, "workers must be");
  await assertRejects(() => queueWork([NOISY], { server: none, idle: 0 }), RangeError, "idle must be > 0");
  const missing = { module: "file:///no/such/task.ts", export: "task" };
  await assertRejects(
    () => queueWork([missing], { server: none }),
    TypeError,
    "there is no file:///no/such/task.ts",
  );
  {
    await using bare = await NatsServer.start({ jetStream: false });
    await assertRejects(() => lead(bare.server, path), Error, "its server must run JetStream");
  }
  // 2.9 says this much and no more.
  const old = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  (async () => {
    for await (const socket of old) {
      const info = {
        "server_id": "x",
        version: "2.9.10",
        "max_payload": 1048576,
        headers: true,
        jetstream: true,
        proto: 1,
      };
      await socket.write(new TextEncoder().encode(`INFO ${JSON.stringify(info)}\r\n`));
      (async () => {
        for await (const part of socket.readable) {
          if (new TextDecoder().decode(part).includes("PING")) {
            await socket.write(new TextEncoder().encode("PONG\r\n"));
          }
        }
      })().catch(() => {});
    }
  })();
  const { port } = old.addr as Deno.NetAddr;
  await assertRejects(
    () => lead({ url: `nats://127.0.0.1:${port}` }, path),
    Error,
    "its server must be of version 2.10 or later: current value is 2.9.10",
  );
  old.close();
  await using small = await NatsServer.start({ config: "max_payload: 33000" });
  await assertRejects(() => lead(small.server, path), RangeError, "chunkRows must have at most");
  await using tiny = await NatsServer.start({ config: "max_payload: 32780" });
  await assertRejects(
    () => lead(tiny.server, path),
    RangeError,
    "a row must have at most 0 numbers: current value is 2",
  );
});

queueTest("work ends after so long without anything to do", async () => {
  await using server = await NatsServer.start();
  assertEquals(await queueWork([NOISY], { server: server.server, idle: 1 }), { chunks: 0, rows: 0 });
});

Deno.test("a task's digest is of all that its files say, wherever they lie", async () => {
  await using folder = new Folder();
  for (const name of ["a", "b"]) {
    await Deno.mkdir(folder.file(name));
    folder.write(`${name}/task.ts`, `import { b } from "./lib.ts";\nexport const task = b, other = b;`);
    folder.write(
      `${name}/lib.ts`,
      `import { task } from "./task.ts"; import * as v from "valibot";
       const data = new URL("./data.csv", import.meta.url); export const b = [() => task, v, data];`,
    );
    folder.write(`${name}/data.csv`, "1,2\n");
  }
  const digest = (name: string, more: Partial<SimulatorModule> = {}) =>
    taskDigest({ module: `file://${folder.file(name)}/task.ts`, export: "task", ...more });
  const first = await digest("a");
  assertMatch(first, /^[0-9a-f]{64}$/);
  assertEquals(await digest("b"), first);
  assert(await digest("a", { export: "other" }) !== first);
  assert(await digest("a", { argument: { deep: 1 } }) !== first);
  for (
    const [file, text] of [["data.csv", "1,3\n"], ["lib.ts", "export const b = [];"], [
      "task.ts",
      "",
    ]] as const
  ) {
    folder.write(`b/${file}`, text);
    const changed = await digest("b");
    assert(changed !== first, file);
    await Deno.copyFile(folder.file(`a/${file}`), folder.file(`b/${file}`));
    assertEquals(await digest("b"), first);
  }
  await Deno.remove(folder.file("b/data.csv"));
  assert(await digest("b") !== first);
});

Deno.test("messages come back as they went, and hostile ones are refused", () => {
  const run = { n: 25, chunkRows: 10, thetaDim: 2, xDim: 3, score: true } as RunDescription;
  const theta = { data: Float64Array.from({ length: 10 }, (_, i) => i / 3), n: 5, dim: 2 };
  assertEquals(readJob(writeJob({ theta, first: 20 }), run), { theta, first: 20 });
  const rows = {
    x: Float64Array.of(1, NaN, -0, 5e-324, Infinity, 6),
    score: Float64Array.of(1, 2, 3, 4),
    thrown: [{ row: 7, reason: "schlecht: ü" }],
  };
  const bytes = writeResult({ rows });
  // At any place in a larger buffer, as sockets give them.
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  assertEquals(readResult(shifted.subarray(3), 2, run), { rows });
  const hostile = writeResult({
    rows: { ...rows, thrown: [{ row: 7, reason: `\u001b[2J${"x".repeat(1000)}` }] },
  });
  const { rows: { thrown } } = readResult(hostile, 2, run) as { rows: typeof rows };
  assertMatch(thrown[0]!.reason, /^ \[2Jx{396}…$/);
  const refuses = (read: () => unknown) => {
    try {
      read();
    } catch {
      return true;
    }
    return false;
  };
  for (let length = 0; length < bytes.length; length++) {
    assert(refuses(() => readResult(bytes.slice(0, length), 2, run)), `${length} bytes`);
  }
  assert(refuses(() => readResult(bytes, 3, run)));
  assert(refuses(() => readJob(writeJob({ theta, first: 21 }), run)));
  assert(refuses(() => readJob(writeJob({ theta, first: 0.5 }), run)));
  assert(refuses(() => readJob(Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0), run)));
});

queueTest("a task comes from the queue to whoever allows its digest, and no other does", async () => {
  await using folder = new Folder();
  await using server = await NatsServer.start();
  await Deno.mkdir(folder.file("deep/er"), { recursive: true });
  const source = folder.write(
    "deep/er/task.ts",
    `import { independent, normal, simulator } from "@likely/core";
     import { scale } from "../lib.ts";
     const table = JSON.parse(Deno.readTextFileSync(new URL("./a table.json", import.meta.url)));
     export const task = {
       prior: independent({ a: normal(0, 1) }),
       simulator: simulator({ name: "shared", thetaDim: 1, xDim: 1, simulate: (_, [a]) => [scale * a + table[0]] }),
     };`,
  );
  folder.write("deep/lib.ts", `export const scale = 3;\n// ${"x".repeat(1_500_000)}\n`);
  folder.write("deep/er/a table.json", "[0.25]");
  folder.write("deep/er/secret.txt", "not named by the task");
  const digest = await taskDigest(source);
  const path = folder.file("q");
  const other = "0".repeat(64);
  const refusing = new AbortController();
  const notices: string[] = [];
  const refused = queueWork([{ digest: other }], {
    server: server.server,
    signal: refusing.signal,
    onNotice: (text) => void notices.push(text),
  }).catch((error) => error);
  const run = queueSimulate(key(1), source, 20, { server: server.server, path, chunkRows: 10, share: true });
  await until(() => notices.length === 1);
  refusing.abort(new Error("stopped"));
  await refused;
  // All that the server has of it is what the task names.
  const [, , stream] = await streamNames(server.server);
  const connection = await connect({ servers: `127.0.0.1:${server.port}` });
  const manager = await jetstreamManager(connection);
  const { state } = await manager.streams.info(stream!);
  assertEquals([stream!.slice(0, 12), state.messages], ["likely_task_", 3]);
  assert(state.bytes < 1_510_000);
  await letGo(connection);
  await folder.write("deep/lib.ts", "export const scale = 4;");
  const before = temporaryTasks();
  await queueWork([{ digest }], { server: server.server, workers: 1, idle: 2 });
  await run;
  assertEquals(temporaryTasks(), before);
  const { dataset: { theta, x } } = await openSimulations(path);
  assertEquals(x.data, theta.data.map((a) => 3 * a + 0.25));
  await assertRejects(
    () => queueWork([{ digest: "abc" }], { server: server.server }),
    TypeError,
    "a digest must be 64",
  );
});

Deno.test("a task that was packed is unpacked where it is what it must be, and nothing more", async () => {
  await using folder = new Folder();
  await Deno.mkdir(folder.file("a"));
  const source = {
    ...folder.write("a/task.ts", `import "../b.ts"; export const task = 1;`),
    argument: { deep: [1] },
  };
  folder.write("b.ts", "");
  const digest = await taskDigest(source);
  const packed = await packTask(source);
  {
    await using unpacked = (await unpackTask(packed, digest))!;
    assertEquals(unpacked.source.argument, { deep: [1] });
    assertEquals(await taskDigest(unpacked.source), digest);
  }
  const before = temporaryTasks();
  assertEquals(await unpackTask(packed, "0".repeat(64)), undefined);
  const edit = (
    change: (header: { entry: string; files: { path: string; size: number }[] }) => void,
    more = "",
  ) => {
    const length = new DataView(packed.buffer).getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(packed.subarray(4, 4 + length)));
    change(header);
    const text = new TextEncoder().encode(JSON.stringify(header));
    const bytes = [...text, ...packed.subarray(4 + length), ...new TextEncoder().encode(more)];
    const out = new Uint8Array(4 + bytes.length);
    new DataView(out.buffer).setUint32(0, text.length, true);
    out.set(bytes, 4);
    return out;
  };
  assert(
    await unpackTask(edit(() => {}), digest).then(async (task) => {
      await task?.[Symbol.asyncDispose]();
      return task !== undefined;
    }),
  );
  const evil = [
    "../evil.ts",
    "/tmp/evil.ts",
    "a/../../evil.ts",
    "a//evil.ts",
    "./evil.ts",
    "a\\evil.ts",
    "",
    "a/evil.ts",
  ];
  for (const path of evil) {
    const bytes = edit(({ files }) => void files.push({ path, size: 1 }), "x");
    assertEquals(await unpackTask(bytes, digest), undefined, path);
  }
  assertEquals(await unpackTask(edit((header) => void (header.entry = "b.ts")), digest), undefined);
  for (const length of [0, 3, 10, packed.length - 1]) {
    assertEquals(await unpackTask(packed.slice(0, length), digest), undefined);
  }
  assertEquals(temporaryTasks(), before);
  await assertRejects(
    () => packTask({ module: "data:text/javascript,", export: "task" }),
    TypeError,
    "it must be a module in a local file",
  );
});

function temporaryTasks(): string[] {
  const folder = Deno.env.get("TMPDIR") ?? "/tmp";
  return [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) =>
    name.startsWith("likely-task-")
  );
}

queueTest(
  "jobs that are there and handed out to nobody, or gone by a late word, are handed out anew",
  async () => {
    await using folder = new Folder();
    await simulate(key(5), NOISY, 95, { path: folder.file("whole"), chunkRows: 10 });
    for (const how of ["nobody", "late"]) {
      await using server = await NatsServer.start();
      const run = lead(server.server, folder.file(how));
      const connection = await connect({ servers: `127.0.0.1:${server.port}` });
      const manager = await jetstreamManager(connection);
      await until(async () => (await streamNames(server.server)).length === 2);
      const [jobs] = await streamNames(server.server);
      const pending = async () =>
        (await manager.consumers.info(jobs!, "likely").catch(() => undefined))?.num_pending;
      await until(async () => await pending() === 10);
      if (how === "nobody") {
        await manager.consumers.delete(jobs!, "likely");
        await manager.consumers.add(jobs!, {
          "durable_name": "likely",
          "ack_policy": AckPolicy.Explicit,
          "filter_subject": `likely.jobs.${jobs!.split("_")[2]}.none`,
        });
        assertEquals([await pending(), (await manager.streams.info(jobs!)).state.messages], [0, 10]);
      } else {
        // What a worker may still say to a stream of the same name that the server has lost: 2.10 heeds it.
        for (let i = 10; i >= 1; i--) connection.publish(`$JS.ACK.${jobs}.likely.1.${i}.${i}.0.0`, "+ACK");
        await connection.flush();
      }
      await letGo(connection);
      await using _crew = new Crew(server.server, NOISY);
      await run;
      await requireSame(folder.file(how), folder.file("whole"));
    }
  },
);
