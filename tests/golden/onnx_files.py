"""Writes onnx_files.json: networks that torch exported as ONNX, and what onnxruntime makes of them.

`lan` is a likelihood approximation network as LANfactory writes them: Linear and Tanh, exported by the same
call from a row of one trial (v, a, w, t0, choice, time). It is trained on the exact density of drift
diffusion, so that posteriors by it can be compared with exact ones. The others are small, with random
weights, in the forms that exporters choose; `refused` are files that hold no such network.

    pip install torch==2.13.0 numpy==2.4.6 onnx==1.23.2 onnxruntime==1.32.0 onnxscript==0.7.2 lanfactory==0.7.0
    python onnx_files.py
"""

import base64
import json
import os
import pickle
import tempfile
from importlib.metadata import version
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from lanfactory.onnx.transform_onnx import transform_to_onnx
from lanfactory.trainers.torch_mlp import TorchMLP
from torch import nn

torch.manual_seed(1)
torch.set_num_threads(1)
rng = np.random.default_rng(1)

LOWEST = -10.0


def log_density(v, a, w, t0, choice, time):
    """Navarro & Fuss (2009): both series, so many terms that either is exact where it is used."""
    drift, start = np.where(choice == 1, -v, v), np.where(choice == 1, 1 - w, w)
    t = np.maximum(time - t0, 1e-6)
    u = t / a**2
    k = np.arange(-8, 9)[:, None]
    z = start + 2 * k
    small = np.sum(z * np.exp(-(z**2 - start**2) / (2 * u)), 0)
    log_small = np.log(np.maximum(small, 1e-300)) - start**2 / (2 * u) - 0.5 * np.log(2 * np.pi * u**3)
    k = np.arange(1, 13)[:, None]
    large = np.sum(k * np.exp(-((k**2 - 1) * np.pi**2 * u) / 2) * np.sin(k * np.pi * start), 0)
    log_large = np.log(np.maximum(np.pi * large, 1e-300)) - np.pi**2 * u / 2
    passage = np.where(u < 0.3, log_small, log_large)
    out = passage - 2 * np.log(a) - drift * a * start - drift**2 * t / 2
    return np.maximum(np.where(time > t0, out, LOWEST), LOWEST)


def trials(n):
    """Parameters of the prior; times over the range where the density is not at its floor."""
    v, a, w, t0 = (rng.uniform(low, high, n) for low, high in ((-3, 3), (0.5, 2.5), (0.3, 0.7), (0.1, 0.5)))
    choice = rng.integers(0, 2, n)
    which = rng.random(n)
    low, high = np.where(which < 0.7, 0.04, 0.01), np.where(which < 0.7, 1.2, 3)
    time = t0 + a**2 * np.exp(rng.uniform(np.log(low), np.log(high)))
    time = np.where(which > 0.85, t0 + rng.uniform(-0.15, 0.1, n), time)
    return np.stack([v, a, w, t0, choice, time], 1), log_density(v, a, w, t0, choice, time)


def mlp(widths, activation, dtype=torch.float32):
    layers = []
    for i, (before, after) in enumerate(zip(widths, widths[1:])):
        layers.append(nn.Linear(before, after, dtype=dtype))
        if i < len(widths) - 2:
            layers.append(activation())
    return nn.Sequential(*layers)


def trained():
    net = mlp([6, 64, 64, 64, 1], nn.Tanh)
    steps, batch = int(os.environ.get("STEPS", 40000)), 1024
    optimiser = torch.optim.Adam(net.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for step in range(steps):
        inputs, target = (torch.tensor(part, dtype=torch.float32) for part in trials(batch))
        # What data are made of counts most.
        weight = 0.1 + torch.exp(target).clamp(max=1)
        loss = (weight * nn.functional.huber_loss(net(inputs)[:, 0], target, delta=0.1, reduction="none")).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if step % 1000 == 0:
            print(step, loss.item(), flush=True)
    inputs, target = trials(20000)
    with torch.no_grad():
        error = net(torch.tensor(inputs, dtype=torch.float32))[:, 0].numpy() - target
    by = np.exp(target)
    print("error, by the density:", np.average(error, weights=by), np.average(error**2, weights=by) ** 0.5)
    return net


class Standardised(nn.Module):
    """As density and ratio estimators of sbi see their input."""

    def __init__(self, net, dim):
        super().__init__()
        self.net = net
        self.register_buffer("mean", torch.randn(dim))
        self.register_buffer("std", torch.rand(dim) + 0.5)

    def forward(self, x):
        return self.net((x - self.mean) / self.std)


class Halved(nn.Module):
    """Without constants folded: MatMul of a transposed weight."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(7, 5))
        self.out = nn.Parameter(torch.randn(1, 7))

    def forward(self, x):
        return 0.5 * torch.tanh(x @ self.weight.T) @ self.out.T + 1


class Choice(nn.Module):
    """What LANfactory makes of a choice-probability network."""

    def __init__(self):
        super().__init__()
        self.net = mlp([5, 8, 1], nn.Tanh)

    def forward(self, x):
        return -torch.log((1 + torch.exp(-self.net(x))))


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second, self.out = nn.Linear(5, 5), nn.Linear(5, 5), nn.Linear(5, 1)

    def forward(self, x):
        h = torch.tanh(self.first(x))
        return self.out(h + torch.tanh(self.second(h)))


class Apart(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = mlp([5, 8, 1], nn.Tanh)

    def forward(self, theta, x):
        return self.net(torch.cat([theta, x], -1))


def exported(net, inputs, **options):
    net.eval()
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/net.onnx"
        torch.onnx.export(net, inputs, path, **options)
        return Path(path).read_bytes()


def by_lanfactory(output):
    config = {"layer_sizes": [10, 10, 1], "activations": ["tanh", "tanh", "linear"], "train_output_type": output}
    net = TorchMLP(network_config=config, input_shape=5).eval()
    with tempfile.TemporaryDirectory() as folder:
        Path(f"{folder}/config").write_bytes(pickle.dumps(config))
        torch.save(net.state_dict(), f"{folder}/state")
        transform_to_onnx(f"{folder}/config", f"{folder}/state", 5, f"{folder}/net.onnx")
        return Path(f"{folder}/net.onnx").read_bytes()


def rows(n, dim):
    return rng.normal(size=(n, dim)).round(3)


def with_float_data(file):
    model = onnx.load_from_string(file)
    for tensor in model.graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        tensor.ClearField("raw_data")
        tensor.float_data.extend(values.ravel().tolist())
    return model.SerializeToString()


def case(file, inputs):
    session = onnxruntime.InferenceSession(file)
    (asked,) = session.get_inputs()
    kind = np.float64 if asked.type == "tensor(double)" else np.float32
    if len(asked.shape) == 1:
        batches = list(inputs)
    elif asked.shape[0] == 1:
        batches = [row[None] for row in inputs]
    else:
        batches = [inputs]
    outputs = np.concatenate([
        session.run(None, {asked.name: np.asarray(batch, kind)})[0].reshape(-1) for batch in batches
    ])
    model = onnx.load_from_string(file)
    return {
        "file": base64.b64encode(file).decode(),
        "ops": [node.op_type for node in model.graph.node],
        "opset": model.opset_import[0].version,
        "inputs": np.asarray(inputs).tolist(),
        "outputs": outputs.astype(float).tolist(),
    }


def main():
    one = torch.randn(1, 5)
    tanh = mlp([5, 16, 12, 1], nn.Tanh)
    lan = exported(trained(), torch.randn(1, 6, requires_grad=True), dynamo=False)
    old = dict(dynamo=False, opset_version=17)
    new = dict(dynamo=True, external_data=False, verbose=False)
    batched = dict(input_names=["rows"], dynamic_axes={"rows": {0: "N"}})
    files = {
        "tanh": exported(tanh, one, **old),
        "one_row": exported(tanh, torch.randn(5), **old),
        "batched": exported(tanh, torch.randn(3, 5), **old, **batched),
        "named_inputs": exported(tanh, one, **old, keep_initializers_as_inputs=True),
        "unfolded": exported(Halved(), one, **old, do_constant_folding=False),
        "dynamo": exported(tanh, (one,), **new),
        "relu": exported(mlp([5, 20, 20, 1], nn.ReLU), one, **old),
        "sigmoid": exported(mlp([5, 9, 11, 1], nn.Sigmoid), one, **old),
        "silu": exported(mlp([5, 9, 11, 1], nn.SiLU), one, **old),
        "linear": exported(mlp([5, 1], nn.Tanh), one, **old),
        "float64": exported(mlp([5, 9, 1], nn.Tanh, torch.float64), one.double(), **old),
        "standardised": exported(Standardised(tanh, 5), one, **old),
    }
    files["lanfactory"] = by_lanfactory("logprob")
    files["float_data"] = with_float_data(files["tanh"])
    linear = nn.Linear(5, 1)
    with tempfile.TemporaryDirectory() as folder:
        torch.onnx.export(tanh, (one,), f"{folder}/n.onnx", dynamo=True, external_data=True, verbose=False)
        model = onnx.load(f"{folder}/n.onnx")
        onnx.save(model, f"{folder}/m.onnx", save_as_external_data=True, size_threshold=0)
        external = Path(f"{folder}/m.onnx").read_bytes()
    refused = {
        "choice": exported(Choice(), one, **old),
        "cpn": by_lanfactory("logits"),
        "residual": exported(Residual(), one, **old),
        "apart": exported(Apart(), (torch.randn(1, 3), torch.randn(1, 2)), **old),
        "wide": exported(mlp([5, 8, 2], nn.Tanh), one, **old),
        "mixed": exported(nn.Sequential(nn.Linear(5, 4), nn.Tanh(), nn.Linear(4, 5), nn.ReLU(), linear), one, **old),
        "bounded": exported(nn.Sequential(linear, nn.Tanh()), one, **old),
        "convolution": exported(nn.Sequential(nn.Conv1d(1, 1, 3), nn.Flatten()), torch.randn(1, 1, 3), **old),
        "external": external,
    }
    golden = {
        "made_with": {p.__name__: p.__version__ for p in (torch, onnx, onnxruntime)} | {"lanfactory": version("lanfactory")},
        "lan": case(lan, np.round(trials(200)[0], 4)),
        "cases": {name: case(file, rows(20, 5)) for name, file in files.items()},
        "refused": {name: base64.b64encode(file).decode() for name, file in refused.items()},
    }
    Path(__file__).with_suffix(".json").write_text(json.dumps(golden, indent=1) + "\n")
    for name, made in {"lan": golden["lan"], **golden["cases"]}.items():
        print(name, made["opset"], " ".join(made["ops"]))


main()
