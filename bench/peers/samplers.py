"""NUTS of NumPyro and of BlackJAX on the CPU, for `deno task bench peers`.

Writes draws `[chains, draws, dim]`, float64, to `<folder>/<target>.<peer>.f64`, and one line of
JSON to the standard output for each: seconds of a run with everything compiled, warm-up
included, and of compilation. A peer that is not installed is named on the standard error.
"""

import importlib.util
import json
import sys
import time
from pathlib import Path

CHAINS, WARMUP, DRAWS = 4, 500, 1000
FOLDER = Path(sys.argv[1])


def missing(name):
    if importlib.util.find_spec(name) is not None:
        return False
    print(f"{name} is not installed", file=sys.stderr)
    return True


if missing("jax"):
    sys.exit(0)

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)

Y = jnp.array([28.0, 8, -3, 7, -1, 1, 18, 12])
SIGMA = jnp.array([15.0, 10, 16, 11, 9, 11, 10, 18])


def correlated(x):
    residual = x[1:] - 0.9 * x[:-1]
    return -0.5 * (x[0] ** 2 + jnp.sum(residual**2) / 0.19)


def schools(p):
    mu, log_tau, eta = p[0], p[1], p[2:]
    tau = jnp.exp(log_tau)
    prior = -0.5 * (mu / 5) ** 2 - jnp.log1p((tau / 5) ** 2) + log_tau - 0.5 * jnp.sum(eta**2)
    return prior - 0.5 * jnp.sum(((Y - mu - tau * eta) / SIGMA) ** 2)


def banana(p):
    return -((1 - p[0]) ** 2) - 4 * (p[1] - p[0] ** 2) ** 2


TARGETS = {
    "correlated normal, 50-d": (correlated, 50),
    "eight schools": (schools, 10),
    "banana": (banana, 2),
}


def run_numpyro(density, dim):
    from numpyro.infer import NUTS

    # Its MCMC class compiles anew for every run: the kernel alone is compiled once.
    kernel = NUTS(potential_fn=lambda x: -density(x))
    start = jax.random.normal(jax.random.key(3), (CHAINS, dim))
    keys = jax.random.split(jax.random.key(4), CHAINS)
    first = kernel.init(keys, WARMUP, start, model_args=(), model_kwargs={})

    @jax.jit
    def compiled(keys):
        def one(state, _):
            state = kernel.sample(state, (), {})
            return state, state.z

        return jax.lax.scan(one, first._replace(rng_key=keys), None, length=WARMUP + DRAWS)[1]

    def run(key):
        return jnp.swapaxes(compiled(jax.random.split(key, CHAINS))[WARMUP:], 0, 1)

    return run


def run_blackjax(density, dim):
    import blackjax

    start = jax.random.normal(jax.random.key(3), (CHAINS, dim))

    def chain(key, position):
        for_warmup, for_draws = jax.random.split(key)
        warmup = blackjax.window_adaptation(blackjax.nuts, density)
        (state, parameters), _ = warmup.run(for_warmup, position, num_steps=WARMUP)
        step = blackjax.nuts(density, **parameters).step

        def one(state, key):
            state, _ = step(key, state)
            return state, state.position

        return jax.lax.scan(one, state, jax.random.split(for_draws, DRAWS))[1]

    compiled = jax.jit(jax.vmap(chain))
    return lambda key: compiled(jax.random.split(key, CHAINS), start)


for peer, build in (("numpyro", run_numpyro), ("blackjax", run_blackjax)):
    if missing(peer):
        continue
    for target, (density, dim) in TARGETS.items():
        run = build(density, dim)
        seconds, draws = [], None
        for seed in range(4):
            began = time.perf_counter()
            draws = np.asarray(jax.block_until_ready(run(jax.random.key(seed))))
            seconds.append(time.perf_counter() - began)
        # The first run compiles.
        once = sorted(seconds[1:])[1]
        np.ascontiguousarray(draws, dtype="<f8").tofile(FOLDER / f"{target}.{peer}.f64")
        row = {"peer": peer, "target": target, "seconds": once, "compile": seconds[0] - once}
        print(json.dumps(row | {"chains": CHAINS, "draws": DRAWS, "dim": dim}), flush=True)
