"""Writes benchmark.json: constants of the sbibm benchmark as NumPy gives them.

Run with numpy 2.4 (other versions keep the legacy generator's stream):
python tests/golden/benchmark.py > tests/golden/benchmark.json
"""

import json

import numpy as np


def generator():
    """The legacy generator: the first normals, one much later, a permutation after it."""
    random = np.random.RandomState(42)
    normals = random.normal(size=1002)
    return {
        "normals": normals[:4].tolist(),
        "later": float(normals[-1]),
        "permutation": random.permutation(10).tolist(),
    }


def bernoulli_glm():
    """The filter's prior covariance, of the precision F'F."""
    taps = 9
    difference = np.eye(taps) - np.diag(np.ones(taps - 1), -1)
    f = difference @ difference + np.diag(np.sqrt(np.arange(taps) / taps))
    return np.linalg.inv(f.T @ f).tolist()


def slcp_distractors():
    """Some parameters of the noise, [component, index, value], and the order of the columns."""
    random = np.random.RandomState(42)
    dim, components = 92, 20
    means = [15 * random.normal(size=dim) for _ in range(components)]
    factors = [
        3 * (np.tril(random.normal(size=(dim, dim))) + np.diag(np.exp(random.normal(size=dim))))
        for _ in range(components)
    ]
    at = [(0, 91 * dim + 3), (7, dim + 2), (19, 50 * dim + 50)]
    return {
        "means": [[c, j, float(means[c][j])] for c, j in [(0, 0), (3, 7), (19, 91)]],
        "factors": [[c, i, float(factors[c].ravel()[i])] for c, i in at],
        "order": random.permutation(dim + 8).tolist(),
    }


print(
    json.dumps(
        {
            "numpy": np.__version__,
            "generator": generator(),
            "bernoulliGlmCovariance": bernoulli_glm(),
            "slcpNoise": slcp_distractors(),
        }
    )
)
