// What is in a folder, to the byte.

/** All files below a folder, those that are being written aside: their bytes as hexadecimal digits. */
export async function filesOf(folder: string, below = ""): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { name, isDirectory } of Deno.readDir(`${folder}/${below}`)) {
    const path = `${below}${name}`;
    if (isDirectory) { for (const entry of await filesOf(folder, `${path}/`)) found.set(...entry); }
    else if (!name.endsWith(".partial")) found.set(path, (await Deno.readFile(`${folder}/${path}`)).toHex());
  }
  return found;
}
