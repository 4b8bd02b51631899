"""The paper's test observations of the four cost tasks, and what their exact generalized posteriors predict.

Repeats the random numbers of the original code (Gao, Deistler & Macke 2023, arXiv 2305.15208) with torch on a
CPU, seed 42: known observations first, which are thrown away, then the "unknown" ones. The expectations are
computed in numpy, with the paper's distances and its own costs where those are right.

    python tests/golden/ace_tasks.py > tests/golden/ace_tasks.json        # torch 2.13, numpy 2
"""

import json
import math

import numpy as np
import torch


def box(low, high, n, dim):
    return low + torch.rand(n, dim) * (high - low)


class Uniform1D:
    coefficients = [0.1627, 0.9073, -1.2197, -1.4639, 1.4381]

    def prior(self, n):
        return box(-1.5, 1.5, n, 1)

    def simulate(self, theta):
        noise = box(-0.25, 0.25, len(theta), 1)
        powers = torch.hstack([(0.8 * (theta + 0.25)) ** i for i in range(5)])
        return (powers * torch.tensor(self.coefficients)).sum(1, keepdim=True) + noise


class TwoMoons:
    def prior(self, n):
        return box(-1.0, 1.0, n, 2)

    def simulate(self, theta):
        n = len(theta)
        a = math.pi * (torch.rand(n, 1) - 0.5)
        r = torch.normal(torch.full((n, 1), 0.1), torch.full((n, 1), 0.01))
        p = torch.cat((torch.cos(a) * r + 0.25, torch.sin(a) * r), 1)
        q = torch.stack((-(theta[:, 0] + theta[:, 1]).abs(), theta[:, 1] - theta[:, 0]), 1)
        return p + q / math.sqrt(2)


class LinearGaussian:
    def __init__(self):
        self.shift, self.variance = torch.randn(10), torch.randn(10).abs()

    def prior(self, n):
        return torch.normal(torch.zeros(n, 10), torch.ones(n, 10))

    def simulate(self, theta):
        return self.shift + theta + torch.randn_like(theta) * self.variance.sqrt()


class GaussianMixture:
    def prior(self, n):
        return box(-10.0, 10.0, n, 2)

    def points(self, theta, other):
        near = torch.randn((5, *theta.shape)) + theta
        second = other(torch.randn((5, *theta.shape)))
        is_near = torch.bernoulli(torch.full((5, len(theta)), 0.5)).bool()
        return torch.where(is_near[..., None], near, second).permute(1, 0, 2).flatten(1)

    def simulate(self, theta):
        return self.points(theta, lambda z: 0.1 * z + theta)

    def contaminate(self, theta):
        return self.points(theta, lambda z: 0.5 * z + 12.5 * torch.sign(theta))


def walk(task):
    """From simulated rows in steps of half a standard deviation until a column leaves the simulated range."""
    x = task.simulate(task.prior(100_000))
    low, high = x.min(0)[0], x.max(0)[0]
    point = x[torch.randint(high=len(x), size=(10,))].double()
    stopped = torch.zeros(10)
    while not stopped.all():
        sign = 2 * (torch.randn(10, x.shape[1]) > 0).double() - 1
        point += 0.5 * x.std(0) * sign * (1 - stopped[:, None])
        stopped = ((point < low).any(1) | (point > high).any(1)).double()
    return point


def observations(build):
    torch.manual_seed(42)
    task = build()
    _known, unknown = (task.simulate(task.prior(10)) for _ in range(2))
    misspecified = walk if build is not GaussianMixture else lambda task: task.contaminate(task.prior(10))
    _known, outside = (misspecified(task) for _ in range(2))
    return unknown.double().numpy(), outside.double().numpy()


def curve(theta):
    return sum(c * (0.8 * (theta + 0.25)) ** i for i, c in enumerate(Uniform1D.coefficients))


def on_grid(nodes, cost, beta):
    weight = np.exp(-beta * (cost - cost.min()))
    return (weight * cost).sum() / weight.sum()


def uniform_1d(xo, beta):
    theta = np.linspace(-1.5, 1.5, 100_001)
    return on_grid(theta, (curve(theta) - xo[0]) ** 2 + 0.25**2 / 3, beta)


def two_moons(xo, beta):
    side = (np.arange(1500) + 0.5) / 750 - 1
    t1, t2 = np.meshgrid(side, side)
    # E |x - xo|² by quadrature over the angle, the radius by its two moments.
    angle = np.pi * ((np.arange(2000) + 0.5) / 2000 - 0.5)
    m1 = 0.25 - np.abs(t1 + t2) / np.sqrt(2) - xo[0]
    m2 = (t2 - t1) / np.sqrt(2) - xo[1]
    cost = (m1**2 + m2**2 + 0.1**2 + 0.01**2) / 2 + 0.1 * (m1 * np.cos(angle).mean() + m2 * np.sin(angle).mean())
    return on_grid((t1, t2), cost, beta)


def linear_gaussian(xo, beta):
    torch.manual_seed(0)
    shift, variance = (v.double().numpy() for v in (torch.randn(10), torch.randn(10).abs()))
    shrink = (beta / 5) / (1 + beta / 5)
    return (variance + 1 / (1 + beta / 5) + ((xo - shift) * (shrink - 1)) ** 2).mean()


def kernel(u):
    return np.exp(-0.01 * u**2)


def gaussian_mixture(xo, beta):
    xo = xo.reshape(5, 2)
    side = (np.arange(400) + 0.5) / 20 - 10
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    weights = weights / weights.sum()
    # E k(y, xo) for y ~ N(theta, sd²) by Gauss-Hermite: [component][dimension][theta].
    cross = [
        [(kernel(side[:, None, None] + sd * nodes[:, None] - xo[:, d]).mean(2) @ weights) for d in (0, 1)]
        for sd in (1.0, 0.1)
    ]
    together = sum(np.outer(c[0], c[1]) for c in cross) / 2
    apart = np.outer(*[(cross[0][d] + cross[1][d]) / 2 for d in (0, 1)])
    # E S(X, X) by listing all 32 assignments of the coins.
    own = 0.0
    for coins in range(32):
        v = np.array([1.0 if coins >> i & 1 else 0.01 for i in range(5)])
        mean = (1 + 0.02 * (v[:, None] + v[None])) ** -0.5
        np.fill_diagonal(mean, 1)
        own += mean.mean() ** 2 / 32
    observed = np.prod([kernel(xo[:, None, d] - xo[None, :, d]).mean() for d in (0, 1)])
    return on_grid(side, own + observed - 2 * (together + 4 * apart) / 5, beta)


TASKS = {
    "uniform_1d": (Uniform1D, uniform_1d, (4, 20, 100)),
    "two_moons": (TwoMoons, two_moons, (10, 100, 1000)),
    "linear_gaussian_shifted": (LinearGaussian, linear_gaussian, (1, 10, 100)),
    "gaussian_mixture_ace": (GaussianMixture, gaussian_mixture, (10, 25, 75)),
}

out = {}
for name, (build, predict, betas) in TASKS.items():
    for kind, xs in zip(("wellSpecified", "misspecified"), observations(build)):
        out.setdefault(name, {})[kind] = {
            "x": np.round(xs, 6).tolist(),
            # [beta][observation]: the posterior mean of the cost.
            "expectedDistance": [[float(f"{predict(x, beta):.8g}") for x in xs] for beta in betas],
        }
print(json.dumps(out))
