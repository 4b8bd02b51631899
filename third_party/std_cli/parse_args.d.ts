// The part of `jsr:@std/cli@1/parse-args` this workspace uses.

export interface ParseOptions {
  boolean?: readonly string[];
  string?: readonly string[];
  collect?: readonly string[];
  negatable?: readonly string[];
  alias?: Readonly<Record<string, string | readonly string[]>>;
  default?: Readonly<Record<string, unknown>>;
  stopEarly?: boolean;
  "--"?: boolean;
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}
export type Args = { _: (string | number)[] } & Record<string, unknown>;
export function parseArgs(args: readonly string[], options?: ParseOptions): Args;
