// What went wrong, as a line that says what cannot be done, by which rule, and what to do.

import { Interrupted } from "./_interrupt.ts";

/** Letters of a message that are shown: its beginning, and its end, where rules and values are. */
const [MOST_FIRST, MOST_LAST] = [2000, 500];

/** Says what was thrown. */
export function inWords(thrown: unknown): string {
  const message = messageOf(thrown);
  return message.length <= MOST_FIRST + MOST_LAST
    ? message
    : `${message.slice(0, MOST_FIRST)}… (of ${message.length} characters) …${message.slice(-MOST_LAST)}`;
}

function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `Cannot go on as what is thrown must be an error: ${textOf(thrown)}`;
  const { message } = thrown;
  // Ours say it all.
  if (thrown instanceof Interrupted || /(^|: )Cannot /.test(message)) return message;
  if (isOutOfMemory(thrown)) return `Cannot go on as the numbers must fit into memory: ${message}`;
  const rule = systemRule(thrown);
  if (rule !== undefined) return `Cannot go on as ${rule[0]}: ${message}${rule[1]}`;
  return `Cannot go on as no part may fail: ${thrown.name}: ${message}`;
}

/** Which rule of the system was broken, and what may help. */
function systemRule(error: Error): readonly [rule: string, remedy: string] | undefined {
  if (error instanceof Deno.errors.NotCapable) return ["a permission must be given", ""];
  const { code } = error as { code?: unknown };
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG") {
    return ["files must have room", "; make some, and run the same command again"];
  }
  if (code === "EMFILE" || code === "ENFILE") {
    return ["files must be opened", "; take fewer --workers, or raise the limit (ulimit -n)"];
  }
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return ["the system must permit it", "; change the permissions, or choose another place"];
  }
  const isOfSystem = typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ||
    Object.values(Deno.errors).some((Kind) => error instanceof Kind);
  return isOfSystem ? ["the system must do what is asked", ""] : undefined;
}

function isOutOfMemory(error: Error): boolean {
  return error instanceof RangeError &&
    /^(Array buffer allocation failed|Invalid (typed )?array length|Invalid string length)/.test(
      error.message,
    );
}

function textOf(thrown: unknown): string {
  try {
    return typeof thrown === "string" ? thrown : JSON.stringify(thrown) ?? String(thrown);
  } catch {
    return "it has no text";
  }
}
