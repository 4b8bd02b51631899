// deno-lint-ignore-file no-console -- a command for people
/**
 * `deno task ok`: every rule that is a program, in one command. Stops at the first failure.
 *
 * `--skip <step>` leaves a step out (continuous integration runs the tests on their own).
 */

import { members } from "./exports.ts";

interface Step {
  readonly name: string;
  readonly args: readonly string[];
  readonly cwd?: string;
}

function entryPoints(): string[] {
  return [
    "mod.ts",
    ...members().flatMap((member) => {
      const manifest = JSON.parse(Deno.readTextFileSync(`${member}/deno.json`));
      return Object.values<string>(manifest.exports).map((path) => path.replace("./", `${member}/`));
    }),
  ];
}

function steps(): Step[] {
  return [
    { name: "fmt", args: ["fmt", "--check", "--quiet"] },
    { name: "exports", args: ["task", "--quiet", "exports", "--check"] },
    { name: "lint", args: ["lint", "--quiet"] },
    { name: "check", args: ["check", "--quiet", "."] },
    // All entry points at once: alone, a package's types from its siblings count as private.
    { name: "doc lint", args: ["doc", "--quiet", "--lint", ...entryPoints()] },
    // Whole packages are published, the root last.
    ...[...members(), "."].map((cwd): Step => ({
      name: `publish --dry-run ${cwd}`,
      args: ["publish", "--dry-run", "--allow-dirty", "--quiet"],
      cwd,
    })),
    { name: "test", args: ["task", "--quiet", "test"] },
  ];
}

const skipped = Deno.args[Deno.args.indexOf("--skip") + 1];
for (const { name, args, cwd = "." } of steps()) {
  if (Deno.args.includes("--skip") && name === skipped) continue;
  const start = performance.now();
  const child = new Deno.Command(Deno.execPath(), { args: [...args], cwd, stdout: "piped", stderr: "piped" });
  const { code, stdout, stderr } = await child.output();
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  if (code !== 0 || name === "test") console.log(text);
  console.log(`${code === 0 ? "ok" : "FAILED"}  ${name} (${seconds} s)`);
  if (code !== 0) Deno.exit(1);
}
