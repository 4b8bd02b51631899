"""Golden values of core/special.ts, computed with 60 digits in the standard library's decimals.

scipy's own gammaln is off by 5e-13 beside 1 and 2, so it is no judge here; it only checks this
script, loosely.

Run: python tests/golden/special.py > tests/golden/special.json
"""

import json
from decimal import Decimal as D, getcontext
from fractions import Fraction

import numpy as np
from scipy import special

getcontext().prec = 60
PI = D("3.14159265358979323846264338327950288419716939937510582097494459230781640628620899")


def bernoulli(n):
    """B_0 … B_n."""
    b = [Fraction(0)] * (n + 1)
    a = [Fraction(0)] * (n + 1)
    for m in range(n + 1):
        a[m] = Fraction(1, m + 1)
        for j in range(m, 0, -1):
            a[j - 1] = j * (a[j - 1] - a[j])
        b[m] = a[0]
    return [D(x.numerator) / D(x.denominator) for x in b]


B = bernoulli(60)


def log_gamma(x):
    x, shift = D(x), D(0)
    while x < 80:
        shift += x.ln()
        x += 1
    series = sum(B[2 * k] / (2 * k * (2 * k - 1) * x ** (2 * k - 1)) for k in range(1, 30))
    return (x - D("0.5")) * x.ln() - x + (2 * PI).ln() / 2 + series - shift


def digamma(x):
    x, shift = D(x), D(0)
    while x < 80:
        shift += 1 / x
        x += 1
    return x.ln() - 1 / (2 * x) - sum(B[2 * k] / (2 * k * x ** (2 * k)) for k in range(1, 30)) - shift


def upper_tail(y):
    """1 - Phi(y), y >= 0: Taylor's series about 0, Laplace's continued fraction beyond 6."""
    y = D(y)
    density = (-y * y / 2).exp() / (2 * PI).sqrt()
    if y > 6:
        fraction = D(0)
        for k in range(1200, 0, -1):
            fraction = k / (y + fraction)
        return density / (y + fraction)
    term = total = y
    k = 1
    while abs(term) > D(10) ** -75:
        term *= y * y / (2 * k + 1)
        total += term
        k += 1
    return D("0.5") - density * total


def cdf(z):
    return upper_tail(-D(z)) if z < 0 else 1 - upper_tail(z)


def quantile(p):
    z = D(float(special.ndtri(p)))
    for _ in range(6):
        density = (-z * z / 2).exp() / (2 * PI).sqrt()
        z -= (cdf(z) - D(p)) / density
    return z


def table(fn, judge, arguments):
    rows = []
    for argument in arguments:
        argument = argument if isinstance(argument, tuple) else (argument,)
        exact = float(fn(*argument))
        assert np.isclose(exact, judge(*argument), rtol=1e-8, atol=1e-11), (fn, argument, exact)
        rows.append([*map(float, argument), exact])
    return rows


positive = [1e-300, 1e-18, 1e-8, 1e-3, 0.1, 0.2, 0.5, 0.73, 0.8, 0.95, 0.999999, 1.0, 1.0001, 1.2, 1.3, 1.46,
            1.4616321449683622, 1.7, 1.75, 1.9999, 2.0, 2.0001, 2.5, 3.3, 5.0, 7.99, 8.0, 10.5, 33.3, 171.6,
            1e4, 1e8, 1e15]
z = [-38.0, -30.5, -20.0, -10.0, -8.0, -6.0, -5.7, -5.6, -4.0, -2.5, -1.0, -0.68, -0.67, -0.3, -1e-9, 0.0,
     1e-9, 0.3, 0.67, 0.68, 1.0, 2.5, 4.0, 5.6, 6.0, 8.0]
p = [1e-300, 1e-100, 1e-20, 1e-12, 1e-11, 1e-8, 1e-4, 0.01, 0.0749, 0.0751, 0.2, 0.4999, 0.5, 0.51, 0.7,
     0.924, 0.926, 0.99, 0.9999, 1 - 1e-10, 1 - 2.0**-53]
pairs = [(0.1, 0.2), (0.5, 0.5), (1.0, 1.0), (2.0, 3.0), (9.0, 9.5), (0.3, 50.0), (20.0, 0.01), (12.0, 15.0),
         (1e6, 2.0), (3.0, 1e8), (1e5, 2e5)]

print(json.dumps({
    "logGamma": table(log_gamma, special.gammaln, positive),
    "digamma": table(digamma, special.digamma, positive[1:]),
    "logBeta": table(lambda a, b: log_gamma(a) + log_gamma(b) - log_gamma(D(a) + D(b)), special.betaln, pairs),
    "normalCdf": table(cdf, special.ndtr, z),
    "logNormalCdf": table(lambda x: cdf(x).ln(), special.log_ndtr, [-1000.0, -100.0, -40.0, *z]),
    "normalQuantile": table(quantile, special.ndtri, p),
    "logNormalMass": table(
        lambda a, b: ((upper_tail(a) - upper_tail(b)) if a > 0 else (cdf(b) - cdf(a))).ln(),
        lambda a, b: np.log(special.ndtr(-a) - special.ndtr(-b) if a > 0 else special.ndtr(b) - special.ndtr(a)),
        [(-1.0, 2.0), (-0.5, 0.5), (-0.1, 0.3), (3.0, 4.0), (-9.0, -8.5), (8.0, 30.0), (8.0, 8.1), (8.0, 8.001),
         (-6.0, 7.0), (0.0, 2.0), (-37.0, -36.0), (-2.0, 0.0), (30.0, 30.01), (20.0, 20.06)]),
}, indent=1))
