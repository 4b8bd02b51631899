/**
 * The `likely` command: `simulate`, `merge`, `import`, `import-onnx`, `train`, `rounds`, `sample`, `check`, `report`,
 * `export`, `serve`, `deploy`, `multilevel`, `init` and `work`, each with `--help`.
 *
 * Run it with `deno run -A jsr:@likely/cli/main` or install it with `deno install`; the help of
 * each command says what permissions are enough. Results go to standard output, progress and
 * errors to standard error. Exit codes: 0 done, 1 failed, 2 bad usage, 130 interrupted.
 *
 * @module
 */

import { nearest } from "@likely/core/check";
import { console } from "./_console.ts";
import manifest from "./deno.json" with { type: "json" };
import { inWords } from "./_in_words.ts";
import { Interrupted } from "./_interrupt.ts";
import { checkCommand } from "./_check.ts";
import { deployCommand } from "./_deploy.ts";
import { initCommand } from "./_init.ts";
import { type Command, help, parse, UsageError } from "./_options.ts";
import { mergeCommand } from "./_merge.ts";
import { exportCommand } from "./_export.ts";
import { importCommand } from "./_import.ts";
import { importOnnxCommand } from "./_import_onnx.ts";
import { reportCommand } from "./_report.ts";
import { multilevelCommand } from "./_multilevel.ts";
import { roundsCommand } from "./_rounds.ts";
import { sampleCommand } from "./_sample.ts";
import { serveCommand } from "./_serve.ts";
import { simulateCommand } from "./_simulate.ts";
import { trainCommand } from "./_train.ts";
import { workCommand } from "./_work.ts";

const COMMANDS: readonly Command[] = [
  simulateCommand,
  mergeCommand,
  importCommand,
  importOnnxCommand,
  trainCommand,
  roundsCommand,
  sampleCommand,
  checkCommand,
  reportCommand,
  exportCommand,
  serveCommand,
  deployCommand,
  multilevelCommand,
  initCommand,
  workCommand,
];

/**
 * Runs the command line and returns the exit code; nothing is thrown.
 *
 * @param args The arguments after `likely`.
 * @returns 0 done, 1 failed, 2 bad usage, 130 interrupted.
 *
 * @example Usage
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { main } from "@likely/cli/main";
 *
 * assertEquals(await main(["train", "--help"]), 0);
 * assertEquals(await main(["fly"]), 2);
 * ```
 */
export async function main(args: readonly string[]): Promise<number> {
  try {
    await dispatch(args);
    return 0;
  } catch (error) {
    return tell(error);
  }
}

/** Says in one line what went wrong; returns the exit code. */
function tell(error: unknown): number {
  const message = inWords(error);
  if (error instanceof Interrupted) {
    console.error(message);
    return 130;
  }
  console.error(`error: ${message}`);
  if (!(error instanceof UsageError)) return 1;
  console.error(`Run "likely --help" or "likely <command> --help" to see what is possible.`);
  return 2;
}

async function dispatch([name, ...rest]: readonly string[]): Promise<void> {
  if (name === undefined || ["--help", "-h", "help"].includes(name)) return console.log(overview());
  if (name === "--version") return console.log(manifest.version);
  const command = COMMANDS.find((candidate) => candidate.name === name);
  if (command === undefined) {
    const names = COMMANDS.map((candidate) => candidate.name);
    const near = nearest(name, names);
    throw new UsageError(
      `Cannot run "likely ${name}" as the command must be one of ${names.join(", ")}${
        near === undefined ? "" : `: the nearest is ${near}`
      }`,
    );
  }
  const parsed = parse(command, rest);
  if (parsed.flag("help")) return console.log(help(command));
  await command.run(parsed);
}

function overview(): string {
  return [
    "Simulation-based inference: from a simulator and an observation to a posterior.",
    "",
    "Usage: likely <command> [options]",
    "",
    "Commands:",
    ...COMMANDS.map(({ name, summary }) => `  ${name.padEnd(11)} ${summary}`),
    "",
    "Each command explains itself: likely <command> --help",
    "Exit codes: 0 done, 1 failed, 2 bad usage, 130 interrupted.",
  ].join("\n");
}

if (import.meta.main) {
  const { exit } = Deno;
  const end = (code: number) => {
    removeEventListener("unload", onUnload);
    exit(code);
  };
  const fail = (why: string) => end(tell(new Error(`Cannot go on as ${why}`)));
  // A task that ends the program would leave the work undone, and say that it is done.
  const onUnload = () => fail("a task must not end the program: it called exit()");
  addEventListener("unload", onUnload);
  addEventListener(
    "beforeunload",
    () => fail("what a task waits for must come about: nothing is left that could"),
  );
  // What a task's module leaves behind must not end in a stack trace either.
  addEventListener("unhandledrejection", (event) => end(tell(event.reason)));
  addEventListener("error", (event) => {
    event.preventDefault();
    end(tell(event.error));
  });
  // Loaded libraries may listen to the process, which would keep it alive.
  main(Deno.args).then(end);
}
