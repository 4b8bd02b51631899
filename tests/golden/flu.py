"""Golden numbers of the boarding-school influenza task, from scipy: writes flu.json beside itself.

Run: python flu.py   (numpy, scipy; one minute)

- trajectories: I(t) at days 1..14 by DOP853 at rtol 1e-12, in S and I themselves;
- log_likelihood: of the observed counts, by scipy's nbinom;
- jumps: of the stochastic epidemic at (beta, gamma, phi_inv) = (1.2, 0.5, 0.1), by integrating its
  master equation with at most 150 infections: E[count], E[count^2] and P(count = 0) on days 1 and 2;
- posterior: mean, sd and correlation of (beta, gamma, phi_inv) given the counts, by a tensor
  product of 100 Gauss-Legendre nodes a dimension over a box that holds all but 1e-7 of the mass.
"""

import json
import pathlib

import numpy as np
from scipy.integrate import solve_ivp
from scipy.special import gammaln, xlogy
from scipy.stats import expon, nbinom, norm

N = 763
DAYS = np.arange(1, 15)
COUNTS = np.array([3, 8, 26, 76, 225, 298, 258, 233, 189, 128, 68, 29, 14, 4])


def infected(beta, gamma, rtol=1e-12):
    def field(_, y):
        new = beta * y[0] * y[1] / N
        return [-new, new - gamma * y[1]]

    solution = solve_ivp(field, (0, 14), [N - 1, 1], method="DOP853", t_eval=DAYS, rtol=rtol, atol=1e-14)
    return solution.y[1]


def log_likelihood(mean, phi_inv):
    phi = 1 / phi_inv
    return nbinom.logpmf(COUNTS, phi, phi / (phi + mean)).sum()


def posterior():
    nodes, weights = np.polynomial.legendre.leggauss(100)

    def axis(low, high):
        return (high - low) / 2 * nodes + (high + low) / 2, (high - low) / 2 * weights

    beta, w_beta = axis(1.2, 2.5)
    gamma, w_gamma = axis(0.2, 1.0)
    a, w_a = axis(0.002, 2.0)
    phi = 1 / a
    constant = gammaln(COUNTS[:, None] + phi) - gammaln(phi) - gammaln(COUNTS[:, None] + 1)  # [14, a]
    log_p = np.empty((beta.size, gamma.size, a.size))
    for i, b in enumerate(beta):
        for j, g in enumerate(gamma):
            mean = infected(b, g, 1e-8)[:, None]
            terms = constant + xlogy(phi, phi / (phi + mean)) + xlogy(COUNTS[:, None], mean / (phi + mean))
            log_p[i, j] = terms.sum(0)
    prior = (norm(2, 1).logpdf(beta)[:, None, None] + norm(0.4, 0.5).logpdf(gamma)[:, None]
             + expon(scale=1 / 5).logpdf(a))
    p = np.exp(log_p + prior - (log_p + prior).max())
    p *= w_beta[:, None, None] * w_gamma[:, None] * w_a
    edge = max(p[[0, -1]].sum(), p[:, [0, -1]].sum(), p[:, :, [0, -1]].sum()) / p.sum()
    p /= p.sum()
    theta = np.stack(np.meshgrid(beta, gamma, a, indexing="ij"), -1).reshape(-1, 3)
    p = p.reshape(-1)
    mean = p @ theta
    covariance = (theta - mean).T @ ((theta - mean) * p[:, None])
    sd = np.sqrt(np.diag(covariance))
    r0 = p @ (theta[:, 0] / theta[:, 1])
    print("mean", mean, "sd", sd, "R0", r0, "mass at the edge", edge)
    return {
        "mean": mean.tolist(),
        "sd": sd.tolist(),
        "correlation": (covariance / np.outer(sd, sd)).tolist(),
        "r0": r0,
    }


def jumps(beta=1.2, gamma=0.5, phi_inv=0.1, top=150):
    # p[m, i]: m infections so far, i infected now; what would pass m = top is lost and reported.
    m, i = np.meshgrid(np.arange(top + 1), np.arange(top + 2), indexing="ij")
    infection = beta * (N - 1 - m) * i / N
    recovery = gamma * i

    def field(_, flat):
        p = flat.reshape(m.shape)
        out = -(infection + recovery) * p
        out[1:, 1:] += (infection * p)[:-1, :-1]
        out[:, :-1] += (recovery * p)[:, 1:]
        return out.ravel()

    start = np.zeros(m.shape)
    start[0, 1] = 1
    solution = solve_ivp(field, (0, 2), start.ravel(), method="DOP853", t_eval=[1, 2], rtol=1e-10, atol=1e-16)
    days = []
    for p in solution.y.T.reshape(2, *m.shape):
        print("lost", 1 - p.sum())
        days.append({
            "mean": (p * i).sum(),
            "meanSquare": (p * (i + (1 + phi_inv) * i**2)).sum(),
            "zero": (p * (1 + phi_inv * i) ** (-1 / phi_inv)).sum(),
        })
    return {"theta": [beta, gamma, phi_inv], "days": days}


def main():
    rates = [[1.73, 0.54], [2.0, 0.4], [0.5, 1.0], [5.0, 0.1], [5.0, 2.0], [0.05, 0.9], [3.5, 1.2]]
    cases = []
    for beta, gamma in rates:
        mean = infected(beta, gamma)
        cases.append({
            "beta": beta,
            "gamma": gamma,
            "infected": mean.tolist(),
            "logLikelihood": [[a, log_likelihood(mean, a)] for a in (1e-3, 0.12, 1.5)],
        })
    golden = {"cases": cases, "jumps": jumps(), "posterior": posterior()}
    path = pathlib.Path(__file__).with_name("flu.json")
    path.write_text(json.dumps(golden, indent=1) + "\n")


main()
