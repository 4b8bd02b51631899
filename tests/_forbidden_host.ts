// A worker whose host forbids compiling for a while: tells what asking the fused engine comes to.

import { type Engine, firstOf, key } from "@likely/core";
import { artifactOf, normalRows, specs } from "../kernels/_cases_test.ts";
import { fusedEngine } from "@likely/kernels";

const spec = specs["resnet silu"]!;
const engine = fusedEngine();
const next: Engine = {
  ...engine,
  logDensity: () => Promise.resolve({ name: "next" } as Awaited<ReturnType<Engine["logDensity"]>>),
};

function ask(asked: Engine): Promise<string> {
  return asked.logDensity(artifactOf(key(3), spec), normalRows(key(4), 1, spec.xDim))
    .then(({ name }) => name, ({ name, message }) => `${name}: ${message}`);
}

const { compile } = WebAssembly;
WebAssembly.compile = () => Promise.reject(new Error("Wasm code generation disallowed by embedder"));
const answers = [await ask(engine), await ask(firstOf([engine, next]))];
WebAssembly.compile = compile;
answers.push(await ask(engine));
(globalThis as unknown as { postMessage(answers: string[]): void }).postMessage(answers);
