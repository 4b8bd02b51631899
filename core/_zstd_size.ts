// What Zstandard frames claim to unpack to (RFC 8878), before anybody believes them.

/** The size in a Zstandard frame's header (RFC 8878, section 3.1.1.1). */
export function zstdSize(file: Uint8Array): number | undefined {
  if (file.length < 18) file = Uint8Array.from({ length: 18 }, (_, i) => file[i] ?? 0);
  const view = new DataView(file.buffer, file.byteOffset);
  if (view.getUint32(0, true) !== 0xfd2fb528) return undefined;
  const descriptor = file[4]!;
  const isSingle = (descriptor >> 5 & 1) === 1;
  const at = 5 + (isSingle ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!;
  switch (descriptor >> 6) {
    case 1:
      return view.getUint16(at, true) + 256;
    case 2:
      return view.getUint32(at, true);
    case 3:
      return Number(view.getBigUint64(at, true));
    default:
      return isSingle ? file[at] : undefined;
  }
}

/** Bytes of the largest block. */
const BLOCK = 2 ** 17;

/** The most bytes that the blocks of a frame can unpack to; infinitely many where it is none. */
export function zstdMost(file: Uint8Array): number {
  const descriptor = file[4] ?? 0;
  const isSingle = descriptor >> 5 & 1;
  let at = 6 - isSingle + [0, 1, 2, 4][descriptor & 3]! + [isSingle, 2, 4, 8][descriptor >> 6]!;
  let most = 0;
  while (at + 3 <= file.length) {
    const header = file[at]! | file[at + 1]! << 8 | file[at + 2]! << 16;
    const [isLast, type, size] = [header & 1, header >> 1 & 3, header >> 3];
    // As it is, one byte repeated, or compressed.
    most += type === 2 ? BLOCK : size;
    at += 3 + (type === 1 ? 1 : size);
    if (isLast) return at <= file.length ? most : Infinity;
  }
  return Infinity;
}
