// What a host is asked before its folder counts as deployed, and what the library answers.

import { rawValue } from "@likely/core";
import type { Surrogate } from "@likely/edge";
import type { HostQuestion } from "./_running_host.ts";

/** Below the name of a surrogate: something that it can answer, of the middle of what it was trained on. */
export function exampleOf(surrogate: Surrogate): string {
  const beta = surrogate.artifact.kind === "cost" ? "&beta=1" : "";
  return `posterior?x=${middleOf(surrogate).join(",")}&draws=20&seed=1${beta}`;
}

/** Questions of every kind. */
export function contractOf(surrogates: Readonly<Record<string, Surrogate>>): readonly HostQuestion[] {
  const all = Object.entries(surrogates);
  const common = ["/", "/health", "/openapi.json", "/nowhere"].map((path) => ({ path }));
  return [
    ...common,
    ...all.flatMap(([name, surrogate]) => questionsTo(all.length === 1 ? "" : `/${name}`, surrogate)),
  ];
}

function questionsTo(prefix: string, surrogate: Surrogate): HostQuestion[] {
  const path = `${prefix}/posterior`;
  const asked = { x: middleOf(surrogate), draws: 30, ...(surrogate.artifact.kind === "cost" && { beta: 1 }) };
  const post = (body: unknown, accept = "application/json"): HostQuestion => ({
    ...{ path, method: "POST", body: JSON.stringify(body) },
    headers: { "content-type": "application/json", accept },
  });
  return [
    { path: prefix || "/" },
    { path: `${prefix}/${exampleOf(surrogate)}` },
    post({ ...asked, return: ["draws", "summary"] }),
    post(asked, "text/csv"),
    post({ ...asked, seed: 2 }, "application/octet-stream"),
    post({ ...asked, x: [] }),
    { path, method: "PUT" },
  ];
}

function middleOf({ artifact: { spec, scaling: { x } } }: Surrogate): number[] {
  return Array.from({ length: spec.xDim }, (_, j) => {
    const middle = rawValue(x, j, 0);
    return x.whole?.[j] ? Math.round(middle) : Number(middle.toPrecision(3));
  });
}
