import { assertEquals } from "@std/assert";
import { Gate } from "./_gate.ts";

Deno.test("so many at a time, in order; errors leave the gate open", async () => {
  const gate = new Gate(2);
  const { signal } = new AbortController();
  const [begun, open]: [number[], (() => void)[]] = [[], []];
  const runs = [0, 1, 2, 3, 4].map((i) =>
    gate.run(() => {
      begun.push(i);
      return new Promise<number>((resolve, reject) =>
        open.push(() => i === 1 ? reject(new Error("no")) : resolve(i))
      );
    }, signal).catch((error: Error) => error.message)
  );
  const turn = () => new Promise((resolve) => setTimeout(resolve));
  await turn();
  assertEquals(begun, [0, 1]);
  open[1]!();
  await turn();
  assertEquals(begun, [0, 1, 2]);
  for (const i of [0, 2, 3, 4]) {
    open[i]!();
    await turn();
  }
  assertEquals(await Promise.all(runs), [0, "no", 2, 3, 4]);
});

Deno.test("who need not wait any more is sent away; the others stay in order", async () => {
  const gate = new Gate(1);
  const [left, kept] = [new AbortController(), new AbortController()];
  const reason = new Error("enough");
  let open = () => {};
  const begun: string[] = [];
  const first = gate.run(() => new Promise<void>((resolve) => open = resolve), kept.signal);
  const run = (name: string, { signal }: AbortController) =>
    gate.run(async () => void await begun.push(name), signal).catch((error) => error);
  const runs = [run("a", left), run("b", kept), run("c", left), run("d", kept)];
  left.signal.addEventListener("abort", () => gate.sweep());
  left.abort(reason);
  // Before the first has ended.
  assertEquals([await runs[0], await runs[2]], [reason, reason]);
  assertEquals(await run("e", left), reason);
  open();
  await Promise.all([first, ...runs]);
  assertEquals(begun, ["b", "d"]);
});
