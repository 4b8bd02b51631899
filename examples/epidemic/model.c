/* The simulator of epidemic. Print to stderr, as standard output has the answers.
   cc -O2 -o model model.c -lm */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THETA = 3, X = 14, LONGEST = 1 << 20 };

/* Random numbers: splitmix64. */
static uint64_t state;
static double uniform(void) {
  uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return ((double)((z ^ (z >> 31)) >> 11) + 0.5) / 9007199254740992.0;
}
static double normal(void) {
  return sqrt(-2 * log(uniform())) * cos(6.283185307179586 * uniform());
}

static double exponential(void) {
  return -log(uniform());
}
/* Marsaglia & Tsang (2000); below a shape of 1 by a power of a uniform number. */
static double gamma_variate(double shape) {
  if (shape < 1) return gamma_variate(shape + 1) * pow(uniform(), 1 / shape);
  double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
  for (;;) {
    double z = normal(), v = 1 + c * z;
    if (v <= 0) continue;
    v = v * v * v;
    if (log(uniform()) < z * z / 2 + d - d * v + d * log(v)) return d * v;
  }
}
static long poisson(double mean) {
  long count = 0;
  for (double time = exponential(); time < mean; time += exponential()) count++;
  return count;
}

/* Boys of a school of 763 fall ill and recover, one by one; those in bed on 14 days are counted, negative
   binomial around those that are ill. x is log(1 + count). */
static int simulate(const double *theta, double *x) {
  const double beta = theta[0], gamma = theta[1], phi_inv = theta[2], population = 763;
  double susceptible = 762, ill = 1, time = 0;
  for (int day = 1; day <= X; day++) {
    while (ill > 0) {
      double infection = beta * susceptible / population, next = time + exponential() / ((infection + gamma) * ill);
      if (next > day) break;
      time = next;
      if (uniform() * (infection + gamma) < infection) susceptible--, ill++;
      else ill--;
    }
    /* Waiting times have no memory: what is left of one is drawn anew. */
    time = day;
    double mean = ill > 0 ? gamma_variate(1 / phi_inv) * phi_inv * ill : 0;
    if (!(mean < 1e6)) return 1;
    x[day - 1] = log(1 + poisson(mean));
  }
  return 0;
}

int main(void) {
  static char line[LONGEST];
  static double theta[THETA], x[X];
  puts("{\"likely\":1,\"theta\":[\"beta\",\"gamma\",\"phi_inv\"],\"x\":14}");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin)) {
    long row = strtol(strstr(line, "\"row\":") + 6, NULL, 10);
    char *at = strstr(line, "\"theta\":[") + 9;
    state = strtoul(strstr(line, "\"seed\":") + 7, NULL, 10);
    for (int i = 0; i < THETA; i++, at++) theta[i] = strtod(at, &at);
    if (simulate(theta, x) != 0) {
      printf("{\"row\":%ld,\"error\":\"simulate() failed\"}\n", row);
    } else {
      printf("{\"row\":%ld,\"x\":[", row);
      for (int j = 0; j < X; j++) printf(j > 0 ? ",%.17g" : "%.17g", x[j]);
      puts("]}");
    }
    fflush(stdout);
  }
  return 0;
}
