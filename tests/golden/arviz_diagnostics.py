"""Golden convergence numbers from ArviZ, for diagnostics/golden_test.ts.

Run with ArviZ 0.23 and NumPy: `python tests/golden/arviz_diagnostics.py`.
Draws are rounded to six decimals so that the JSON file holds them exactly.
"""

import json
import pathlib

import arviz as az
import numpy as np

rng = np.random.default_rng(20240229)


def ar1(chains, length, rho, shift=0.0):
    x = np.zeros((chains, length))
    x[:, 0] = rng.standard_normal(chains)
    for t in range(1, length):
        x[:, t] = rho * x[:, t - 1] + np.sqrt(1 - rho**2) * rng.standard_normal(chains)
    return x + shift * np.arange(chains)[:, None]


SETS = {
    "independent": rng.standard_normal((4, 50)),
    "autocorrelated": ar1(4, 200, 0.9),
    "antithetic": ar1(2, 100, -0.7),
    "bad mixing": ar1(3, 80, 0.5, shift=2.0),
    "heavy tail": rng.standard_t(1.0, size=(4, 75)),
    "trend": ar1(2, 60, 0.3) + np.linspace(0, 5, 60),
    "scales differ": rng.standard_normal((3, 60)) * np.array([[1.0], [3.0], [9.0]]),
    "ties": np.floor(rng.exponential(2.0, size=(4, 64))),
    "single chain": ar1(1, 103, 0.6),
    "constant": np.full((4, 20), 1.5),
    "one constant chain": np.vstack([np.zeros((1, 40)), rng.standard_normal((1, 40))]),
    "tiny": rng.standard_normal((2, 5)),
    "alternating": np.tile([0.0, 1.0], (2, 20)) + 1e-3 * rng.integers(-9, 9, (2, 40)),
}


def number(value):
    value = float(value)
    return value if np.isfinite(value) else str(value)


def case(name, x):
    x = np.round(x, 6)
    return {
        "name": name,
        "chains": x.shape[0],
        "length": x.shape[1],
        "values": [float(v) for v in x.ravel()],
        "rHat": number(az.rhat(x)),
        "essBulk": number(az.ess(x, method="bulk")),
        "essTail": number(az.ess(x, method="tail")),
        "essMean": number(az.ess(x, method="mean")),
        "mcse": number(az.mcse(x, method="mean")),
        "quantiles": [number(q) for q in np.quantile(x, [0.0, 0.05, 0.37, 0.5, 0.95, 1.0])],
    }


out = {"arviz": az.__version__, "cases": [case(*item) for item in SETS.items()]}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(out) + "\n")
