"""Golden C2ST figures for diagnostics/c2st.ts, from scikit-learn's MLPClassifier.

The benchmark's definition (sbibm 1.1, `metrics/c2st.py`): both sides z-scored by the first
one's mean and sd, five shuffled folds, two hidden layers of 10 x dim ReLU units, Adam. The mean
over a few seeds is written, and the seeds' own sd. c2st_cases.ts makes the same samples: normal
quantiles of Threefry words. Reference samples of the benchmark are read where LIKELY_SBIBM
names their folder. Figures that c2st.json has already are kept: delete them to make them anew.

Run with scikit-learn 1.9: `LIKELY_SBIBM=<folder> python tests/golden/c2st.py`.
"""

import csv
import gzip
import json
import os
import pathlib
import warnings

import numpy as np
from scipy.special import ndtri
from sklearn.model_selection import KFold, cross_val_score
from sklearn.neural_network import MLPClassifier

warnings.filterwarnings("ignore")
HERE = pathlib.Path(__file__).parent
SEEDS = range(1, 5)


def threefry_words(seed, n):
    """As `bits(key(seed), n)` of core/key.ts."""
    keys = [np.uint32(0), np.uint32(seed), np.uint32(seed) ^ np.uint32(0x1BD11BDA)]
    x = np.zeros(n, np.uint32) + keys[0]
    y = np.arange(n, dtype=np.uint32) + keys[1]
    rounds = [(13, 15, 26, 6), (17, 29, 16, 24)]
    for block in range(5):
        for r in rounds[block % 2]:
            x = x + y
            y = ((y << np.uint32(r)) | (y >> np.uint32(32 - r))) ^ x
        x = x + keys[(block + 1) % 3]
        y = y + keys[(block + 2) % 3] + np.uint32(block + 1)
    return x ^ y


def normals(seed, n, dim):
    return ndtri((threefry_words(seed, n * dim) + 0.5) / 2.0**32).reshape(n, dim)


def correlated(z, rho):
    """Standard normal columns, each correlated with the one before."""
    columns = [z[:, 0]]
    for j in range(1, z.shape[1]):
        columns.append(rho * columns[-1] + np.sqrt(1 - rho**2) * z[:, j])
    return np.column_stack(columns)


def c2st(a, b, seed):
    mean, sd = a.mean(0), a.std(0, ddof=1)
    data = np.concatenate([(a - mean) / sd, (b - mean) / sd])
    label = np.concatenate([np.zeros(len(a)), np.ones(len(b))])
    units = (10 * a.shape[1],) * 2
    mlp = MLPClassifier(activation="relu", hidden_layer_sizes=units, max_iter=10000, solver="adam", random_state=seed)
    folds = KFold(n_splits=5, shuffle=True, random_state=seed)
    return cross_val_score(mlp, data, label, cv=folds, scoring="accuracy").mean()


def reference(task):
    path = pathlib.Path(os.environ["LIKELY_SBIBM"]) / task / "obs1" / "reference_posterior_samples.csv.gz"
    with gzip.open(path, "rt") as file:
        return np.array(list(csv.reader(file))[1:], dtype=float)


def marginals(rows, n):
    """Column j from rows of its own: the product of the marginals."""
    return np.column_stack([rows[(j + 1) * n : (j + 2) * n, j] for j in range(rows.shape[1])])


def closed_cases():
    n = 500
    yield "the same", normals(1, 1000, 2), normals(2, 1000, 2)
    yield "shifted", normals(3, n, 2), normals(4, n, 2) + [1, 0]
    yield "too narrow", normals(5, n, 2), 0.5 * normals(6, n, 2)
    yield "correlated", normals(7, n, 2), correlated(normals(8, n, 2), 0.9)
    # Above two dimensions few rows and large differences, or training takes minutes.
    m = 200
    yield "too narrow, 5-d", normals(13, m, 5), 0.2 * normals(14, m, 5)
    yield "correlated, 5-d", normals(15, m, 5), correlated(normals(16, m, 5), 0.95)
    yield "too narrow, 10-d", normals(27, m, 10), 0.5 * normals(28, m, 10)
    yield "correlated, 10-d", normals(25, m, 10), correlated(normals(26, m, 10), 0.95)


def sbibm_cases():
    moons = reference("two_moons")
    yield "two_moons against itself", moons[:1000], moons[1000:2000]
    yield "two_moons, its marginals", moons[:500], marginals(moons, 500)
    for task, dim, factor in [("slcp", 5, 0.5), ("gaussian_linear", 10, 0.3)]:
        rows = reference(task)
        mean = rows.mean(0)
        yield f"{task}, {dim}-d, too narrow", rows[:200], mean + factor * (rows[200:400] - mean)


def figures(cases, known):
    out = {}
    for name, a, b in cases:
        if name not in known:
            # Two seeds where training is slow.
            scores = [c2st(a, b, seed) for seed in (SEEDS if a.shape[1] == 2 else SEEDS[:2])]
            known[name] = {"c2st": float(np.mean(scores)), "sd": float(np.std(scores, ddof=1))}
        out[name] = known[name]
        print(name, out[name], flush=True)
    return out


if __name__ == "__main__":
    path = HERE / "c2st.json"
    known = json.loads(path.read_text()) if path.exists() else {"closed": {}, "sbibm": {}}
    sbibm = figures(sbibm_cases(), known["sbibm"]) if "LIKELY_SBIBM" in os.environ else known["sbibm"]
    closed = figures(closed_cases(), known["closed"])
    path.write_text(json.dumps({"closed": closed, "sbibm": sbibm}, indent=1) + "\n")
