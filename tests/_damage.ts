// Kinds of damage to a folder of simulations, as disks and people do them.

/** A kind of damage: what it does to the files of a chunk. */
export interface Damage {
  readonly name: string;
  /** `path` is the folder, `other` one of another run of the same size. */
  do(path: string, other: string): Promise<void>;
}

const edit = async (file: string, change: (bytes: Uint8Array<ArrayBuffer>) => void) => {
  const bytes = await Deno.readFile(file);
  change(bytes);
  await Deno.writeFile(file, bytes);
};

const swap = async (a: string, b: string) => {
  const [one, two] = await Promise.all([Deno.readFile(a), Deno.readFile(b)]);
  await Deno.writeFile(a, two);
  await Deno.writeFile(b, one);
};

/** What is done to numbers and checksums; the arrays must be of one width. */
export function kindsOfDamage(arrays: readonly string[]): Damage[] {
  const sums = [...arrays, "checksum"];
  return [
    ...sums.map((name): Damage => ({
      name: `a bit of ${name}`,
      do: (path) => edit(`${path}/${name}/c/1/0`, (bytes) => bytes[5]! ^= 16),
    })),
    ...sums.map((name): Damage => ({
      name: `zeros in ${name}`,
      do: (path) => edit(`${path}/${name}/c/2/0`, (bytes) => bytes.fill(0)),
    })),
    ...sums.map((name): Damage => ({
      name: `half of ${name}`,
      do: (path) => Deno.truncate(`${path}/${name}/c/1/0`, 20),
    })),
    ...sums.map((name): Damage => ({
      name: `chunks of ${name} swapped`,
      do: (path) => swap(`${path}/${name}/c/0/0`, `${path}/${name}/c/1/0`),
    })),
    ...sums.map((name): Damage => ({
      name: `a chunk of ${name} of another run`,
      do: (path, other) => Deno.copyFile(`${other}/${name}/c/1/0`, `${path}/${name}/c/1/0`),
    })),
    {
      name: "two arrays swapped",
      do: (path) => swap(`${path}/${arrays[0]}/c/0/0`, `${path}/${arrays[1]}/c/0/0`),
    },
    {
      name: "whole chunks swapped",
      do: async (path) => {
        for (const name of sums) await swap(`${path}/${name}/c/0/0`, `${path}/${name}/c/1/0`);
      },
    },
    {
      name: "a whole chunk of another run",
      do: async (path, other) => {
        for (const name of sums) await Deno.copyFile(`${other}/${name}/c/2/0`, `${path}/${name}/c/2/0`);
      },
    },
  ];
}
