import { drawExponential, independent, simulator, type Stream, uniform } from "@likely/sbi";

/** A day of 200 customers: their mean wait in minutes, how many waited, the share of time that somebody was served. */
function day(random: Stream, [arrivals, service]: Float64Array): number[] {
  let [now, free, wait, waited, busy] = [0, 0, 0, 0, 0];
  for (let i = 0; i < 200; i++) {
    now += drawExponential(random, arrivals!);
    const begin = Math.max(now, free);
    const served = drawExponential(random, service!);
    wait += begin - now;
    waited += begin > now ? 1 : 0;
    busy += served;
    free = begin + served;
  }
  return [wait / 200, waited, busy / free];
}

/** Customers arriving, and served, in a minute; and what was seen on one day. */
export const task = {
  prior: independent({ arrivals: uniform(0.1, 2), service: uniform(0.5, 4) }),
  simulator: simulator({ name: "queue", thetaDim: 2, xDim: 3, simulate: day }),
  observation: new Float64Array([1.9, 151, 0.74]),
};
