// Tables with bytes changed: an error that says what is wrong, or a table, but no crash, no hang, and no room
// made for what a header merely claims.

import { assert, assertEquals } from "@std/assert";
import { key, readTable, type Stream, stream } from "@likely/core";
import golden from "./golden/tables.json" with { type: "json" };

interface Case {
  readonly content: string;
  readonly pick?: string;
  readonly prefer?: readonly string[];
}

/** Inputs of each kind: 100,000 together. */
const COUNTS: Readonly<Record<string, number>> = { csv: 25_000, npy: 40_000, npz: 25_000, parquet: 10_000 };
/** Bytes that may be asked for at once, whatever is claimed: no file here has more than 10,000. */
const MOST = 2 ** 25;

const all = golden.files as unknown as Record<string, Case>;

for (const [kind, count] of Object.entries(COUNTS)) {
  Deno.test(`${count} mutated files of ${kind} are read or refused in words, with little room made`, async () => {
    const files = Object.entries(all).filter(([name]) =>
      // Of damaged Brotli the host itself prints that it leaks.
      name.endsWith(`.${kind}`) && !name.startsWith("brotli")
    ).map((
      [, { content, ...how }],
    ) => ({
      bytes: Uint8Array.from(atob(content), (character) => character.charCodeAt(0)),
      how: { ...how.pick && { pick: how.pick }, ...how.prefer && { prefer: how.prefer } },
    })).filter(({ bytes }) => bytes.length < 10_000);
    assert(files.length > 4);
    const random = stream(key(2026));
    let [read, refused] = [0, 0];
    // What is loaded late makes room for itself.
    await readTable(files[0]!.bytes, files[0]!.how);
    const rooms = watchedRooms();
    for (let i = 0; i < count; i++) {
      // Watching makes everything slow.
      if (i === count / 5) rooms.stop();
      const { bytes, how } = files[i % files.length]!;
      try {
        await readTable(mutated(random, bytes), how);
        read++;
      } catch (error) {
        refused++;
        const { name, message } = error as Error;
        assert(/^(FormatError|SyntaxError)$/.test(name), `input ${i}: ${(error as Error).stack}`);
        assert(/Cannot read [^]+ as [^]+: [^]|holds |of text|at byte/.test(message), message);
      }
    }
    assertEquals(read + refused, count);
    assert(refused > count / 2 && read > count / 1000, `${read} read, ${refused} refused`);
    assert(rooms.largest < MOST, `${rooms.largest} bytes at once`);
  });
}

const WORDS = [
  0,
  1,
  0x7f,
  0x80,
  0xff,
  0xffff,
  0x10000,
  0xf4240,
  0x10000000,
  0x7fffffff,
  0x80000000,
  0xffffffff,
];

/** One to four changes, most of them where files make claims: at both ends. */
function mutated(random: Stream, bytes: Uint8Array): Uint8Array {
  const below = (n: number) => Math.floor(random.uniform() * n);
  let out = bytes.slice();
  for (let times = 1 + below(4); times > 0 && out.length > 0; times--) {
    const at = [
      below(out.length),
      below(Math.min(out.length, 200)),
      out.length - 1 - below(Math.min(out.length, 400)),
    ][below(3)]!;
    const size = 1 + below(16);
    switch (below(6)) {
      case 0:
        out[at]! ^= 1 << below(8);
        break;
      case 1:
        out[at] = below(256);
        break;
      case 2:
        out = out.slice(0, at);
        break;
      case 3:
        for (let k = 0; k < 4 && at + k < out.length; k++) {
          out[at + k] = WORDS[size % WORDS.length]! >>> 8 * k;
        }
        break;
      case 4: {
        const longer = new Uint8Array(out.length + size);
        longer.set(out.subarray(0, at));
        for (let k = 0; k < size; k++) longer[at + k] = below(256);
        longer.set(out.subarray(at), at + size);
        out = longer;
        break;
      }
      default:
        out.copyWithin(at, below(out.length), out.length);
    }
  }
  return out;
}

/** The largest typed array, or list, that is made by its length until this is stopped. */
function watchedRooms(): { readonly largest: number; stop(): void } {
  const place = globalThis as unknown as Record<string, unknown>;
  const kinds = {
    Uint8Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    ArrayBuffer,
    Array,
  };
  let largest = 0;
  for (const [name, Made] of Object.entries(kinds)) {
    const bytes = "BYTES_PER_ELEMENT" in Made ? Made.BYTES_PER_ELEMENT : name === "Array" ? 8 : 1;
    place[name] = new Proxy(Made, {
      construct: (target, args, newTarget) => {
        if (typeof args[0] === "number" && args.length === 1) largest = Math.max(largest, bytes * args[0]);
        return Reflect.construct(target, args, newTarget === place[name] ? target : newTarget);
      },
    });
  }
  return {
    get largest() {
      return largest;
    },
    stop: () => void Object.assign(place, kinds),
  };
}
