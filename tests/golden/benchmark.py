"""Writes benchmark.json: constants and solutions of the sbibm benchmark's tasks from NumPy and SciPy.

Trajectories are by DOP853 at a relative tolerance of 1e-12.

Run with numpy 2.4 (other versions keep the legacy generator's stream) and scipy 1.17:
python tests/golden/benchmark.py > tests/golden/benchmark.json
"""

import json

import numpy as np
from scipy.integrate import solve_ivp
from scipy.stats import binom, lognorm


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


def solve(field, start, times):
    """Logarithms of the states at the times, the first of which is 0: [times][states]."""
    solution = solve_ivp(
        field, (0, times[-1]), np.log(start), method="DOP853", t_eval=times, rtol=1e-12, atol=1e-12
    )
    return solution.y.T


def sir():
    """log I and the log-likelihood of some counts, at the middle of the prior and far out."""
    population = 1e6
    times = 17.0 * np.arange(10)
    cases = []
    for beta, gamma in [(0.4, 0.125), (1.6, 0.2), (0.15, 0.1)]:
        states = solve(
            lambda _, y: [-beta * np.exp(y[1]) / population, beta * np.exp(y[0]) / population - gamma],
            [population - 1, 1],
            times,
        )
        share = np.exp(states[:, 1]) / population
        x = np.round(1000 * share + 2 * np.sqrt(1000 * share) * np.abs(np.cos(3 * times)))
        cases.append(
            {
                "theta": [beta, gamma],
                "logInfected": states[:, 1].tolist(),
                "x": x.tolist(),
                "logLikelihood": float(binom.logpmf(x, 1000, share).sum()),
            }
        )
    return cases


def lotka_volterra():
    """log X, log Y, and the log-likelihood of data off by a factor that changes sign."""
    times = 2.1 * np.arange(10)
    cases = []
    for alpha, beta, gamma, delta in [
        (0.6859, 0.1076, 0.8879, 0.1168),
        (1.5, 0.05, 0.5, 0.02),
        (0.5, 0.03, 1.6, 0.08),
    ]:
        states = solve(
            lambda _, y: [alpha - beta * np.exp(y[1]), delta * np.exp(y[0]) - gamma], [30, 1], times
        )
        means = np.exp(states.T.ravel())
        x = means * np.exp(0.1 * np.cos(3 * np.arange(20)))
        cases.append(
            {
                "theta": [alpha, beta, gamma, delta],
                "logStates": states.T.ravel().tolist(),
                "x": x.tolist(),
                "logLikelihood": float(lognorm.logpdf(x, 0.1, scale=means).sum()),
            }
        )
    return cases


print(
    json.dumps(
        {
            "numpy": np.__version__,
            "generator": generator(),
            "bernoulliGlmCovariance": bernoulli_glm(),
            "slcpNoise": slcp_distractors(),
            "sir": sir(),
            "lotkaVolterra": lotka_volterra(),
        }
    )
)
