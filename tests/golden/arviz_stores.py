"""Folders of draws as ArviZ writes them, for tests/draws_zarr_test.ts.

Run with ArviZ 1.3, zarr 3.1, xarray and dask: `python tests/golden/arviz_stores.py`.
"""

import base64
import json
import pathlib
import tempfile
import warnings

import arviz as az
import numpy as np

warnings.filterwarnings("ignore")
steps = np.arange(2 * 40.0).reshape(2, 40)
posterior = {
    "mu": steps / 8,
    "N#1": -steps,
    "theta": steps[..., None] + np.array([0.25, 0.5, 0.75]),
    "m": (steps[..., None, None] * np.array([[1, 2], [3, 4]])).astype("float32"),
    "k": steps.astype("int64") % 7,
    "none": np.zeros((2, 40), dtype="int64"),
    "ok": steps % 2 == 0,
}
data = az.from_dict(
    {"posterior": posterior, "sample_stats": {"lp": steps}},
    coords={"school": ["a", "b", "c"]},
    dims={"theta": ["school"]},
)
blosc = {"compressors": {"name": "blosc", "configuration": {"cname": "lz4", "clevel": 5, "shuffle": "shuffle"}}}
WAYS = {
    "as ArviZ does": lambda path: data.to_zarr(path),
    "a chunk for each chain": lambda path: data.chunk({"chain": 1, "draw": 25}).to_zarr(path),
    "not consolidated": lambda path: data.to_zarr(path, consolidated=False),
    "by blosc": lambda path: data.to_zarr(path, encoding={"/posterior": {name: blosc for name in posterior}}),
}


def files(write):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "draws.zarr"
        write(path)
        return {
            file.relative_to(path).as_posix(): base64.b64encode(file.read_bytes()).decode()
            for file in sorted(path.rglob("*"))
            if file.is_file() and file.relative_to(path).parts[0] != "sample_stats"
        }


out = {"versions": {"arviz": az.__version__}, "stores": {name: files(write) for name, write in WAYS.items()}}
path = pathlib.Path(__file__).parent / "arviz_stores.json"
path.write_text(json.dumps(out, indent=1))
