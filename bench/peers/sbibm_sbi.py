"""One training by sbi, with its defaults, and draws for each observation, for `deno task bench:sbibm`.

Reads from the folder given: `request.json`, `theta.f64`, `x.f64`, `observation<i>.f64` (float64, row by
row). Writes `draws<i>.f64`, and one line of JSON as the last of the standard output: wall and CPU seconds.
NPE and NLE by MAF, NRE by a resnet with ten atoms; NLE and NRE are sampled by slices in 20 chains.
"""

import contextlib
import json
import os
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import torch
from sbi.inference import NLE, NPE, NRE
from sbi.inference.posteriors import MCMCPosteriorParameters
from sbi.utils import BoxUniform, MultipleIndependent
from torch.distributions import Exponential, LogNormal, MultivariateNormal, Normal, Uniform

warnings.filterwarnings("ignore")
FOLDER = Path(sys.argv[1])
ASKED = json.loads((FOLDER / "request.json").read_text())
torch.set_num_threads(int(os.environ.get("SBI_THREADS", "1")))
torch.manual_seed(ASKED["seed"])


class Silent:
    """In place of the TensorBoard tracker, which writes files."""

    log_dir = None

    def __getattr__(self, name):
        return lambda *args, **kwargs: None


def marginal(spec):
    kind = spec["kind"]
    one = lambda value: torch.tensor([float(value)])
    if kind == "uniform":
        return Uniform(one(spec["low"]), one(spec["high"]))
    if kind == "normal":
        return Normal(one(spec["mean"]), one(spec["sd"]))
    if kind == "log_normal":
        return LogNormal(one(spec["mean"]), one(spec["sd"]))
    if kind == "exponential":
        return Exponential(one(spec["rate"]))
    raise ValueError(f"Cannot build a prior as its kind must be known: current value is {kind}")


def prior_from(spec):
    if spec["kind"] == "multivariate_normal":
        return MultivariateNormal(torch.tensor(spec["mean"]).float(), torch.tensor(spec["covariance"]).float())
    marginals = [parameter["marginal"] for parameter in spec["parameters"]]
    if all(one["kind"] == "uniform" for one in marginals):
        ends = [[float(one[end]) for one in marginals] for end in ("low", "high")]
        return BoxUniform(torch.tensor(ends[0]), torch.tensor(ends[1]))
    return MultipleIndependent([marginal(one) for one in marginals])


def rows(name, dim):
    return torch.from_numpy(np.fromfile(FOLDER / name, dtype="<f8").reshape(-1, dim)).float()


def clocked(call):
    wall, cpu = time.perf_counter(), time.process_time()
    value = call()
    return value, {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def main():
    prior = prior_from(ASKED["prior"])
    theta = np.fromfile(FOLDER / "theta.f64", dtype="<f8")
    x = rows("x.f64", ASKED["xDim"])
    theta = torch.from_numpy(theta.reshape(len(x), -1)).float()
    common = {"prior": prior, "tracker": Silent(), "show_progress_bars": False}
    trainer = {
        "npe": lambda: NPE(density_estimator="maf", **common),
        "nle": lambda: NLE(density_estimator="maf", **common),
        "nre": lambda: NRE(classifier="resnet", **common),
    }[ASKED["method"]]()
    trainer.append_simulations(theta, x)
    atoms = {"num_atoms": 10} if ASKED["method"] == "nre" else {}
    _, train = clocked(lambda: trainer.train(**atoms))
    if ASKED["method"] == "npe":
        posterior = trainer.build_posterior()
    else:
        chains = MCMCPosteriorParameters(
            method="slice_np_vectorized", num_chains=20, warmup_steps=200, thin=1
        )
        posterior = trainer.build_posterior(sample_with="mcmc", posterior_parameters=chains)
    sample = []
    for i in range(ASKED["observations"]):
        observed = rows(f"observation{i}.f64", ASKED["xDim"])
        draw = lambda: posterior.sample((ASKED["draws"],), x=observed, show_progress_bars=False)
        draws, seconds = clocked(draw)
        np.ascontiguousarray(draws.numpy(), dtype="<f8").tofile(FOLDER / f"draws{i}.f64")
        sample.append(seconds)
    losses = trainer.summary["validation_loss"]
    taken = int(trainer.summary["epochs_trained"][-1])
    return {"train": train, "epochs": [taken, 1 + int(np.argmin(losses))], "sample": sample}


with contextlib.redirect_stdout(sys.stderr):
    result = main()
print(json.dumps(result))
