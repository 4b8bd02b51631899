"""Evaluates a surrogate of Likely with numpy: Surrogate("flu.safetensors")(theta, x). See artifact.md."""
import itertools
import json

import numpy as np
from safetensors import safe_open


class Surrogate:
    def __init__(self, path, member=None):
        """Of an ensemble one member is read at a time, counted from 0; what their mean is see artifact.md."""
        with safe_open(path, "np") as file:
            meta = file.metadata()
            weights = {name: file.get_tensor(name).astype(float) for name in file.keys()}
        others = json.loads(meta.get("others", "[]"))
        assert member is not None or not others, f"an ensemble: name a member, 0 to {len(others)}"
        part = others[member - 1] if member else {name: json.loads(meta[name]) for name in ("spec", "scaling")}
        assert meta["likely.format"] == "1" and part["spec"]["kind"] == "network"
        prefix = f"member{member}/" if member else ""
        self.w = {name.removeprefix(prefix): w for name, w in weights.items() if name.startswith(prefix)}
        self.kind, self.spec, self.scaling = meta["kind"], part["spec"], part["scaling"]

    def __call__(self, theta, x):
        """theta [n, d], x [n, p], raw units -> [n]: nats for ratios and likelihoods, a distance for costs."""
        u, v = standard(theta, self.scaling["theta"]), standard(x, self.scaling["x"])
        spec, head = self.spec, self.spec["head"]
        if head["kind"] in ("linear", "softplus"):
            h = self.trunk(np.hstack([u, self.embed(spec["embedding"], v) if "embedding" in spec else v]))[:, 0]
            return h if head["kind"] == "linear" else head["scale"] * softplus(h)
        seen = features(head["features"], v) if "features" in head else v
        out, q = self.trunk(u), seen.shape[1]
        away = out[:, :q] + u @ self.w["skip/weight"] - seen
        if head["kind"] == "quadratic":
            return away**2 @ np.array(head["weights"]) + head["scale"] * softplus(out[:, q])
        s = softplus(out[:, q:]) + 1e-6
        return (np.abs(away) + 2 * s * softplus(-np.abs(away) / s)) @ np.array(head["weights"])

    def trunk(self, h):
        t, act = self.spec["trunk"], ACTIVATIONS[self.spec["trunk"]["activation"]]
        if t["kind"] == "mlp":
            h = self.stack("trunk", len(t["hidden"]), act, h)
        else:
            h = self.dense("trunk/in", h)
            for i in range(t["blocks"]):
                h = h + self.dense(f"trunk/block{i}/1", act(self.dense(f"trunk/block{i}/0", act(h))))
        return self.dense("trunk/out", h)

    def embed(self, e, h):
        act = ACTIVATIONS[e["activation"]]
        if e["kind"] == "conv":
            return self.dense("embedding/out", self.convolve(e, act, h))
        if e["kind"] == "set":
            each = self.stack("embedding/each", len(e["each"]), act, h.reshape(len(h), -1, e["element"]))
            h = each.mean(1) if e["pool"] == "mean" else each.sum(1)
        return self.dense("embedding/out", self.stack("embedding", len(e["hidden"]), act, h))

    def convolve(self, e, act, h):
        size, k, line = e["size"], e["kernel"], len(e["size"]) == 1
        h = h.reshape(len(h), size[0], 1 if line else size[1], e["channels"])
        pad, pool = (k // 2, 0 if line else k // 2), (e["pool"], 1 if line else e["pool"])
        for i, filters in enumerate(e["filters"]):
            w = self.w[f"embedding/conv{i}/weight"].reshape(k, 1 if line else k, h.shape[3], filters)
            wide = np.pad(h, ((0, 0), (pad[0],) * 2, (pad[1],) * 2, (0, 0)))
            taps = itertools.product(range(w.shape[0]), range(w.shape[1]))
            z = sum(wide[:, a : a + h.shape[1], b : b + h.shape[2]] @ w[a, b] for a, b in taps)
            h = act(z + self.w[f"embedding/conv{i}/bias"])
            n, rows, columns = len(h), h.shape[1] // pool[0], h.shape[2] // pool[1]
            h = h[:, : rows * pool[0], : columns * pool[1]]
            h = h.reshape(n, rows, pool[0], columns, pool[1], filters).mean((2, 4))
        return h.reshape(len(h), -1)

    def stack(self, path, layers, act, h):
        for i in range(layers):
            h = act(self.dense(f"{path}/{i}", h))
        return h

    def dense(self, path, h):
        return h @ self.w[f"{path}/weight"] + self.w[f"{path}/bias"]


def standard(raw, side):
    """Raw units to those of the network. A surrogate is wrong by nats for whoever leaves out `log`."""
    raw = np.array(raw, dtype=float)
    for j, low in enumerate(side.get("log", [])):
        if low is not None:
            raw[:, j] = np.log(raw[:, j] - low)
    return (raw - side["mean"]) / side["std"]


def features(f, v):
    """Products of the cosines and sines of each column, the last column's running fastest."""
    elements = v.reshape(len(v), -1, f["element"])
    waves = [elements[:, :, k, None] * np.array(w) for k, w in enumerate(f["frequencies"])]
    waves = [np.concatenate([np.cos(a), np.sin(a)], -1) for a in waves]
    if f["mean"] == "of_columns":
        waves = [a.mean(1, keepdims=True) for a in waves]
    out = waves[0]
    for a in waves[1:]:
        out = (out[..., :, None] * a[..., None, :]).reshape(*out.shape[:2], -1)
    return out.mean(1)


def softplus(z):
    return np.logaddexp(0, z)


ACTIVATIONS = {"silu": lambda z: z / (1 + np.exp(-z)), "tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}
