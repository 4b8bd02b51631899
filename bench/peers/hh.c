// The Hodgkin-Huxley task of `simulators/hodgkin_huxley.ts` as a plain C program: what a
// simulation costs without tables or tricks. `bench/hh.ts` compiles and runs it.
//
//   cc -O3 -o hh bench/peers/hh.c -lm
//   hh < theta.txt
//
// Reads rows of eight parameters; prints seven statistics for each, then the median
// seconds of a simulation. Random numbers: SplitMix64 (Steele et al. 2014) and Box-Muller, both variates.

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { N = 72500, ON = 10250, OFF = 60250, REST = 9225, APART = 25, MOST_ROWS = 100000 };

static const double DT = 0.02, E_NA = 53, E_K = -107, V0 = -86.78125;
static double v[N], noise[N], times[MOST_ROWS];

static uint64_t state = 1;

static double uniform(void) {
  uint64_t z = (state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return ((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static void normals(void) {
  for (int i = 0; i < N; i += 2) {
    double radius = sqrt(-2 * log(1 - uniform()));
    double angle = 6.283185307179586 * uniform();
    noise[i] = radius * cos(angle);
    noise[i + 1] = radius * sin(angle);
  }
}

static double e(double z) { return fabs(z) < 1e-4 ? 1 - z / 2 : z / (exp(z) - 1); }
static double m_open(double w) { return 0.32 * e(-0.25 * (w - 13)) / 0.25; }
static double m_shut(double w) { return 0.28 * e(0.2 * (w - 40)) / 0.2; }
static double h_open(double w) { return 0.128 * exp(-(w - 17) / 18); }
static double h_shut(double w) { return 4 / (1 + exp(-0.2 * (w - 40))); }
static double n_open(double w) { return 0.032 * e(-0.2 * (w - 15)) / 0.2; }
static double n_shut(double w) { return 0.5 * exp(-(w - 10) / 40); }
static double p_limit(double u) { return 1 / (1 + exp(-0.1 * (u + 35))); }
static double p_rate(double u, double t_max) { return (3.3 * exp(0.05 * (u + 35)) + exp(-0.05 * (u + 35))) / t_max; }

static double relax(double gate, double limit, double rate) { return limit + (gate - limit) * exp(-DT * rate); }

static void integrate(const double *t) {
  double v_t = -t[5], e_leak = -t[7], w = V0 - v_t;
  double m = m_open(w) / (m_open(w) + m_shut(w));
  double h = h_open(w) / (h_open(w) + h_shut(w));
  double n = n_open(w) / (n_open(w) + n_shut(w));
  double p = p_limit(V0);
  double amplitude = t[6] / sqrt(DT);
  v[0] = V0;
  for (int i = 1; i < N; i++) {
    double current = i - 1 >= ON && i - 1 < OFF ? 170e-6 * 126 / 0.0234 : 0;
    double na = t[0] * m * m * m * h, k = t[1] * n * n * n * n + t[3] * p;
    double g = na + k + t[2];
    double limit = (na * E_NA + k * E_K + t[2] * e_leak + current + amplitude * noise[i]) / g;
    v[i] = limit + (v[i - 1] - limit) * exp(-DT * g);
    w = v[i] - v_t;
    double a = m_open(w), b = m_shut(w);
    m = relax(m, a / (a + b), a + b);
    a = h_open(w), b = h_shut(w);
    h = relax(h, a / (a + b), a + b);
    a = n_open(w), b = n_shut(w);
    n = relax(n, a / (a + b), a + b);
    p = relax(p, p_limit(v[i]), p_rate(v[i], t[4]));
  }
}

static void statistics(double *out) {
  int count = 0, last = -N;
  for (int i = ON + 1; i < OFF - 1; i++) {
    if (!(v[i] > -10 && v[i + 1] >= v[i] && v[i + 2] < v[i + 1])) continue;
    if (i - last > APART) count++;
    last = i;
  }
  double rest = 0, late = 0, square = 0, mean = 0, m2 = 0, m3 = 0, m4 = 0;
  for (int i = 0; i < ON; i++) rest += v[i];
  for (int i = REST; i < ON; i++) late += v[i];
  late /= ON - REST;
  for (int i = REST; i < ON; i++) square += (v[i] - late) * (v[i] - late);
  int size = OFF - ON - 2;
  for (int i = ON + 1; i < OFF - 1; i++) mean += v[i];
  mean /= size;
  for (int i = ON + 1; i < OFF - 1; i++) {
    double d = v[i] - mean;
    m2 += d * d, m3 += d * d * d, m4 += d * d * d * d;
  }
  m2 /= size, m3 /= size, m4 /= size;
  out[0] = count, out[1] = rest / ON, out[2] = sqrt(square / (ON - REST)), out[3] = mean;
  out[4] = m2, out[5] = m3 / (m2 * sqrt(m2)), out[6] = m4 / (m2 * m2);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + 1e-9 * time.tv_nsec;
}

static int ascending(const void *a, const void *b) { return (*(double *)a > *(double *)b) - (*(double *)a < *(double *)b); }

int main(void) {
  double t[8], x[7];
  int rows = 0;
  while (rows < MOST_ROWS &&
         scanf("%lf %lf %lf %lf %lf %lf %lf %lf", t, t + 1, t + 2, t + 3, t + 4, t + 5, t + 6, t + 7) == 8) {
    double start = now();
    normals();
    integrate(t);
    statistics(x);
    times[rows++] = now() - start;
    for (int k = 0; k < 7; k++) printf("%.10g%c", x[k], k < 6 ? ' ' : '\n');
  }
  if (rows == 0) return 1;
  qsort(times, rows, sizeof *times, ascending);
  printf("%.6g\n", times[rows / 2]);
}
