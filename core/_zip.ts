// Files in a ZIP archive that anybody may have written: sizes are held against the bytes before room is
// made. By the central directory, since NumPy's local headers claim sizes of 2³² − 1 (zip64).

import { crc32 } from "./_crc32.ts";
import { inflateSync } from "fflate/browser";
import { FormatError } from "./errors.ts";

/** A file in an archive, still as it is stored. */
export interface Entry {
  readonly name: string;
  /** Bytes of the file. */
  readonly size: number;
  /** Its bytes, checked. */
  read(): Uint8Array;
}

/** No deflated byte is worth more bytes. */
const MOST_RATIO = 1032;
const U32 = 0xffffffff;

/** Whether bytes begin as an archive does, an empty one aside. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

/** The files of an archive, in its order. */
export function zipEntries(bytes: Uint8Array): Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { count, size, start } = directoryOf(view);
  const entries: Entry[] = [];
  let at = start;
  for (let k = 0; k < count; k++) {
    if (at + 46 > start + size || view.getUint32(at, true) !== 0x02014b50) {
      refuse(`its directory must have ${count} entries`, `${k}`);
    }
    const { entry, next } = entryOf(view, at);
    entries.push(entry);
    at = next;
  }
  return entries;
}

/** Where the central directory is. */
interface Directory {
  readonly count: number;
  readonly size: number;
  readonly start: number;
}

function directoryOf(view: DataView): Directory {
  const end = endOf(view);
  const [count, size, start] = [
    view.getUint16(end + 10, true),
    view.getUint32(end + 12, true),
    view.getUint32(end + 16, true),
  ];
  const found = count === 0xffff || size === U32 || start === U32
    ? wideDirectory(view, end)
    : { count, size, start };
  // An entry takes 46 bytes and more.
  if (found.start + found.size > end || found.count * 46 > found.size) {
    refuse(
      `its directory must lie before byte ${end}`,
      `${found.count} entries, ${found.size} bytes at ${found.start}`,
    );
  }
  return found;
}

/** The end record, behind which a comment may be. */
function endOf(view: DataView): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - 0xffff); at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue;
    if (at + 22 + view.getUint16(at + 20, true) === view.byteLength) return at;
  }
  return refuse(
    "it must end with the directory of a ZIP archive",
    "it does not: the file may have been cut off",
  );
}

function wideDirectory(view: DataView, end: number): Directory {
  if (end >= 20 && view.getUint32(end - 20, true) === 0x07064b50) {
    const at = wide(view, end - 12);
    if (at + 56 <= end - 20 && view.getUint32(at, true) === 0x06064b50) {
      return { count: wide(view, at + 32), size: wide(view, at + 40), start: wide(view, at + 48) };
    }
  }
  return refuse("its directory must be named by a zip64 record", "there is none");
}

function entryOf(view: DataView, at: number): { readonly entry: Entry; readonly next: number } {
  const short = (offset: number) => view.getUint16(at + offset, true);
  const long = (offset: number) => view.getUint32(at + offset, true);
  const [flags, method, crc] = [short(8), short(10), long(16)];
  const [named, extra, comment] = [short(28), short(30), short(32)];
  const next = at + 46 + named + extra + comment;
  if (next > view.byteLength) refuse("an entry of its directory must end within the file", `byte ${next}`);
  const name = new TextDecoder().decode(bytesAt(view, at + 46, named));
  const [size, packed, offset] = wideSizes(view, at + 46 + named, extra, [long(24), long(20), long(42)]);
  const read = () => {
    if ((flags & 1) !== 0) refuse(`${name} must not be encrypted`, "it is");
    if (method !== 0 && method !== 8) refuse(`${name} must be stored or deflated`, `method ${method}`);
    const stored = storedBytes(view, { name, offset, packed });
    if (method === 0 ? size !== packed : size > packed * MOST_RATIO) {
      refuse(`${name} must be of the size that it claims, ${size} bytes`, `it takes ${packed}`);
    }
    const found = method === 0 ? stored : inflated(name, stored, size);
    if (crc32(found) !== crc) {
      refuse(`${name} must have the checksum that the archive tells`, "it has another");
    }
    return found;
  };
  return { entry: { name, size, read }, next };
}

type Sizes = readonly [size: number, packed: number, offset: number];

/** Sizes that do not fit 32 bits are in the extra field, those only, in this order. */
function wideSizes(view: DataView, at: number, length: number, sizes: Sizes): Sizes {
  if (!sizes.includes(U32)) return sizes;
  for (let field = at; field + 4 <= at + length; field += 4 + view.getUint16(field + 2, true)) {
    if (view.getUint16(field, true) !== 1) continue;
    let next = field + 4;
    const end = Math.min(next + view.getUint16(field + 2, true), at + length);
    const read = (size: number) => {
      if (size !== U32 || next + 8 > end) return size;
      next += 8;
      return wide(view, next - 8);
    };
    return [read(sizes[0]), read(sizes[1]), read(sizes[2])];
  }
  return sizes;
}

function storedBytes(
  view: DataView,
  { name, offset, packed }: { readonly name: string; readonly offset: number; readonly packed: number },
): Uint8Array {
  if (offset + 30 > view.byteLength || view.getUint32(offset, true) !== 0x04034b50) {
    refuse(`${name} must begin at byte ${offset}`, "it does not");
  }
  const at = offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true);
  if (at + packed > view.byteLength) {
    refuse(`${name} must have ${packed} bytes`, `${Math.max(0, view.byteLength - at)}`);
  }
  return bytesAt(view, at, packed);
}

function inflated(name: string, stored: Uint8Array, size: number): Uint8Array {
  try {
    const found = inflateSync(stored, { out: new Uint8Array(size) });
    if (found.length === size) return found;
  } catch (cause) {
    return refuse(`${name} must be deflated`, (cause as Error).message);
  }
  return refuse(`${name} must be of the size that it claims, ${size} bytes`, "it is not");
}

function bytesAt(view: DataView, at: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, length);
}

function wide(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function refuse(rule: string, state: string): never {
  throw new FormatError(`Cannot read NPZ as ${rule}: ${state}`);
}
