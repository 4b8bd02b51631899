"""Writes safetensors_file.json: a file made by the `safetensors` package, and what is in it."""

import base64
import json
from pathlib import Path

import numpy as np
import safetensors
from safetensors.numpy import save

tensors = {
    "layer.weight": np.array([[1.5, -2.25, 3e-39], [0.1, np.inf, -0.0]], dtype=np.float32),
    "bias": np.array([7.0], dtype=np.float32),
    "scalar": np.array(-3.0, dtype=np.float32),
    "empty": np.zeros((0, 4), dtype=np.float32),
    "θ": np.arange(5, dtype=np.float32),
}
metadata = {"author": "Zoë \"q\"", "note": "a:\n{b}"}
file = save(tensors, metadata=metadata)
half = save({"h": np.zeros(2, dtype=np.float16)})
golden = {
    "made_with": f"safetensors {safetensors.__version__}",
    "file": base64.b64encode(file).decode(),
    "half": base64.b64encode(half).decode(),
    "metadata": metadata,
    "shapes": {name: list(value.shape) for name, value in tensors.items()},
    # As bits, since JSON has no infinity.
    "bits": {name: value.ravel().view(np.uint32).tolist() for name, value in tensors.items()},
}
Path(__file__).with_suffix(".json").write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n")
