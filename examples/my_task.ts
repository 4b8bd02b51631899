import { drawExponential, independent, simulator, uniform } from "@likely/sbi";

/** Customers arriving, and served, in a minute. */
const prior = independent({ arrivals: uniform(0.1, 2), service: uniform(0.5, 4) });

/** A day of 200 customers: their mean wait in minutes, how many waited, the share of time that somebody was served. */
const queue = simulator({
  name: "queue",
  prior,
  simulate: (random, { arrivals, service }) => {
    let [now, free, wait, waited, busy] = [0, 0, 0, 0, 0];
    for (let i = 0; i < 200; i++) {
      now += drawExponential(random, arrivals);
      const begin = Math.max(now, free);
      const served = drawExponential(random, service);
      wait += begin - now;
      waited += begin > now ? 1 : 0;
      busy += served;
      free = begin + served;
    }
    return { wait: wait / 200, waited, busy: busy / free };
  },
});

/** And what was seen on one day. */
export const task = { prior, simulator: queue, observation: { wait: 1.9, waited: 151, busy: 0.74 } };
