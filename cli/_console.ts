// What commands print. Names, messages of simulators and what files say are the text of others, which must not
// steer the terminal.

/** What would move the cursor, colour, ring, or turn the direction of what follows. */
// deno-lint-ignore no-control-regex -- they are what is looked for
const STEERING = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** Text whose control characters are written as in a program, but for line breaks and tabs. */
export function printable(text: string): string {
  return text.replace(STEERING, (character) => {
    const code = character.charCodeAt(0);
    return code < 256
      ? `\\x${code.toString(16).padStart(2, "0")}`
      : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** Takes the place of the host's in commands. */
export const console = {
  /** To standard output: results. */
  log: (text = ""): void => globalThis.console.log(printable(text)),
  /** To standard error: what is wrong, or to be known meanwhile. */
  error: (text = ""): void => globalThis.console.error(printable(text)),
};
