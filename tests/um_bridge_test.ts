/** Models behind HTTP: a client that bears what real servers do, and a simulator that survives it. */

import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import {
  bits,
  foldIn,
  fromRows,
  independent,
  key,
  row,
  simulate,
  uniform,
  UnreachableError,
} from "@likely/core";
import { umBridge, UmBridgeError, umBridgeFrom, umBridgeModel } from "@likely/simulators";
import {
  bare500,
  bytesOf,
  gone,
  type Inputs,
  refusal,
  serveBytes,
  serveModels,
} from "./_um_bridge_server.ts";

/** x = (a + b, a b), from the vectors (a) and (b). */
const SUM = {
  inputSizes: [1, 1],
  outputSizes: [2],
  evaluate: ([[a], [b]]: Inputs) => [[a + b, a * b]],
};
const QUICK = { retries: 1, wait: 0.01 };
const prior = independent({ a: uniform(0, 1), b: uniform(0, 1) });

async function kindOf(promise: Promise<unknown>): Promise<string> {
  return (await assertRejects(() => promise, UmBridgeError)).type;
}

Deno.test("a model's info, sizes and values, at an address with a path and a slash", async () => {
  await using server = serveModels(
    { sum: SUM, other: SUM },
    (path, request) =>
      path.startsWith("/base/")
        ? fetch(request.url.replace("/base/", "/"), {
          method: request.method,
          ...(path.endsWith("/Info") ? {} : { body: server.seen.at(-1)!.text }),
        })
        : undefined,
  );
  const model = await umBridgeModel(`${server.url}/base/`, "sum", { headers: { "x-token": "t" } });
  assertEquals([model.name, model.url], ["sum", `${server.url}/base`]);
  assertEquals(model.info, {
    protocolVersion: 1,
    models: ["sum", "other"],
    support: { evaluate: true, gradient: false, applyJacobian: false, applyHessian: false },
  });
  assertEquals(await model.inputSizes(), [1, 1]);
  assertEquals(await model.outputSizes({ k: 1 }), [2]);
  assertEquals(await model.evaluate([[2], Float64Array.of(0.1)]), [Float64Array.of(2.1, 0.2)]);
  assertEquals(
    server.seen.filter(({ path }) => path.startsWith("/base")).at(-1)!.headers.get("x-token"),
    "t",
  );
});

Deno.test("numbers go out with every digit, whole ones with a point, and configs as they are", async () => {
  await using server = serveModels({ echo: { ...SUM, evaluate: (inputs) => inputs } });
  const model = await umBridgeModel(server.url);
  const sent = [1, -0, 2 ** 60, 1e21, 5e-324, 0.1, -1.7976931348623157e308];
  assertEquals(await model.evaluate([sent, []], { level: 2, deep: [{ s: "nan" }] }), [
    Float64Array.from(sent),
    new Float64Array(),
  ]);
  assertEquals(
    server.seen.at(-1)!.text,
    '{"name":"echo","input":[[1.0,-0.0,1152921504606847000.0,1e+21,5e-324,0.1,-1.7976931348623157e+308],[]],' +
      '"config":{"level":2,"deep":[{"s":"nan"}]}}',
  );
  const before = server.seen.length;
  await assertRejects(() => model.evaluate([[1], [NaN]]), RangeError, "inputs[1][0] must be a finite number");
  for (const bad of [NaN, undefined, 1n, new Date(0), () => 0]) {
    await assertRejects(() => model.evaluate([], { a: [bad] }), TypeError, "config.a[0] must be plain data");
  }
  assertEquals(server.seen.length, before);
});

Deno.test("derivatives, each where it is supported", async () => {
  // F(u, v) = (u₀² v₀, u₁), so that everything is known by hand.
  await using server = serveModels({
    smooth: {
      inputSizes: [2, 1],
      outputSizes: [2],
      gradient: ({ inWrt, input: [[u], [v]], sens: [s, t] }) =>
        inWrt === 0 ? [2 * u * v * s, t] : [u * u * s],
      applyJacobian: ({ inWrt, input: [[u], [v]], vec }) =>
        inWrt === 0 ? [2 * u * v * vec[0], vec[1]] : [u * u * vec[0], 0],
      applyHessian: ({ inWrt1, inWrt2, outWrt, input: [[u]], sens: [s], vec: [w] }) =>
        inWrt1 === 0 && inWrt2 === 1 && outWrt === 0 ? [2 * u * s * w, 0] : "[",
    },
  });
  const model = await umBridgeModel(server.url, "smooth");
  const at = { outWrt: 0, inputs: [[3, 5], [2]] };
  assertEquals(await model.gradient({ ...at, inWrt: 0, sens: [10, 1] }), Float64Array.of(120, 1));
  assertEquals(await model.gradient({ ...at, inWrt: 1, sens: [10, 1] }), Float64Array.of(90));
  assertEquals(await model.applyJacobian({ ...at, inWrt: 1, vec: [0.5] }), Float64Array.of(4.5, 0));
  assertEquals(
    await model.applyHessian({ ...at, inWrt1: 0, inWrt2: 1, sens: [10, 1], vec: [0.5] }),
    Float64Array.of(30, 0),
  );
  const before = server.seen.length;
  const error = await assertRejects(
    () => model.evaluate([[1, 2], [3]]),
    UmBridgeError,
    'Cannot evaluate model "smooth" as it must support Evaluate: it does not',
  );
  assertEquals([error.type, server.seen.length], ["UnsupportedFeature", before]);
});

Deno.test("what is not finite is a number, however it is written", async () => {
  let said = "";
  await using server = serveModels({ sum: { ...SUM, evaluate: () => said } });
  const model = await umBridgeModel(server.url);
  for (
    const [text, ...values] of [
      ["nan, inf", NaN, Infinity],
      ["NaN, -Infinity", NaN, -Infinity],
      ["null, -inf", NaN, -Infinity],
      ["1e999, None", Infinity, NaN],
    ] as const
  ) {
    said = `{"output": [[${text}]] }`;
    assertEquals(await model.evaluate([[1], [2]]), [Float64Array.from(values)], text);
  }
});

Deno.test("answers that are none, by their place", async () => {
  let said: unknown;
  await using server = serveModels({ sum: { ...SUM, evaluate: () => said } });
  const at = `answer to POST ${server.url}/Evaluate`;
  for (
    const [answer, message] of [
      [
        "<html>",
        `Cannot evaluate model "sum" as the ${at} must be JSON: a value must stand here: at 0 is "<html>"`,
      ],
      ["[1]", `${at} must be an object: current value is [1]`],
      ["{}", `${at} must have "output" be a list of lists of numbers: current value is undefined`],
      [{ output: [1] }, `must have "output[0]" be a list of numbers: current value is 1`],
      [{ output: [[1], [2, "3"]] }, `must have "output[1][1]" be a number: current value is "3"`],
      [{ output: [[true]] }, `must have "output[0][0]" be a number: current value is true`],
      ["[".repeat(100_000) + "]".repeat(100_000), "must be an object: current value is"],
      [
        `{"output": [[${"[".repeat(100_000)}${"]".repeat(100_000)}]]}`,
        'must have "output[0][0]" be a number',
      ],
      [JSON.stringify({ output: [Array(400).fill(1.5)] }), `${at} must have at most 1000 bytes: it has more`],
    ] as const
  ) {
    said = typeof answer === "string" ? answer : JSON.stringify(answer);
    const model = await umBridgeModel(server.url, "sum", {
      maxBytes: message.includes("1000") ? 1000 : 2 ** 26,
    });
    const error = await assertRejects(() => model.evaluate([[1], [2]]), UmBridgeError, message);
    assertEquals([error.type, error.status], ["Malformed", 200]);
  }
  // One that is packed is as long as it is unpacked.
  const packed = new Blob(["[" + " ".repeat(1_000_000)]).stream().pipeThrough(new CompressionStream("gzip"));
  const bytes = await new Response(packed).bytes();
  assert(bytes.length < 10_000);
  said = new Response(bytes, {
    headers: { "content-encoding": "gzip", "content-length": `${bytes.length}` },
  });
  const small = await umBridgeModel(server.url, "sum", { maxBytes: 100_000 });
  await assertRejects(
    () => small.evaluate([[1], [2]]),
    UmBridgeError,
    "must have at most 100000 bytes: it has more",
  );
  // One without an end is left.
  said = new Response(
    new ReadableStream({ pull: (out) => out.enqueue(new Uint8Array(1000).fill(32)) }),
  );
  const model = await umBridgeModel(server.url, "sum", { maxBytes: 100_000 });
  assertEquals(await kindOf(model.evaluate([[1], [2]])), "Malformed");
});

Deno.test("5,000 spoiled answers: numbers, or an error of the client", async () => {
  let said = "";
  await using server = serveModels({ sum: { ...SUM, evaluate: () => said } });
  const model = await umBridgeModel(server.url);
  const good = [
    '{"output": [[nan, 1.5e-3], [-inf, 2]] }',
    '{"error": {"type": "InvalidInput", "message": "no"}}',
  ];
  const signs = '{}[]",:019.-+eEnaifNIoutpr\\ \u0000é';
  let [read, refused] = [0, 0];
  for (let i = 0; i < 5000; i++) {
    const words = bits(foldIn(key(9), i), 7);
    said = good[words[0]! % 2]!;
    for (let k = 0; k < 1 + words[1]! % 2; k++) {
      const at = words[2 + k]! % said.length;
      said = said.slice(0, at) + signs[words[4 + k]! % signs.length] + said.slice(at + words[6]! % 2);
    }
    try {
      const output = await model.evaluate([[1], [2]]);
      assert(output.every((vector) => vector instanceof Float64Array), said);
      read++;
    } catch (error) {
      assert(error instanceof UmBridgeError, `${said}: ${error}`);
      refused++;
    }
  }
  assert(read > 30 && refused > 1000, `${read}, ${refused}`);
});

Deno.test("sizes that are none", async () => {
  let said: unknown;
  await using server = serveModels({ sum: { ...SUM, inputSizes: () => said } });
  const model = await umBridgeModel(server.url);
  for (said of [[1.5], [-1], 3, ["1"], [2 ** 24, 1], [1e300], [null]]) {
    assertEquals(await kindOf(model.inputSizes()), "Malformed", `${said}`);
  }
  said = [2.0, 0];
  assertEquals(await model.inputSizes(), [2, 0]);
});

Deno.test("errors of the protocol, whatever their status, and of HTTP", async () => {
  let said: unknown;
  await using server = serveModels({ sum: { ...SUM, evaluate: () => said } });
  const model = await umBridgeModel(server.url);
  for (
    const type of ["InvalidInput", "InvalidOutput", "ModelNotFound", "UnsupportedFeature", "OutOfCoffee"]
  ) {
    for (const status of [200, 400, 500]) {
      said = refusal(type, "it is nan [", status);
      const error = await assertRejects(() => model.evaluate([[1], [2]]), UmBridgeError);
      assertEquals([error.type, error.status], [type, status]);
      assertStringIncludes(error.message, `/Evaluate must succeed: the server answers ${type}: it is nan [`);
    }
  }
  said = bare500();
  const error = await assertRejects(() => model.evaluate([[1], [2]]), UmBridgeError);
  assertEquals([error.type, error.status], ["BareStatus", 500]);
  assertStringIncludes(error.message, 'current status is 500, "500 Internal Server Error');
});

Deno.test("servers that are none, or others, are refused in words", async () => {
  const url = (info: unknown) => serveModels({}, (path) => path === "/Info" ? info : { support: 1 });
  for (
    const [info, name, type, message] of [
      [
        { protocolVersion: 0.9, models: [] },
        "a",
        "ProtocolVersion",
        "version 1.0 of UM-Bridge's protocol: current version is 0.9",
      ],
      [{}, "a", "ProtocolVersion", "current version is undefined"],
      [{ protocolVersion: 1 }, "a", "Malformed", 'must name models: "models" is undefined'],
      [
        { protocolVersion: 1, models: ["b", "c"] },
        "a",
        "ModelNotFound",
        'must have it: current models are "b", "c"',
      ],
      [
        { protocolVersion: 1, models: ["b", "c"] },
        undefined,
        "ModelNotFound",
        'must be named: current models are "b", "c"',
      ],
      [{ protocolVersion: 1, models: ["a"] }, "a", "Malformed", 'must say what is supported: "support" is 1'],
      ["<html>hello", "a", "Malformed", "GET http://127.0.0.1:"],
    ] as const
  ) {
    await using server = url(info);
    const error = await assertRejects(() => umBridgeModel(server.url, name), UmBridgeError, message);
    assertEquals(error.type, type);
  }
  assertEquals(await kindOf(umBridgeModel(await freeUrl(), "a")), "Dropped");
  for (
    const [wrong, message] of [
      ["localhost:4242", "must begin with http:// or https://"],
      ["4242", "must be a URL"],
      ["http://h/?a=1", 'must hold neither "?" nor "#"'],
      ["http://u:secret@h/", "must hold no password, which belongs in headers: current value is http://h"],
    ] as const
  ) {
    await assertRejects(() => umBridgeModel(wrong), TypeError, message);
  }
  for (const timeout of [0, -1, NaN, Infinity, 2_147_484]) {
    await assertRejects(() => umBridgeModel("http://h", "a", { timeout }), RangeError, "timeout must be in");
  }
});

/** An address at which nothing is. */
async function freeUrl(): Promise<string> {
  await using server = serveModels({});
  return server.url;
}

Deno.test("without permission a request is refused at once", async () => {
  const program = `
    import { umBridge } from ${JSON.stringify(import.meta.resolve("../simulators/um_bridge.ts"))};
    try {
      await umBridge("http://127.0.0.1:9999", { wait: 1000 });
    } catch (error) {
      console.log(error.name, error.message);
    }`;
  const config = new URL("../deno.json", import.meta.url).pathname;
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(path, program);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-prompt", "--no-check", "--config", config, path],
    stdin: "null",
  }).output();
  await Deno.remove(path);
  const said = new TextDecoder().decode(stdout);
  assertMatch(
    said,
    /^UnreachableError Cannot open a model as GET http:\/\/127\.0\.0\.1:9999\/Info must be allowed/,
  );
  assertStringIncludes(said, "--allow-net");
});

Deno.test("a time limit and an abort both end the connection, and leave nothing behind", async () => {
  const left: Promise<number>[] = [];
  await using server = serveModels({
    slow: {
      ...SUM,
      evaluate: (_inputs, _config, request) => {
        left.push(gone(request));
        return left.at(-1);
      },
    },
  });
  const late = await umBridgeModel(server.url, "slow", { timeout: 0.2 });
  const error = await assertRejects(
    () => late.evaluate([[1], [2]]),
    UmBridgeError,
    "/Evaluate must be answered within 0.2 s: no answer came",
  );
  assertEquals(error.type, "TimeLimit");
  const patient = await umBridgeModel(server.url, "slow");
  const end = new AbortController();
  const reason = new Error("enough");
  setTimeout(() => end.abort(reason), 100);
  assertEquals(
    await patient.evaluate([[1], [2]], {}, { signal: end.signal }).catch((error) => error),
    reason,
  );
  const seen = server.seen.length;
  assertEquals(
    await patient.evaluate([[1], [2]], {}, { signal: end.signal }).catch((error) => error),
    reason,
  );
  assertEquals(server.seen.length, seen, "an aborted signal must send nothing");
  for (const milliseconds of await Promise.all(left)) assert(milliseconds < 2000);
  assertEquals(left.length, 2);
});

Deno.test("a served model is a simulator: θ is cut, outputs are joined, rows stay in order", async () => {
  let [now, most] = [0, 0];
  await using server = serveModels({
    cut: {
      inputSizes: [1, 0, 2],
      outputSizes: [2, 1],
      evaluate: async ([[a], none, [b, c]]) => {
        most = Math.max(most, ++now);
        // Later rows overtake.
        await new Promise((resolve) => setTimeout(resolve, 10 * a!));
        now--;
        return [[a! + none!.length, b! * c!], [c!]];
      },
    },
  });
  const simulator = await umBridge(server.url, { model: "cut", concurrency: 7 });
  const { name, thetaDim, xDim, concurrency } = simulator;
  assertEquals([name, thetaDim, xDim, concurrency], ["cut", 3, 3, 7]);
  const three = independent({ a: uniform(0, 1), b: uniform(0, 1), c: uniform(0, 1) });
  const { theta, x, failed } = await simulate(key(1), { prior: three, simulator }, 60, { chunkRows: 4 });
  assertEquals([x.n, failed, most], [60, 0, 7]);
  for (let i = 0; i < 60; i++) {
    const [a, b, c] = row(theta, i) as unknown as [number, number, number];
    assertEquals([...row(x, i)], [a, b * c, c]);
  }
  most = 0;
  // One call alone keeps as many requests under way.
  await simulator.simulateAsync(key(0), three.sample(key(0), 30));
  assertEquals(most, 7);
  await assertRejects(
    () => simulator.simulateAsync(key(0), fromRows([[1, 2]])),
    TypeError,
    'Cannot run model "cut" as theta must have 3 columns',
  );
});

Deno.test("seeds follow from key and row, in any chunks, and are whole numbers of 31 bits", async () => {
  const seeds: number[] = [];
  await using server = serveModels({
    noisy: {
      ...SUM,
      evaluate: (_, { noise, kind }) => {
        seeds.push(noise as number);
        return [[noise as number, kind === "fine" ? 1 : 0]];
      },
    },
  });
  const simulator = await umBridge(server.url, { seed: "noise", config: { kind: "fine" }, concurrency: 3 });
  assertEquals(simulator.name, 'noisy {"kind":"fine"}');
  const run = (chunkRows: number) => simulate(key(5), { prior, simulator }, 40, { chunkRows });
  const [once, again] = [await run(40), await run(3)];
  assertEquals(once.x, again.x);
  assert(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31));
  assert(seeds.some((seed) => seed >= 2 ** 30), "all bits must be used");
  const { x } = await simulator.simulateAsync(key(5), prior.sample(key(0), 3), { first: 1000 });
  assertEquals(
    [...x.data].filter((_, k) => k % 2 === 0),
    [1000, 1001, 1002].map((i) => bits(foldIn(key(5), i), 1)[0]! >>> 1),
  );
  await assertRejects(
    () => umBridge(server.url, { seed: "kind", config: { kind: 1 } }),
    TypeError,
    "config.kind must be left to the seed",
  );
});

Deno.test("rows fail one by one: errors of the protocol, lengths, numbers, time; the others stay", async () => {
  await using server = serveModels({
    sum: {
      ...SUM,
      evaluate: async ([[a], [b]], _config, request) => {
        switch (a) {
          case 1:
            return refusal("InvalidInput", "a must not be 1", 400);
          case 2:
            return refusal("InvalidOutput", "no convergence", 500);
          case 3:
            return [[1]];
          case 4:
            return '{"output": [[nan, 1]]}';
          case 5:
            return bare500();
          case 6:
            return "garbage";
          case 7:
            await gone(request);
        }
        return [[a! + b!, a! * b!]];
      },
    },
  });
  const simulator = await umBridge(server.url, { ...QUICK, timeout: 0.5, concurrency: 4 });
  const theta = fromRows(Array.from({ length: 9 }, (_, a) => [a, 10]));
  const { x, failures } = await simulator.simulateAsync(key(0), theta, { first: 100 });
  assertEquals([...row(x, 0), ...row(x, 8)], [10, 0, 18, 80]);
  assertEquals([1, 2, 3, 4, 5, 6, 7].map((i) => Number.isNaN(row(x, i)[0])), Array(7).fill(true));
  assertEquals(failures!.map(({ row }) => row), [101, 102, 103, 105, 106, 107]);
  for (
    const [i, reason] of [
      "the server answers InvalidInput: a must not be 1",
      "the server answers InvalidOutput: no convergence",
      "its outputs must have lengths 2: current lengths are 1",
      "current status is 500",
      "must be JSON",
      "must be answered within 0.5 s",
    ].entries()
  ) {
    assertStringIncludes(failures![i]!.reason, reason);
  }
  // Tried again: the bare 500 alone.
  const tries = (a: number) => server.seen.filter(({ text }) => text.includes(`"input":[[${a}.0]`)).length;
  assertEquals([1, 2, 3, 4, 5, 6, 7, 8].map(tries), [1, 1, 1, 1, 2, 1, 1, 1]);
});

Deno.test("a simulation keeps its good rows and tells why others failed", async () => {
  await using server = serveModels({
    sum: {
      ...SUM,
      evaluate: ([[a], [b]]) => a! < 0.2 ? refusal("InvalidInput", "too small", 400) : [[a!, b!]],
    },
  });
  const simulator = await umBridge(server.url, { concurrency: 2 });
  const { theta, failed, failures, failedTheta } = await simulate(key(3), { prior, simulator }, 200, {
    chunkRows: 9,
  });
  // 40 are expected, with a standard error of 5.7.
  assert(failed > 20 && failed < 60, `${failed}`);
  assertEquals(failedTheta!.data.filter((_, k) => k % 2 === 0).every((a) => a < 0.2), true);
  assertEquals(theta.data.filter((_, k) => k % 2 === 0).every((a) => a >= 0.2), true);
  assertStringIncludes(failures![0]!.reason, "InvalidInput: too small");
});

Deno.test("a server error now and then costs a try, and no row", async () => {
  let calls = 0;
  await using server = serveModels({ sum: SUM }, (path) => {
    if (path !== "/Evaluate" || ++calls % 3 > 0) return undefined;
    return calls % 2 === 0 ? bare500() : new Response(null, { status: 503 });
  });
  const simulator = await umBridge(server.url, { retries: 5, wait: 0.001, concurrency: 5 });
  const { x, failed } = await simulate(key(3), { prior, simulator }, 60, { chunkRows: 7 });
  assertEquals([x.n, failed], [60, 0]);
});

Deno.test("a row that is to be tried again takes nobody's turn", async () => {
  let isFirst = true;
  await using server = serveModels({
    sum: {
      ...SUM,
      evaluate: ([[a], [b]]) => {
        if (a > 0 || !isFirst) return [[a, b]];
        isFirst = false;
        return bare500();
      },
    },
  });
  const simulator = await umBridge(server.url, { wait: 0.3 });
  const { x } = await simulator.simulateAsync(key(0), fromRows([[0, 0], [1, 1], [2, 2], [3, 3]]));
  assertEquals([...x.data], [0, 0, 1, 1, 2, 2, 3, 3]);
  const asked = server.seen.filter(({ path }) => path === "/Evaluate").map(({ text }) =>
    JSON.parse(text).input[0][0]
  );
  assertEquals(asked, [0, 1, 2, 3, 0]);
});

Deno.test("connections that drop are tried again; the row has failed where the server is there still", async () => {
  const spoilt = new Set<string>();
  await using server = serveBytes((text) => {
    const path = text.split(" ")[1];
    if (path === "/Info") return bytesOf({ protocolVersion: 1, models: ["sum"] });
    if (path === "/ModelInfo") return bytesOf({ support: { Evaluate: true } });
    if (path === "/InputSizes") return bytesOf({ inputSizes: [2] });
    if (path === "/OutputSizes") return bytesOf({ outputSizes: [1] });
    // The first try of every row ends amid the answer, and row 3 never gets one.
    if (text.includes("[[3.0,")) return undefined;
    const [input = ""] = text.match(/"input":.*?\]\]/) ?? [];
    const whole = bytesOf({ output: [[7]] });
    const isFirst = !spoilt.has(input);
    spoilt.add(input);
    return isFirst ? whole.slice(0, -4) : whole;
  });
  const simulator = await umBridge(server.url, QUICK);
  const { x, failures } = await simulator.simulateAsync(key(0), fromRows([[1, 0], [2, 0], [3, 0], [4, 0]]));
  assertEquals([...x.data], [7, 7, NaN, 7]);
  assertEquals(failures!.map(({ row }) => row), [2]);
  assertStringIncludes(failures![0]!.reason, "/Evaluate must be answered: ");
});

Deno.test("a server that goes away stops the run, and what was simulated is kept", async () => {
  let calls = 0;
  const path = await Deno.makeTempDir();
  const server = serveModels({ sum: SUM });
  let isGone = false;
  const relay = serveBytes((text) => {
    if (isGone) return undefined;
    const asked = text.split(" ")[1];
    if (asked === "/Info") return bytesOf({ protocolVersion: 1, models: ["sum"] });
    if (asked === "/ModelInfo") return bytesOf({ support: { Evaluate: true } });
    if (asked?.endsWith("Sizes")) return bytesOf({ inputSizes: [1, 1], outputSizes: [2] });
    isGone = ++calls > 30;
    const { input } = JSON.parse(text.slice(text.indexOf("{")));
    return isGone ? undefined : bytesOf({ output: SUM.evaluate(input) });
  });
  {
    await using _server = server;
    await using _relay = relay;
    const simulator = await umBridge(relay.url, QUICK);
    const run = () => simulate(key(2), { prior, simulator }, 100, { chunkRows: 5, path });
    await assertRejects(run, UnreachableError, "/Evaluate must be answered");
    // The same name, elsewhere: the run goes on.
    const other = await umBridge(server.url, QUICK);
    const seen = server.seen.length;
    const whole = await simulate(key(2), { prior, simulator: other }, 100, { chunkRows: 5, path });
    assertEquals(whole.x.n, 100);
    const evaluated = server.seen.length - seen;
    assert(evaluated <= 75 && evaluated >= 70, `${evaluated}`);
  }
  await Deno.remove(path, { recursive: true });
});

Deno.test("a model that never answers is told from rows that fail", async () => {
  for (const evaluate of [bare500, () => "garbage", () => [[1, 2, 3]]]) {
    await using server = serveModels({ sum: { ...SUM, evaluate } });
    const simulator = await umBridge(server.url, { retries: 0 });
    await assertRejects(
      () => simulate(key(2), { prior, simulator }, 1000, { chunkRows: 8 }),
      UnreachableError,
      'Cannot run model "sum" as one of the first 20 rows must be answered: all have failed',
    );
    const evaluations = server.seen.filter(({ path }) => path === "/Evaluate").length;
    assert(evaluations >= 20 && evaluations <= 24, `${evaluations}`);
  }
  // Refusals are answers, and so are numbers that are not finite.
  for (const evaluate of [() => refusal("InvalidInput", "no", 400), () => '{"output": [[nan, nan]]}']) {
    await using server = serveModels({ sum: { ...SUM, evaluate } });
    const simulator = await umBridge(server.url);
    await assertRejects(() => simulate(key(2), { prior, simulator }, 50, { chunkRows: 8 }), RangeError);
  }
  // Nor is one that has answered once.
  let calls = 0;
  await using server = serveModels({ sum: { ...SUM, evaluate: () => ++calls === 1 ? [[1, 2]] : bare500() } });
  const simulator = await umBridge(server.url, { retries: 0 });
  assertEquals((await simulate(key(2), { prior, simulator }, 50, { chunkRows: 8 })).failed, 49);
});

Deno.test("a model that is taken away, or an address of something else, stops the run", async () => {
  for (
    const [answer, message] of [
      [() => refusal("ModelNotFound", "it was here", 400), "ModelNotFound: it was here"],
      [() => refusal("UnsupportedFeature", "no", 400), "UnsupportedFeature"],
      [() => new Response("404: Not Found", { status: 404 }), 'current status is 404, "404: Not Found"'],
    ] as const
  ) {
    await using server = serveModels({ sum: { ...SUM, evaluate: answer } });
    const simulator = await umBridge(server.url);
    await assertRejects(() => simulate(key(2), { prior, simulator }, 50), UnreachableError, message);
    assertEquals(server.seen.filter(({ path }) => path === "/Evaluate").length, 1);
  }
});

Deno.test("an abort reaches every request of a run, and its waiting rows", async () => {
  const left: Promise<number>[] = [];
  await using server = serveModels({
    slow: {
      ...SUM,
      evaluate: (_inputs, _config, request) => {
        left.push(gone(request));
        return left.at(-1);
      },
    },
  });
  const simulator = await umBridge(server.url, { concurrency: 3 });
  const end = new AbortController();
  const reason = new Error("enough");
  setTimeout(() => end.abort(reason), 200);
  const options = { chunkRows: 10, signal: end.signal };
  assertEquals(await simulate(key(1), { prior, simulator }, 100, options).catch((error) => error), reason);
  await Promise.all(left);
  assertEquals(left.length, 3, "no more were begun");
  // A pause between tries is aborted, too.
  await using broken = serveModels({ sum: { ...SUM, evaluate: bare500 } });
  const patient = await umBridge(broken.url, { wait: 1000 });
  const start = performance.now();
  const stop = new AbortController();
  setTimeout(() => stop.abort(reason), 100);
  assertEquals(
    await patient.simulateAsync(key(1), prior.sample(key(1), 5), { signal: stop.signal }).catch((error) =>
      error
    ),
    reason,
  );
  assert(performance.now() - start < 5000);
});

Deno.test("the signal of a long run keeps nothing of what has ended", async () => {
  await using server = serveModels({ sum: { ...SUM, evaluate: ([[a]]) => a === 1 ? bare500() : [[a, a]] } });
  const { signal } = new AbortController();
  const kept = new Set<unknown>();
  const [add, remove] = [signal.addEventListener, signal.removeEventListener].map((own) => own.bind(signal));
  let added = 0;
  signal.addEventListener = (...given: unknown[]) => {
    added++;
    kept.add(given[1]);
    return (add as (...all: unknown[]) => void)(...given);
  };
  signal.removeEventListener = (...given: unknown[]) => {
    kept.delete(given[1]);
    return (remove as (...all: unknown[]) => void)(...given);
  };
  const model = await umBridgeModel(server.url, "sum", { signal });
  await model.evaluate([[2], [3]], {}, { signal });
  await model.evaluate([[1], [3]], {}, { signal }).catch(() => {});
  const simulator = await umBridge(server.url, QUICK, { signal });
  await simulator.simulateAsync(key(0), fromRows([[0, 0], [1, 0], [2, 0]]), { signal });
  assert(added >= 6, `${added}`);
  assertEquals(kept.size, 0);
});

Deno.test("opening: tried again, refused in words, aborted", async () => {
  let calls = 0;
  await using server = serveModels({ sum: SUM }, (path) => {
    return path === "/InputSizes" && ++calls < 2 ? bare500() : undefined;
  });
  assertEquals((await umBridge(server.url, QUICK)).thetaDim, 2);
  await assertRejects(
    () => umBridge(server.url, { model: "sums" }),
    UnreachableError,
    'must have it: current models are "sum"',
  );
  await assertRejects(
    async () => await umBridge(await freeUrl(), QUICK),
    UnreachableError,
    "/Info must be answered",
  );
  const end = new AbortController();
  setTimeout(() => end.abort(new Error("enough")), 50);
  await assertRejects(async () => await umBridge(await freeUrl(), { wait: 1000 }, end), Error, "enough");
  await using mute = serveModels({ mute: { inputSizes: [1], outputSizes: [1], gradient: () => [1] } });
  await assertRejects(() => umBridge(mute.url), UnreachableError, "must support Evaluate");
  await using empty = serveModels({ empty: { ...SUM, outputSizes: [] } });
  await assertRejects(() => umBridge(empty.url), RangeError, "must have outputs: current number is 0");
});

Deno.test("options are data: a slip is told by its place", async () => {
  await using server = serveModels({ sum: SUM });
  const data = JSON.parse(
    JSON.stringify({ url: server.url, model: "sum", concurrency: 2, config: { a: 1 } }),
  );
  assertEquals((await umBridgeFrom(data)).name, 'sum {"a":1}');
  const url = server.url;
  const levels = [{ config: { l: 0 }, cost: 1 }, { config: { l: 1 }, cost: 2 }];
  for (
    const [wrong, kind, message] of [
      [undefined, TypeError, "given by an object with a url: current url is undefined"],
      [{ url: 3 }, TypeError, "current url is 3"],
      [{ url, modl: "sum" }, TypeError, "options must have no fields but model, name, config, seed, levels"],
      [{ url, model: "" }, TypeError, "model must be a text"],
      [{ url, seed: true }, TypeError, "seed must be a text: current value is true"],
      [{ url, config: [] }, TypeError, "config must be an object"],
      [{ url, concurrency: "4" }, RangeError, "concurrency must be a whole number >= 1"],
      [{ url, retries: 0.5 }, RangeError, "retries must be a whole number >= 0"],
      [{ url, wait: -1 }, RangeError, "wait must be a finite number >= 0"],
      [{ url, timeout: "60" }, RangeError, "timeout must be in (0, 2147483] seconds"],
      [{ url, maxBytes: 0 }, RangeError, "maxBytes must be a whole number >= 1"],
      [{ url, headers: { a: 1 } }, TypeError, "headers.a must be a text: current value is 1"],
      [{ url, levels: levels.slice(1) }, TypeError, "levels must be a list of two at least"],
      [{ url, levels: [{ cost: 0 }, {}] }, RangeError, "levels[0].cost must be a finite number > 0"],
      [
        { url, levels: [{}, { steps: 3 }] },
        TypeError,
        "levels[1] must have no fields but name, model, config, cost",
      ],
      [{ url, levels, seed: "l" }, TypeError, "levels[0].config.l must be left to the seed"],
    ] as const
  ) {
    await assertRejects(() => umBridgeFrom(wrong), kind, message);
  }
});
