"""Golden values of core/key.ts from JAX (0.7.2, partitionable Threefry, the default).

Run: python tests/golden/threefry.py > tests/golden/threefry.json
"""

import json

import jax

jax.config.update("jax_enable_x64", True)
assert jax.config.jax_threefry_partitionable


def words(key):
    return [int(word) for word in jax.random.key_data(key)]


def case(seed):
    key = jax.random.key(seed)
    return {
        "seed": str(seed),  # A string: JSON numbers beyond 2^53 lose digits.
        "key": words(key),
        "split": [words(child) for child in jax.random.split(key, 5)],
        "foldIn": [[index, words(jax.random.fold_in(key, index))] for index in (0, 1, 7, 2**31, 2**32 - 1)],
        "bits": {str(n): jax.random.bits(key, (n,), "uint32").tolist() for n in (1, 2, 5, 16)},
        "grandchild": words(jax.random.split(jax.random.fold_in(key, 3), 3)[2]),
    }


seeds = [0, 1, 42, 2**31, 2**32 - 1, 2**32, 2**32 + 5, 123456789012345, 2**53 - 1, 2**63 - 1]
print(json.dumps({"jax": jax.__version__, "cases": [case(seed) for seed in seeds]}, indent=1))
