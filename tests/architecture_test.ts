import { assert, assertEquals } from "@std/assert";
import { quickFiles } from "../_tools/quick.ts";
import { versions } from "../recipes/_versions.ts";
import { circular, imports, loadGraph, moduleGraph, modules, packages, source } from "./_modules.ts";

/** The star: who may import which of our packages. Only these arrows exist. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  core: [],
  simulators: ["core"],
  losses: ["core"],
  surrogates: ["core"],
  kernels: ["core"],
  samplers: ["core"],
  multilevel: ["core"],
  queue: ["core"],
  diagnostics: ["core"],
  // The three that compose: a recipe may ask the posterior of what it trained, never the reverse.
  posteriors: ["core", "kernels", "samplers", "diagnostics"],
  recipes: ["core", "losses", "surrogates", "kernels", "multilevel", "diagnostics", "posteriors"],
  edge: ["core", "kernels", "diagnostics", "posteriors"],
  prebuilt: ["core"],
  cli: [
    "sbi",
    "core",
    "simulators",
    "losses",
    "surrogates",
    "kernels",
    "samplers",
    "multilevel",
    "diagnostics",
    "posteriors",
    "recipes",
    "queue",
    "edge",
  ],
};

function ownPackage(specifier: string): string | undefined {
  return /^@likely\/(\w+)/.exec(specifier)?.[1];
}

Deno.test("packages import only what the star allows", () => {
  const wrong = packages().flatMap((name) =>
    modules(name).flatMap((path) =>
      imports(path)
        .map(({ specifier }) => ownPackage(specifier))
        .filter((target) => target !== undefined && !ARROWS[name]?.includes(target))
        .map((target) => `${path} -> ${target}`)
    )
  );
  assertEquals(wrong, []);
});

Deno.test("no module reaches into another package by a relative path", () => {
  const wrong = packages().flatMap(modules).flatMap((path) =>
    imports(path).filter(({ specifier }) => specifier.startsWith("..")).map(({ specifier }) =>
      `${path} -> ${specifier}`
    )
  );
  assertEquals(wrong, []);
});

Deno.test("only the tensor layer touches TensorFlow.js", () => {
  const wrong = packages().flatMap(modules)
    .filter((path) => !/^core\/_?tensor/.test(path))
    .filter((path) => imports(path).some(({ specifier }) => specifier.startsWith("@tensorflow/")));
  assertEquals(wrong, []);
});

const HEAVY = /tensorflow|zarrita|hyparquet|numcodecs|^vega|^node:/;

for (const entry of ["mod.ts", "posteriors/mod.ts", "core/mod.ts", "samplers/mod.ts", "kernels/mod.ts"]) {
  Deno.test(`loading ${entry} loads no tensors, no pictures, no chunk store and nothing of a host`, () => {
    const graph = [...loadGraph(entry)];
    assert(graph.length > 20, "the walk must have found its modules");
    assertEquals(graph.filter((path) => HEAVY.test(path)), []);
  });
}

Deno.test("TensorFlow.js is fetched when it is asked for, not with what could ask for it", () => {
  const graph = [...moduleGraph("mod.ts")];
  assert(
    graph.includes("vega") && graph.includes("core/lazy_tensor.ts"),
    "the walk must follow late imports",
  );
  assertEquals(graph.filter((path) => /tensorflow/.test(path)), []);
  assert(moduleGraph("core/tensor.ts").has("@tensorflow/tfjs"));
});

Deno.test("what posteriors may load later holds no tensors, and core reaches nothing of a host", () => {
  const [posteriors, core] = [[...moduleGraph("posteriors/mod.ts")], [...moduleGraph("core/mod.ts")]];
  assert(posteriors.includes("vega") && core.includes("zarrita"), "the walk must follow late imports");
  assertEquals(posteriors.filter((path) => /tensorflow|^node:/.test(path)), []);
  assertEquals(core.filter((path) => /tensorflow|^node:/.test(path)), []);
});

Deno.test("what edge workers carry has no syntax that Node 20 lacks, and neither tensors nor files", () => {
  const graph = [...loadGraph("edge/mod.ts")];
  assert(graph.length > 100, "the walk must have found its modules");
  assertEquals(graph.filter((path) => HEAVY.test(path)), []);
  const carried = [...modules("edge"), "posteriors/condition.ts", "posteriors/_unlike_training.ts"];
  assertEquals(carried.filter((path) => /^\s*(await )?using \w+ =/m.test(source(path))), []);
});

Deno.test("the quick tests are there, and use every package", () => {
  const files = quickFiles();
  const used = new Set(
    files.flatMap((path) =>
      [path, ...imports(path).map(({ specifier }) => specifier.replace(/^\.\.\//, ""))].flatMap((from) =>
        ownPackage(from) ?? from.split("/")[0]!
      )
    ),
  );
  // By way of the root.
  const composed = ["recipes", "posteriors"].filter(() => used.has("sbi"));
  assertEquals(packages().filter((name) => !used.has(name) && !composed.includes(name)), []);
});

Deno.test("no circle of files inside a package, not even of types", () => {
  assertEquals(packages().flatMap(circular), []);
});

Deno.test("the root holds mod.ts and no other code", () => {
  const code = [...Deno.readDirSync(new URL("../", import.meta.url))].map(({ name }) => name)
    .filter((name) => /\.(ts|js|mts|mjs|tsx)$/.test(name));
  assertEquals(code, ["mod.ts"]);
});

Deno.test("provenance names the TensorFlow.js of the import map", () => {
  const { imports } = JSON.parse(source("deno.json"));
  assertEquals(imports["@tensorflow/tfjs"], `npm:@tensorflow/tfjs@${versions()["@tensorflow/tfjs"]}`);
});

Deno.test("all packages have one version", () => {
  const all = ["deno.json", ...packages().map((name) => `${name}/deno.json`)];
  assertEquals(new Set(all.map((path) => JSON.parse(source(path)).version)).size, 1);
});

Deno.test("reading an artifact loads neither TensorFlow.js nor a chunk store", () => {
  const graph = [...moduleGraph("core/artifact_file.ts")];
  assertEquals(graph.filter((path) => /tensorflow|zarrita|vega/.test(path)), []);
});

Deno.test("randomness is an argument: no ambient generator anywhere", () => {
  const wrong = packages().flatMap(modules).filter((path) =>
    /Math\.random\s*\(|\btf\.(random\w+|truncatedNormal|multinomial|dropout)\s*\(|crypto\.getRandomValues/
      .test(source(path))
  );
  assertEquals(wrong, []);
});

Deno.test("what draws, samples and evaluates takes elementary functions of core, not the host's", () => {
  // Exact in every engine: square roots, roundings, signs, whole powers of two. Training is the host's.
  const hosts =
    /\bMath\.(exp|expm1|log|log1p|log10|log2|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh|asinh|acosh|atanh|pow|cbrt|hypot)\b/;
  const wrong = ["core", "samplers", "posteriors"].flatMap(modules)
    .filter((path) => !/^core\/_?tensor/.test(path))
    .filter((path) =>
      source(path).split("\n").some((line) => !/^\s*(\*|\/\/)/.test(line) && hosts.test(line))
    );
  assertEquals(wrong, []);
});

/** Calls that take every element of an array for an argument, and why there are never many. */
const FEW: Readonly<Record<string, string>> = {
  "Math.max(...widthsOf(": "layers of a network",
  "Math.max(embedding.channels, ...": "layers of a network",
  "Math.max(...embedding.filters": "layers of a network",
  "Math.min(...size": "dimensions of a grid",
  "Math.hypot(...q": "two coordinates",
  "Math.max(...components": "components of a mixture",
  "Math.max(...values)": "components of a mixture",
  "Math.max(...outputs": "bins of a spline",
  "Float64Array.of(1, ...inner": "bins of a spline",
  "tf.concat([": "an array is one argument",
  "pieces.push(...first": "8 KB at a time",
  "Math.max(width, out, ...": "layers of a network",
  "Math.max(channels, ...filters": "layers of a network",
  "Math.max(...filters": "layers of a network",
  "Math.max(...trunk": "layers of a network",
  "Math.max(...sizes": "layers of a network",
  "Math.min(...value.subarray": "points between two peaks",
  "Math.min(...errors": "eight candidates",
  "Math.max(1, ...step": "coordinates",
  "values.push({": "an object is one argument",
  "Math.max(2, ...lengths": "curves of a picture",
  "Math.min(total, ...essBulk": "parameters",
  "Math.max(...rows.map(([left])": "options of a command",
  "out.push(...part": "words of an instruction",
  "out.push(MEET, at, lanes, patience, ...": "words of an instruction",
  "words.push(opcode, ...": "words of an instruction",
  "words.push(...words.slice": "words of an instruction",
};
/** Calls of functions that take any number of arguments, an array of them spread. */
const SPREAD =
  /\b(?:Math\.(?:max|min|hypot)|\w+\.push|\w+\.unshift|\w+\.splice|\w+\.concat|String\.\w+|\w+\.of)\((?:[^()]*, )?\.\.\.[^;]*/g;

Deno.test("no call takes the numbers of data for its arguments, of which it can have some 100,000", () => {
  const wrong = [".", ...packages()].flatMap(modules)
    .flatMap((path) => {
      // Examples in comments are followed, too.
      const found = source(path).match(SPREAD) ?? [];
      return found.filter((call) => !Object.keys(FEW).some((few) => call.startsWith(few)))
        .map((call) => `${path}: ${call.slice(0, 60)}`);
    });
  assertEquals(wrong, []);
});

Deno.test("libraries never print", () => {
  const wrong = packages().filter((name) => name !== "cli").flatMap(modules)
    .filter((path) => !path.endsWith("/_build.ts")) // commands
    .filter((path) => /\bconsole\.\w+\(/.test(source(path).replace(/\/\*[\s\S]*?\*\//g, "")));
  assertEquals(wrong, []);
});

Deno.test("every public symbol of a package is reachable by path and from mod.ts", () => {
  for (const name of packages()) {
    const manifest = JSON.parse(source(`${name}/deno.json`));
    const listed = new Set(Object.values(manifest.exports));
    const files = modules(name).map((path) => path.slice(name.length + 1)).filter((file) =>
      !file.startsWith("_")
    );
    assertEquals(files.filter((file) => !listed.has(`./${file}`)), [], `${name}/deno.json`);
  }
});

Deno.test("the import scanner sees what it must and skips comments", () => {
  const found = imports("tests/architecture_test.ts").map(({ specifier }) => specifier);
  assertEquals(found, ["@std/assert", "../_tools/quick.ts", "../recipes/_versions.ts", "./_modules.ts"]);
});
