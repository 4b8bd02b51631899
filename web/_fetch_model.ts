// A model from its address.

/** A surrogate of more bytes is not one that a page should load. */
const MOST_BYTES = 64e6;

/** Loads the bytes of a model; throws what to say. */
export async function fetchModel(address: string): Promise<Uint8Array<ArrayBuffer>> {
  let url: URL;
  try {
    url = new URL(address, document.baseURI);
  } catch {
    throw new TypeError(`Cannot open a model as its address must be a URL: current value is "${address}"`);
  }
  let response: Response;
  try {
    response = await fetch(url);
  } catch {
    if (url.protocol === "blob:") {
      throw new TypeError(
        "Cannot open what was trained as the page that trained it must still be open: it is not",
      );
    }
    throw new TypeError(
      `Cannot open ${url.href} as it must answer, and let pages of other sites read it (CORS): it does not`,
    );
  }
  if (!response.ok) {
    throw new TypeError(`Cannot open ${url.href} as it must answer: its status is ${response.status}`);
  }
  const blob = await response.blob();
  return await readModel(blob, url.href);
}

/** Reads the bytes of a file. */
export async function readModel(file: Blob, name: string): Promise<Uint8Array<ArrayBuffer>> {
  if (file.size <= MOST_BYTES) return new Uint8Array(await file.arrayBuffer());
  throw new RangeError(
    `Cannot open ${name} as it must have at most ${MOST_BYTES} bytes: it has ${file.size}`,
  );
}
