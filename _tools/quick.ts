/**
 * `deno task test:quick`: some tests of every package, in a minute: while one works. `deno task test` has all.
 */

/** Quick ones, with the packages that they are about. */
export const QUICK: Readonly<Record<string, readonly string[]>> = {
  core: ["key", "draw", "simulate", "named_simulator", "artifact_file", "scaling", "unconstrained"],
  simulators: ["two_moons", "sir", "observations"],
  losses: ["bce", "nre_c", "squared_error"],
  surrogates: ["network", "train"],
  kernels: ["fused_engine"],
  samplers: ["nuts", "sample", "importance"],
  multilevel: ["telescope", "mlmc"],
  diagnostics: ["ess", "sbc", "report"],
  prebuilt: ["prebuilt"],
  // What no single file owns: recipes, posteriors, the command line, the edge, the queue's door.
  tests: [
    "architecture",
    "names",
    "keys",
    "options",
    "recipes",
    "observation",
    "own_prior",
    "simulate_workers",
    "task_file",
    "edge",
  ],
};

/** The files. */
export function quickFiles(): string[] {
  return Object.entries(QUICK).flatMap(([folder, names]) => names.map((name) => `${folder}/${name}_test.ts`));
}

if (import.meta.main) {
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--parallel", ...Deno.args, ...quickFiles()],
    stdout: "inherit",
    stderr: "inherit",
  }).spawn().status;
  Deno.exit(code);
}
