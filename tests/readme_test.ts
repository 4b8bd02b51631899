// What the README and the guide tell a newcomer to do, done as written.

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { run } from "./_external.ts";

const ROOT = new URL("../", import.meta.url);
const MAIN = new URL("cli/main.ts", ROOT).pathname;
const readme = await Deno.readTextFile(new URL("README.md", ROOT));

/** The first block of a language that holds the text. */
function blockOf(text: string, language: string, holding: string): string {
  const blocks = [...text.matchAll(/^```(.*)\n([^]*?)^```$/gm)];
  const found = blocks.find(([, kind, block]) => kind === language && block!.includes(holding));
  assert(found, `no block of ${language} holds ${holding}`);
  return found[2]!;
}

Deno.test("the task of the README is the example's", async () => {
  const example = await Deno.readTextFile(new URL("examples/my_task.ts", ROOT));
  assertEquals(blockOf(readme, "ts", "export const task"), example);
});

Deno.test("a folder beside the clone has its posterior by the README's three files", async () => {
  const folder = await Deno.makeTempDir();
  try {
    // The clone is where the tests are.
    const links = blockOf(readme, "json", "links").replace("../likely", ROOT.pathname.replace(/\/$/, ""));
    await Deno.writeTextFile(`${folder}/deno.json`, links);
    await Deno.writeTextFile(`${folder}/my_task.ts`, blockOf(readme, "ts", "export const task"));
    await Deno.writeTextFile(`${folder}/main.ts`, blockOf(readme, "ts ignore", "./my_task.ts"));
    const said = await run([Deno.execPath(), "run", "--allow-read", "--allow-write", "main.ts"], folder);
    assertMatch(said, /^arrivals +1\.\d+ .*\nservice +1\.\d+ /m);
    assertStringIncludes(await Deno.readTextFile(`${folder}/report.html`), "What was found");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the commands of the README are commands, and their options are theirs", async () => {
  const guide = [readme];
  for await (const { name } of Deno.readDir(new URL("docs/", ROOT))) {
    if (name.endsWith(".md")) guide.push(await Deno.readTextFile(new URL(`docs/${name}`, ROOT)));
  }
  const lines = guide.flatMap((text) => [...text.matchAll(/^```sh\n([^]*?)^```$/gm)])
    .flatMap(([, block]) => block!.replaceAll(/\\\n\s*/g, "").split("\n"))
    .filter((line) => line.startsWith("likely "));
  assert(lines.length > 30);
  const names = new Set(lines.map((line) => line.split(/\s+/)[1]!));
  const helps = new Map<string, string>();
  for (const name of names) {
    helps.set(name, await run([Deno.execPath(), "run", MAIN, name, "--help"], ROOT.pathname));
  }
  const wrong = lines.filter((line) => {
    const help = helps.get(line.split(/\s+/)[1]!)!;
    const options = [...line.replace(/#.*$/, "").matchAll(/ (--[a-z-]+)/g)].map(([, option]) => option!);
    return !options.every((option) => new RegExp(`^  ${option}\\b`, "m").test(help));
  });
  assertEquals(wrong, []);
});

Deno.test("links of the README and the documentation lead to files and headings that are there", async () => {
  const pages = ["README.md", "CONTRIBUTING.md"];
  for await (const { name } of Deno.readDir(new URL("docs/", ROOT))) {
    if (name.endsWith(".md")) pages.push(`docs/${name}`);
  }
  const wrong: string[] = [];
  for (const page of pages) {
    const text = await Deno.readTextFile(new URL(page, ROOT));
    for (const [, target] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target!)) continue;
      const { pathname, hash } = new URL(target!, new URL(page, ROOT));
      const found = await Deno.readTextFile(pathname).catch(() => undefined);
      const headings = (found ?? "").split("\n").filter((line) => line.startsWith("#")).map(anchorOf);
      if (found === undefined || (hash && !headings.includes(hash))) wrong.push(`${page}: ${target}`);
    }
  }
  assertEquals(wrong, []);
});

/** As GitHub makes them. */
function anchorOf(heading: string): string {
  return "#" +
    heading.replace(/^#+\s*/, "").toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-");
}
