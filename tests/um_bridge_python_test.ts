/** The package `umbridge` itself as the server, and its own client as the judge, where Python has it. */

import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { fromRows, independent, key, row, simulate, uniform, UnreachableError } from "@likely/core";
import { umBridge, UmBridgeError, umBridgeModel } from "@likely/simulators";
import { hasPython, python } from "./_python.ts";
import { startUmbridge } from "./_umbridge.ts";

const ignore = !await hasPython("umbridge", "numpy");
// deno-lint-ignore no-console -- a skipped test must be seen
if (ignore) console.log("Skipping umbridge as no python3 (or PYTHON) with umbridge and numpy was found");

/** What Python's own client gets, to the last digit. */
const CLIENT = `
import json, sys, umbridge
url, name, method, arguments = sys.argv[1], sys.argv[2], sys.argv[3], json.loads(sys.argv[4])
print(json.dumps(getattr(umbridge.HTTPModel(url, name), method)(*arguments)))
`;

async function byPython(url: string, name: string, method: string, ...given: unknown[]): Promise<unknown> {
  return JSON.parse(await python(CLIENT, url, name, method, JSON.stringify(given)));
}

Deno.test({ name: "umbridge: the same numbers as Python's client gets", ignore }, async () => {
  await using server = await startUmbridge();
  const model = await umBridgeModel(server.url, "mixed");
  assertEquals(model.info, {
    protocolVersion: 1,
    models: ["mixed", "smooth"],
    support: { evaluate: true, gradient: false, applyJacobian: false, applyHessian: false },
  });
  assertEquals([await model.inputSizes(), await model.outputSizes()], [[2, 1], [2, 1]]);
  for (const inputs of [[[0.1, 1e-300], [3]], [[-7, 1 / 3], [1e150]]]) {
    const output = (await model.evaluate(inputs)).map((vector) => [...vector]);
    assertEquals(output, await byPython(server.url, "mixed", "__call__", inputs));
  }
  assertEquals(await model.evaluate([[1, 2], [3]], { kind: "numpy" }), [
    Float64Array.of(1, 2),
    Float64Array.of(3),
  ]);
  const smooth = await umBridgeModel(server.url, "smooth");
  const inputs = [[3.5, 5.25], [2.125]];
  const [sens, vec] = [[10, 1], [0.3, 0.7]];
  assertEquals(
    [...await smooth.gradient({ outWrt: 0, inWrt: 0, inputs, sens })],
    await byPython(server.url, "smooth", "gradient", 0, 0, inputs, sens),
  );
  assertEquals(
    [...await smooth.applyJacobian({ outWrt: 0, inWrt: 0, inputs, vec })],
    await byPython(server.url, "smooth", "apply_jacobian", 0, 0, inputs, vec),
  );
  assertEquals(
    [...await smooth.applyHessian({ outWrt: 0, inWrt1: 1, inWrt2: 0, inputs, sens, vec })],
    await byPython(server.url, "smooth", "apply_hessian", 0, 1, 0, inputs, sens, vec),
  );
});

Deno.test({ name: "umbridge: types, numbers that are none, errors", ignore }, async () => {
  await using server = await startUmbridge();
  const model = await umBridgeModel(server.url, "mixed");
  const evaluate = (kind: string, inputs = [[1, 2], [3]]) => model.evaluate(inputs, { kind, level: 2 });
  // Whole numbers arrive as floats, those of a config as integers.
  assertEquals(await evaluate("types"), [Float64Array.of(1, 1), Float64Array.of(1)]);
  assertEquals(await evaluate("not finite"), [Float64Array.of(NaN, Infinity), Float64Array.of(-Infinity)]);
  assertEquals(await evaluate("none"), [Float64Array.of(NaN, 1), Float64Array.of(2)]);
  for (
    const [asked, type, status, message] of [
      [() => evaluate("short"), "InvalidOutput", 500, "Output vector 0 has invalid length"],
      [() => evaluate("no lists"), "InvalidOutput", 500, "not a list of lists"],
      [() => evaluate("", [[1, 2]]), "InvalidInput", 400, "does not match"],
      [() => evaluate("throws", [[2, 2], [3]]), "BareStatus", 500, "Server got itself in trouble"],
    ] as const
  ) {
    const error = await assertRejects(asked, UmBridgeError, message);
    assertEquals([error.type, error.status], [type, status]);
  }
  await assertRejects(() => umBridge(server.url), UnreachableError, 'current models are "mixed", "smooth"');
  await assertRejects(
    () => umBridge(server.url, { model: "smooth" }),
    UnreachableError,
    "must support Evaluate",
  );
  const options = { model: "mixed", config: { kind: "no sizes" }, wait: 0.01 };
  await assertRejects(() => umBridge(server.url, options), UnreachableError, "/OutputSizes must succeed");
});

Deno.test({ name: "umbridge: a simulation whose failing rows are bare 500s", ignore }, async () => {
  await using server = await startUmbridge();
  const prior = independent({ a: uniform(0, 2), b: uniform(0, 1), c: uniform(0, 1) });
  const simulator = await umBridge(server.url, {
    model: "mixed",
    config: { kind: "throws" },
    concurrency: 4,
    wait: 0.01,
  });
  const { theta, x, failed, failures } = await simulate(key(1), { prior, simulator }, 60, { chunkRows: 6 });
  assert(failed > 15 && failed < 45, `${failed}`);
  assertStringIncludes(failures![0]!.reason, "current status is 500");
  for (let i = 0; i < x.n; i++) {
    const [a, b, c] = row(theta, i) as unknown as [number, number, number];
    assert(a <= 1);
    assertEquals([...row(x, i)], [a * b + 0.1, a / 3, c ** 2 / 7]);
  }
});

Deno.test({ name: "umbridge: requests run side by side; one that is left runs on", ignore }, async () => {
  await using server = await startUmbridge();
  const options = { model: "mixed", config: { kind: "slow" } };
  const theta = fromRows(Array.from({ length: 8 }, () => [1, 2, 3]));
  const begin = performance.now();
  const four = await umBridge(server.url, { ...options, concurrency: 4 });
  await four.simulateAsync(key(0), theta);
  const seconds = (performance.now() - begin) / 1000;
  assert(seconds > 0.9 && seconds < 3.5, `one by one they would take 4 s: ${seconds}`);
  const model = await umBridgeModel(server.url, "mixed", { timeout: 0.2 });
  const ran = async () => (await model.evaluate([[1, 2], [3]], { kind: "ran" }))[0]![0]!;
  const before = await ran();
  const error = await assertRejects(() => model.evaluate([[1, 2], [3]], { kind: "slow" }), UmBridgeError);
  assertEquals(error.type, "TimeLimit");
  await new Promise((resolve) => setTimeout(resolve, 600));
  // The one that was left, and the one that asks.
  assertEquals(await ran(), before + 2);
});
