"""Makes psis.json: Pareto-smoothed weights by ArviZ."""

import json
from pathlib import Path

import arviz as az
import numpy as np

cases = []
for shape in (-0.3, 0.2, 0.6, 1.1):
    # Quantiles of a heavy (or bounded) tail, in a scrambled order.
    u = (np.arange(400) * 163 % 400 + 0.5) / 400
    raw = np.round(np.log1p(np.expm1(-shape * np.log(u)) / shape), 6)
    smoothed, k_hat = az.psislw(raw)
    cases.append(
        {"logWeights": raw.tolist(), "smoothed": np.asarray(smoothed).tolist(), "kHat": float(k_hat)}
    )
Path(__file__).with_suffix(".json").write_text(json.dumps(cases) + "\n")
print([c["kHat"] for c in cases])
