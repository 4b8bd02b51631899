// The checksum of archives, and of files that must be what was written.

let crcTable: Uint32Array | undefined;

/** The CRC-32 of bytes. */
export function crc32(bytes: Uint8Array): number {
  // Made when it is first needed: what is made on loading stays in every bundle.
  const table = crcTable ??= crcOfBytes();
  let crc = -1;
  for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]!) & 255]! ^ crc >>> 8;
  return (crc ^ -1) >>> 0;
}

function crcOfBytes(): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let k = 0; k < 8; k++) value = value & 1 ? value >>> 1 ^ 0xedb88320 : value >>> 1;
    return value;
  });
}
