// The generator of `numpy.random.RandomState`: some of the benchmark's constants are its draws from
// seed 42, and are drawn again here instead of being kept in a file.
//
// Source: Matsumoto & Nishimura (1998), "Mersenne Twister" (MT19937, with the seeding of 2002), 53-bit
// uniforms, the polar method of Marsaglia & Bray (1964), shuffling by Fisher–Yates from the end.

const SIZE = 624;
const SHIFT = 397;

/** A stream of the numbers that NumPy's legacy generator gives. */
export interface NumpyRandom {
  /** A standard normal variate, as `RandomState.normal`. */
  normal(): number;
  /** 0, …, n − 1 in random order, as `RandomState.permutation`. */
  permutation(n: number): Uint32Array;
}

/** Opens the generator at a whole seed in [0, 2³²). */
export function numpyRandom(seed: number): NumpyRandom {
  const next = mersenneTwister(seed);
  const uniform = () => ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
  // Normal variates come in pairs: the second waits here.
  let spare: number | undefined;
  return {
    normal: () => {
      const kept = spare;
      spare = undefined;
      if (kept !== undefined) return kept;
      const [first, second] = normalPair(uniform);
      spare = second;
      return first;
    },
    permutation: (n) => {
      const out = Uint32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = below(next, i);
        [out[i], out[j]] = [out[j]!, out[i]!];
      }
      return out;
    },
  };
}

/** 32 random bits a call. */
function mersenneTwister(seed: number): () => number {
  const state = new Uint32Array(SIZE);
  state[0] = seed;
  for (let i = 1; i < SIZE; i++) {
    state[i] = Math.imul(1812433253, state[i - 1]! ^ (state[i - 1]! >>> 30)) + i;
  }
  let at = SIZE;
  return () => {
    if (at === SIZE) {
      twist(state);
      at = 0;
    }
    return temper(state[at++]!);
  };
}

function twist(state: Uint32Array): void {
  for (let i = 0; i < SIZE; i++) {
    const bits = (state[i]! & 0x80000000) | (state[(i + 1) % SIZE]! & 0x7fffffff);
    state[i] = state[(i + SHIFT) % SIZE]! ^ (bits >>> 1) ^ (bits & 1 ? 0x9908b0df : 0);
  }
}

function temper(value: number): number {
  let y = value ^ (value >>> 11);
  y ^= (y << 7) & 0x9d2c5680;
  y ^= (y << 15) & 0xefc60000;
  return (y ^ (y >>> 18)) >>> 0;
}

function normalPair(uniform: () => number): [number, number] {
  for (;;) {
    const x = 2 * uniform() - 1;
    const y = 2 * uniform() - 1;
    const r = x * x + y * y;
    if (r >= 1 || r === 0) continue;
    const scale = Math.sqrt(-2 * Math.log(r) / r);
    return [scale * y, scale * x];
  }
}

/** A whole number in [0, most]: as many bits as `most` has, until they fit. */
function below(next: () => number, most: number): number {
  const mask = 2 ** (32 - Math.clz32(most)) - 1;
  for (;;) {
    const value = (next() & mask) >>> 0;
    if (value <= most) return value;
  }
}
