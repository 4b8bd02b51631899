"""Golden numbers for the calibration diagnostics, from SciPy, ArviZ and the papers' formulas.

Run with SciPy 1.15 or later and ArviZ 0.23: `python tests/golden/calibration.py`.
"""

import json
import pathlib
import warnings

import numpy as np

warnings.filterwarnings("ignore")

from arviz.stats import ecdf_utils  # noqa: E402
from scipy import stats  # noqa: E402
from scipy.spatial.distance import cdist, pdist  # noqa: E402

rng = np.random.default_rng(20240307)


def inside(n, z, gamma):
    """P(every count has both tails of at least gamma / 2), by ArviZ's recursion over binomials."""
    low, high = [], []
    for p in z:
        k = np.arange(n + 1)
        tail = 2 * np.minimum(stats.binom.cdf(k, n, p), stats.binom.sf(k - 1, n, p))
        ok = np.flatnonzero(tail >= gamma)
        low.append(int(ok[0]))
        high.append(int(ok[-1]))
    edges, last = np.array([0, *low]), np.array([0, *high])
    at = np.array([0.0, *z])
    masses, counts = np.ones(1), np.zeros(1, int)
    for i in range(1, len(at)):
        p = (at[i] - at[i - 1]) / (1 - at[i - 1])
        following = np.arange(edges[i], last[i] + 1)
        steps = stats.binom.pmf(following[:, None] - counts[None, :], n - counts[None, :], p)
        masses, counts = steps @ masses, following
    return float(masses.sum()), low, high


def band(n, cells, gamma):
    z = np.arange(1, cells) / cells
    probability, low, high = inside(n, z, gamma)
    return {"n": n, "cells": cells, "gamma": gamma, "within": probability, "low": low, "high": high}


def arviz_band(n, cells):
    z = np.arange(1, cells) / cells
    low, high = ecdf_utils.ecdf_confidence_band(n, z, z, prob=0.95, method="optimized")
    return {"n": n, "cells": cells, "low": low.tolist(), "high": high.tolist()}


def tarp_case(m, length, dim):
    theta = rng.standard_normal((m, dim)).round(4)
    draws = (0.7 * rng.standard_normal((m, length, dim))).round(4)
    references = rng.uniform(-2, 2, (m, dim)).round(4)
    # Lemos et al. (2023), algorithm 2, in units of the truths' range.
    width = theta.max(0) - theta.min(0)
    far = (((draws - references[:, None]) / width) ** 2).sum(2)
    truth = (((theta - references) / width) ** 2).sum(1)
    ranks = (far < truth[:, None]).sum(1)
    covered = [float(np.mean(ranks < k)) for k in range(length + 2)]
    return {
        "dim": dim, "length": length, "theta": theta.ravel().tolist(), "draws": draws.ravel().tolist(),
        "references": references.ravel().tolist(), "ranks": ranks.tolist(), "covered": covered,
    }


def mmd_case(n, m, dim):
    """Unbiased squared MMD, Gretton et al. (2012), eq. 3; bandwidth: median pooled distance."""
    a = rng.standard_normal((n, dim)).round(4)
    b = (0.3 + rng.standard_normal((m, dim))).round(4)
    bandwidth = np.median(pdist(np.concatenate([a, b])))
    kernel = lambda u, v: np.exp(-cdist(u, v, "sqeuclidean") / (2 * bandwidth**2))
    aa, bb, ab = kernel(a, a), kernel(b, b), kernel(a, b)
    value = (aa.sum() - n) / (n * (n - 1)) + (bb.sum() - m) / (m * (m - 1)) - 2 * ab.mean()
    return {"dim": dim, "a": a.ravel().tolist(), "b": b.ravel().tolist(), "bandwidth": bandwidth, "mmd2": value}


def wasserstein_case(n, m):
    """One dimension: W1 by SciPy; W2 as the integral of squared differences of quantiles."""
    a, b = rng.standard_normal(n).round(4), (1 + 0.5 * rng.standard_normal(m)).round(4)
    u = np.unique(np.concatenate([np.arange(n + 1) / n, np.arange(m + 1) / m]).round(12))
    middle, du = (u[1:] + u[:-1]) / 2, np.diff(u)
    qa = np.sort(a)[np.floor(middle * n).astype(int)]
    qb = np.sort(b)[np.floor(middle * m).astype(int)]
    return {"a": a.tolist(), "b": b.tolist(), "w1": stats.wasserstein_distance(a, b), "w2": float(np.sqrt((du * (qa - qb) ** 2).sum()))}


uniform = rng.uniform(size=200).round(6)
squared = (uniform**1.15).round(6)
golden = {
    "chiSquare": [[x, k, stats.chi2.sf(x, k)] for x, k in [(0.5, 1), (3, 4), (30, 19), (12, 19), (80, 19), (400, 99)]],
    "ks": [{"values": v.tolist(), "p": stats.kstest(v, "uniform").pvalue} for v in (uniform, squared, squared[:15])],
    "bands": [band(50, 20, 0.02), band(250, 100, 0.004), band(1000, 40, 0.01)],
    "arviz": [arviz_band(100, 20), arviz_band(500, 50)],
    "tarp": tarp_case(40, 19, 2),
    "mmd": mmd_case(30, 20, 2),
    "wasserstein": [wasserstein_case(20, 20), wasserstein_case(30, 17)],
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(golden) + "\n")
