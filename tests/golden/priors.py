"""Log densities of core/'s marginals and of the multivariate normal, from scipy.

Run: python tests/golden/priors.py > tests/golden/priors.json
"""

import json

import numpy as np
from scipy import stats

CASES = [
    ({"kind": "uniform", "low": -2, "high": 5}, stats.uniform(-2, 7)),
    ({"kind": "normal", "mean": 1.5, "sd": 0.3}, stats.norm(1.5, 0.3)),
    ({"kind": "truncated_normal", "mean": 2, "sd": 1, "low": 0}, stats.truncnorm(-2, np.inf, 2, 1)),
    ({"kind": "truncated_normal", "mean": 1, "sd": 2, "high": -1}, stats.truncnorm(-np.inf, -1, 1, 2)),
    ({"kind": "truncated_normal", "mean": 0, "sd": 1, "low": 8, "high": 9}, stats.truncnorm(8, 9)),
    ({"kind": "truncated_normal", "mean": 5, "sd": 0.5, "low": 4, "high": 5.5}, stats.truncnorm(-2, 1, 5, 0.5)),
    ({"kind": "log_normal", "logMean": -1, "logSd": 0.5}, stats.lognorm(0.5, scale=np.exp(-1))),
    ({"kind": "gamma", "shape": 0.4, "rate": 2}, stats.gamma(0.4, scale=0.5)),
    ({"kind": "gamma", "shape": 12, "rate": 0.5}, stats.gamma(12, scale=2)),
    ({"kind": "exponential", "rate": 3}, stats.expon(scale=1 / 3)),
    ({"kind": "beta", "a": 0.5, "b": 0.7}, stats.beta(0.5, 0.7)),
    ({"kind": "beta", "a": 20, "b": 3}, stats.beta(20, 3)),
]

quantiles = [0.001, 0.1, 0.37, 0.5, 0.8, 0.99]
mean = np.array([1.0, -2.0, 0.5])
covariance = np.array([[2.0, 0.3, -0.5], [0.3, 0.7, 0.1], [-0.5, 0.1, 1.1]])
rows = mean + np.array([[0, 0, 0], [1, -1, 0.5], [-3, 2, 4], [10, 0, 0]])

print(json.dumps({
    "marginals": [
        {"spec": spec, "values": (x := dist.ppf(quantiles)).tolist(), "logDensity": dist.logpdf(x).tolist()}
        for spec, dist in CASES
    ],
    "multivariateNormal": {
        "mean": mean.tolist(),
        "covariance": covariance.tolist(),
        "rows": rows.tolist(),
        "logDensity": stats.multivariate_normal(mean, covariance).logpdf(rows).tolist(),
        "score": (-np.linalg.solve(covariance, (rows - mean).T).T).tolist(),
    },
}, indent=1))
