"""Exact cells for goodness-of-fit tests of core/draw_*.ts, from scipy.

Each case has inner edges e_0 < e_1 < … of about twenty cells (−∞, e_0], (e_0, e_1], … and the
exact probability of each, with the exact mean and variance.

Run: python tests/golden/draws.py > tests/golden/draws.json
"""

import json

import numpy as np
from scipy import stats

CELLS = 20


def case(name, params, dist):
    edges = np.unique(dist.ppf(np.arange(1, CELLS) / CELLS))
    edges = edges[dist.sf(edges) > 0]
    # Cells are written as differences of tails, so that they are exact on both sides.
    below, above = dist.cdf(edges), dist.sf(edges)
    cells = np.where(below[1:] < 0.5, np.diff(below), -np.diff(above))
    probabilities = [below[0], *cells, above[-1]]
    assert np.isclose(sum(probabilities), 1, atol=1e-9), (name, params, sum(probabilities))
    assert min(probabilities) > 0, (name, params)
    return {
        "name": name,
        "params": [None if np.isinf(p) else p for p in params],
        "edges": [float(e) for e in edges],
        "probabilities": [float(p) for p in probabilities],
        "mean": float(dist.mean()),
        "variance": float(dist.var()),
    }


def truncated(mean, sd, low, high):
    return stats.truncnorm((low - mean) / sd, (high - mean) / sd, loc=mean, scale=sd)


def negative_binomial(mean, dispersion):
    return stats.nbinom(dispersion, dispersion / (dispersion + mean))


inf = np.inf
FAMILIES = [
    ("uniform", lambda a, b: stats.uniform(a, b - a), [(-2, 5), (1e6, 1e6 + 1)]),
    ("normal", stats.norm, [(0, 1), (-3, 0.01)]),
    ("exponential", lambda rate: stats.expon(scale=1 / rate), [(1,), (1e-3,)]),
    ("gamma", lambda k, rate: stats.gamma(k, scale=1 / rate), [(0.1, 1), (0.7, 3), (1, 2), (2.5, 0.1), (1e4, 1)]),
    ("beta", stats.beta, [(0.1, 0.2), (0.5, 3), (1, 1), (2, 5), (200, 300)]),
    ("logNormal", lambda m, s: stats.lognorm(s, scale=np.exp(m)), [(0, 0.5), (-1, 0.2)]),
    ("truncatedNormal", truncated, [
        (0, 1, -1, 2), (2, 1, 0, inf), (1, 2, -inf, -1), (0, 1, 8, inf), (0, 1, -inf, -8), (0, 1, 8, 8.05),
        (0, 1, 8, 8.3), (0, 1, 3, 3.2), (5, 0.5, 1, 3), (0, 1, -0.1, 0.2), (0, 1, -9, 9), (0, 1, -20, -4.5), (0, 1, 4.1, inf),
    ]),
    ("binomial", stats.binom, [
        (1, 0.3), (10, 0.5), (40, 0.2), (40, 0.9), (30, 0.4), (1000, 0.01), (1000, 0.5), (1000, 0.97),
        (10**6, 0.5), (10**6, 1e-7), (10**6, 1e-4), (10**9, 0.3),
    ]),
    ("poisson", stats.poisson, [(0.01,), (0.5,), (3,), (9.99,), (10,), (30,), (1e5,)]),
    ("negativeBinomial", negative_binomial, [(3, 0.5), (20, 4), (1000, 10), (5, 1e6)]),
]

print(json.dumps([case(name, params, make(*params)) for name, make, all_params in FAMILIES for params in all_params]))
