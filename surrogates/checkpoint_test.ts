import { assert, assertEquals, assertThrows } from "@std/assert";
import { FormatError, initWeights, key } from "@likely/core";
import { decodeSafetensors, encodeSafetensors } from "@likely/core/safetensors";
import { SMALL } from "./_toy_test.ts";
import { decodeCheckpoint, encodeCheckpoint, type TrainingCheckpoint } from "./checkpoint.ts";

const WHOLE: TrainingCheckpoint = {
  about: {
    key: key(2n ** 63n + 5n),
    spec: SMALL,
    loss: { name: "nre_c", options: { classes: 5, gamma: 0.1 } },
    rows: 1000,
    batchSize: 200,
    validationFraction: 0.1,
  },
  state: {
    weights: initWeights(key(1), SMALL),
    firstMoment: initWeights(key(2), SMALL),
    secondMoment: initWeights(key(3), SMALL),
    average: initWeights(key(5), SMALL),
    steps: 13,
  },
  best: { weights: initWeights(key(4), SMALL), loss: 1 / 3, epoch: 2 },
  epoch: 3,
  batch: 1,
  lossSum: 0.1 + 0.2,
  history: { train: [0.7, Math.LN2, 0.6], validation: [0.7, 1 / 3, 0.65] },
};

Deno.test("encodeCheckpoint() loses nothing, to the last bit", () => {
  assertEquals(decodeCheckpoint(encodeCheckpoint(WHOLE)), WHOLE);
});

Deno.test("encodeCheckpoint() writes a run that has not begun", () => {
  const { best: _, ...rest } = WHOLE;
  const start = {
    ...rest,
    state: { weights: WHOLE.state.weights, steps: 0 },
    epoch: 0,
    history: { train: [], validation: [] },
  };
  assertEquals(decodeCheckpoint(encodeCheckpoint(start)), start);
});

/** The file with other metadata. */
function withMetadata(change: (metadata: Record<string, string>) => Record<string, string>): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(encodeCheckpoint(WHOLE));
  return encodeSafetensors(tensors, change({ ...metadata }), { checksum: true });
}

/** The file with other values in its JSON. */
function withDescription(change: Record<string, unknown>): Uint8Array {
  return withMetadata((metadata) => ({
    ...metadata,
    checkpoint: JSON.stringify({ ...JSON.parse(metadata["checkpoint"]!), ...change }),
  }));
}

Deno.test("decodeCheckpoint() refuses files of another kind, another version or with holes", () => {
  const refused = (bytes: Uint8Array, says = "checkpoint") =>
    assertThrows(() => decodeCheckpoint(bytes), FormatError, says);
  refused(encodeSafetensors({}, {}), "likely.checkpoint");
  refused(withMetadata((metadata) => ({ ...metadata, "likely.checkpoint": "3" })), "current value is 3");
  refused(withMetadata((metadata) => ({ "likely.checkpoint": metadata["likely.checkpoint"]! })));
  refused(withMetadata((metadata) => ({ ...metadata, checkpoint: "{" })));
  refused(withMetadata((metadata) => ({ ...metadata, checkpoint: "null" })));
  for (
    const change of [
      { epoch: -1 },
      { epoch: 2 },
      { batch: 0.5 },
      { steps: "3" },
      { about: null },
      { about: { rows: 1 } },
      { lossSum: null },
      { history: { train: [1, 2, 3], validation: [1, null, 3] } },
      { best: { loss: null, epoch: 1 } },
      { best: null },
    ]
  ) {
    refused(withDescription(change));
  }
});

Deno.test("decodeCheckpoint() answers truncation with a FormatError", () => {
  const bytes = encodeCheckpoint(WHOLE);
  for (const length of [0, 7, 8, 100, bytes.length - 1]) {
    const error = assertThrows(() => decodeCheckpoint(bytes.subarray(0, length)));
    assert(error instanceof FormatError);
  }
});

Deno.test("decodeCheckpoint() takes no file whose bits have changed", () => {
  const file = encodeCheckpoint(WHOLE);
  for (let bit = 0; bit < 8 * file.length; bit += 11) {
    const damaged = file.slice();
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    let read: TrainingCheckpoint;
    try {
      read = decodeCheckpoint(damaged);
    } catch (error) {
      assert(error instanceof FormatError, `bit ${bit}: ${error}`);
      continue;
    }
    // What changed said nothing: a blank at the end of the header, the name of the checksum.
    assertEquals(read, WHOLE, `bit ${bit}`);
  }
});

Deno.test("losses of very many epochs come back to the last bit, and of older files as text", () => {
  const losses = (start: number) => Array.from({ length: 200_000 }, (_, i) => Math.sin(start + i));
  const history = { train: losses(0), validation: losses(1) };
  const long = { ...WHOLE, epoch: 200_000, history };
  assertEquals(decodeCheckpoint(encodeCheckpoint(long)), long);
  const { tensors, metadata } = decodeSafetensors(encodeCheckpoint(WHOLE));
  const old = { ...metadata, "likely.checkpoint": "1" };
  assertEquals(decodeCheckpoint(encodeSafetensors(tensors, old)), WHOLE);
  assertThrows(() => decodeCheckpoint(encodeSafetensors(tensors, metadata)), FormatError, "checksum");
});
