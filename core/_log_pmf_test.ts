import { assertAlmostEquals } from "@std/assert";
import { binomialLogPmf, poissonLogPmf } from "./_log_pmf.ts";

Deno.test("poissonLogPmf() is the textbook formula where that does not cancel", () => {
  for (const mean of [0.5, 3, 12.5]) {
    let logFactorial = 0;
    for (let k = 0; k <= 25; k++) {
      if (k > 0) logFactorial += Math.log(k);
      assertAlmostEquals(poissonLogPmf(k, mean), k * Math.log(mean) - mean - logFactorial, 2e-13);
    }
  }
});

Deno.test("binomialLogPmf() is the textbook formula where that does not cancel", () => {
  for (const [n, p] of [[1, 0.3], [9, 0.5], [30, 0.07]] as const) {
    let logChoose = 0;
    for (let k = 0; k <= n; k++) {
      if (k > 0) logChoose += Math.log((n - k + 1) / k);
      const expected = logChoose + k * Math.log(p) + (n - k) * Math.log1p(-p);
      assertAlmostEquals(binomialLogPmf(k, n, p), expected, 2e-13);
    }
  }
});

Deno.test("both keep their ratios for counts in the millions", () => {
  const mean = 1e7;
  for (const k of [9.99e6, 1e7, 1.001e7]) {
    const poisson = poissonLogPmf(k + 1, mean) - poissonLogPmf(k, mean);
    assertAlmostEquals(poisson, Math.log(mean / (k + 1)), 1e-11);
    const binomial = binomialLogPmf(k + 1, 4e7, 0.25) - binomialLogPmf(k, 4e7, 0.25);
    assertAlmostEquals(binomial, Math.log((4e7 - k) / (k + 1) / 3), 1e-11);
  }
});
