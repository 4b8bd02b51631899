// When a Brownian motion without drift that starts at w first leaves (0, 1), if it does so at 0:
//
//   g(u) = (2 π u³)^(−½) Σₖ (w + 2k) exp(−(w + 2k)² / 2u)        quickest for small u
//        = π Σₖ k exp(−k² π² u / 2) sin(k π w)                   quickest for large u
//
// Source: Feller (1968), "An introduction to probability theory and its applications" I, XIV.6; Navarro &
// Fuss (2009), "Fast and accurate calculations for first-passage times in Wiener diffusion models".

/** log g and its slopes along time and starting point. */
export interface LogPassage {
  /** log g(u), in nats. */
  readonly log: number;
  /** ∂u log g. */
  readonly byTime: number;
  /** ∂w log g. */
  readonly byStart: number;
}

// Where both series, cut as below, are right to the last digits.
const SWITCH = 0.4;
const SMALL_TERMS = [-3, -2, -1, 0, 1, 2, 3] as const;
const LARGE_TERMS = [1, 2, 3, 4, 5, 6] as const;

/** The logarithm of g and its slopes, at a time u > 0 and a start w in (0, 1). */
export function logPassage(u: number, w: number): LogPassage {
  return u < SWITCH ? smallTime(u, w) : largeTime(u, w);
}

// The term of k = 0 is taken out: what is left neither under- nor overflows.
function smallTime(u: number, w: number): LogPassage {
  let [sum, byTime, byStart] = [0, 0, 0];
  for (const k of SMALL_TERMS) {
    const r = w + 2 * k;
    const weight = Math.exp(-2 * k * (w + k) / u);
    sum += r * weight;
    byTime += r ** 3 * weight;
    byStart += (1 - r * r / u) * weight;
  }
  return {
    log: Math.log(sum) - w * w / (2 * u) - Math.log(2 * Math.PI * u ** 3) / 2,
    byTime: byTime / (2 * u * u * sum) - 1.5 / u,
    byStart: byStart / sum,
  };
}

function largeTime(u: number, w: number): LogPassage {
  let [sum, byTime, byStart] = [0, 0, 0];
  for (const k of LARGE_TERMS) {
    const weight = k * Math.exp(-(k * k - 1) * Math.PI ** 2 * u / 2);
    const sine = weight * Math.sin(k * Math.PI * w);
    sum += sine;
    byTime += k * k * sine;
    byStart += k * weight * Math.cos(k * Math.PI * w);
  }
  return {
    log: Math.log(Math.PI * sum) - Math.PI ** 2 * u / 2,
    byTime: -(Math.PI ** 2) * byTime / (2 * sum),
    byStart: Math.PI * byStart / sum,
  };
}
