import { assert, assertEquals, assertThrows } from "@std/assert";
import { fromRows, key, row } from "@likely/core";
import { sisDiscrete } from "./sis_discrete.ts";

const { prior, simulator } = sisDiscrete();

Deno.test("sisDiscrete() stays finite at thetas where its data have next to no chance", () => {
  const x = simulator.simulate(key(1), fromRows([[-1, -1, -3]]));
  const far = [[-50, 50, -50], [-900, 0, -900], [900, -900, 900], [-40, -40, -40]];
  for (const theta of far.map((values) => fromRows([values]))) {
    assert(simulator.logLikelihood!(theta, x).every(Number.isFinite), `${theta.data}`);
    assert(simulator.score!(theta, x).data.every(Number.isFinite), `${theta.data}`);
  }
});

Deno.test("sisDiscrete() does not let one call leave a trace in the next", () => {
  const theta = prior.sample(key(2), 3);
  const x = simulator.simulate(key(3), theta);
  const before = x.data.slice();
  const [logs, score] = [simulator.logLikelihood!(theta, x), simulator.score!(theta, x)];
  simulator.simulate(key(4), theta);
  assertEquals(x.data, before);
  const last = { data: row(x, 2), n: 1, dim: x.dim };
  const itsTheta = { data: row(theta, 2), n: 1, dim: 3 };
  assertEquals(simulator.logLikelihood!(itsTheta, last)[0], logs[2]);
  assertEquals(simulator.score!(itsTheta, last).data, row(score, 2).slice());
});

Deno.test("sisDiscrete() refuses an x of another epidemic", () => {
  const theta = prior.sample(key(5), 1);
  assertThrows(() => simulator.score!(theta, fromRows([[1, -1]])), TypeError, "x must have length 80");
});
