// Chromium, where there is one.

/** Names the program. */
const VARIABLE = "LIKELY_CHROMIUM";
const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** The program: `LIKELY_CHROMIUM`, where it may be looked at, or one on the path; undefined where there is none. */
export async function findChromium(): Promise<string | undefined> {
  const { state } = await Deno.permissions.query({ name: "env", variable: VARIABLE });
  const named = state === "granted" ? Deno.env.get(VARIABLE) : undefined;
  for (const name of named === undefined ? NAMES : [named, ...NAMES]) {
    try {
      if ((await new Deno.Command(name, { args: ["--version"] }).output()).success) return name;
    } catch {
      // Not that one.
    }
  }
  return undefined;
}
