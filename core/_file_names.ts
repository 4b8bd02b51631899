// Any names as files of one folder, on every file system: what one of them would refuse, take for
// something else or take for another name is written as the %XX of a URL.

// Separators and wildcards of one system or another; what would read as an escape; hidden files;
// names that Zarr keeps for itself; ends that Windows drops.
// deno-lint-ignore no-control-regex -- they are among what must not be in a file's name
const UNSAFE = /[\x00-\x1f\x7f"*/:<>?\\|]|%(?=[0-9a-f]{2})|^\.|^_(?=_)|[. ]$/gi;
// The coordinates beside the arrays, Zarr's metadata, and the devices of Windows.
const TAKEN = /^(chain|draw|zarr\.json.*|(con|prn|aux|nul|com\d|lpt\d)(\..*)?)$/i;
// Escapes, which stay, and what a file system may fold: case and accents.
const FOLDED = /%[0-9A-F]{2}|[A-Z]|[^\x20-\x7e]/gu;
/** Bytes that the name of a file may have. */
const LONGEST = 255;

/**
 * The files of names, as distinct as the names are; undefined for a name that can have none: one
 * that is empty, too long, or no text.
 */
export function fileNames(names: readonly string[]): (string | undefined)[] {
  const files = names.map((name) => withEscapes(name));
  const alike = new Map<string, number>();
  for (const file of files) alike.set(fold(file), (alike.get(fold(file)) ?? 0) + 1);
  return files.map((file, j) => {
    const distinct = alike.get(fold(file)) === 1 ? file : file.replace(FOLDED, escape);
    return names[j]!.isWellFormed() && isFileName(distinct) ? distinct : undefined;
  });
}

/** Whether this is the name of a file in a folder, that nothing but an array can have. */
export function isFileName(file: string): boolean {
  return file !== "" && !TAKEN.test(file) && !/^\.|^__|[/\\\0]/.test(file) &&
    new TextEncoder().encode(file).length <= LONGEST;
}

function withEscapes(name: string): string {
  const safe = name.replace(UNSAFE, escape);
  return TAKEN.test(safe) ? escape(safe[0]!) + safe.slice(1) : safe;
}

/** A character as the %XX of its bytes; what is one already as it is. */
function escape(character: string): string {
  if (character.length === 3) return character;
  return [...new TextEncoder().encode(character)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
    .join("");
}

/** What file systems that fold case and accents tell files apart by. */
function fold(file: string): string {
  return file.normalize("NFC").toUpperCase().toLowerCase();
}
