// Every file of a folder, to compare folders byte for byte.

/** The files below a folder by their path there: how many bytes, and their digest. */
export async function folderBytes(path: string): Promise<Map<string, string>> {
  const found: [string, string][] = [];
  const walk = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(`${path}${folder}`)) {
      if (isDirectory) await walk(`${folder}/${name}`);
      else {
        const bytes = await Deno.readFile(`${path}${folder}/${name}`);
        const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
        found.push([`${folder}/${name}`, `${bytes.length} ${digest.toHex()}`]);
      }
    }
  };
  await walk("");
  return new Map(found.sort(([a], [b]) => a < b ? -1 : 1));
}
