"""Makes eight_schools.json: long NumPyro runs on both forms of the eight schools model.

Needs numpyro 0.22. The centred form is the same posterior in other coordinates: the non-centred
run is the truth for both. Prior as in Stan's example: mu ~ N(0, 5), tau ~ half-Cauchy(0, 5).
"""

import json
from pathlib import Path

import numpyro

numpyro.set_host_device_count(1)
import jax
import numpy as np
import numpyro.distributions as dist
from numpyro.diagnostics import effective_sample_size
from numpyro.infer import MCMC, NUTS

jax.config.update("jax_enable_x64", True)

Y = np.array([28.0, 8, -3, 7, -1, 1, 18, 12])
SIGMA = np.array([15.0, 10, 16, 11, 9, 11, 10, 18])


def non_centred():
    mu = numpyro.sample("mu", dist.Normal(0, 5))
    tau = numpyro.sample("tau", dist.HalfCauchy(5))
    eta = numpyro.sample("eta", dist.Normal(0, 1).expand([8]))
    theta = numpyro.deterministic("theta", mu + tau * eta)
    numpyro.sample("y", dist.Normal(theta, SIGMA), obs=Y)


mcmc = MCMC(
    NUTS(non_centred, target_accept_prob=0.95),
    num_warmup=1000,
    num_samples=10000,
    num_chains=4,
    chain_method="vectorized",
    progress_bar=False,
)
mcmc.run(jax.random.key(0))
draws = mcmc.get_samples(group_by_chain=True)
columns = {"mu": draws["mu"], "log_tau": np.log(draws["tau"])}
columns |= {f"theta_{j}": draws["theta"][..., j] for j in range(8)}


def moments(values):
    values = np.asarray(values)
    error = values.std() / np.sqrt(effective_sample_size(values))
    return {"mean": float(values.mean()), "sd": float(values.std()), "mcse": float(error)}


golden = {
    "numpyro": numpyro.__version__,
    "divergences": int(mcmc.get_extra_fields()["diverging"].sum()),
    "moments": {name: moments(values) for name, values in columns.items()},
}
Path(__file__).with_suffix(".json").write_text(json.dumps(golden, indent=2) + "\n")
