"""Evaluates a surrogate of Likely with numpy: Surrogate("flu.safetensors")(theta, x). See artifact.md.

What an artifact is, Surrogate says; networks of (theta, x) are evaluated in Network, densities in Density.
"""

import itertools
import json

import numpy as np
from safetensors import safe_open


class Parts:
    """What networks are made of: layers by the names of their weights."""

    def __init__(self, spec, weights):
        self.spec, self.w = spec, weights

    def trunk(self, path, t, h):
        act = ACTIVATIONS[t["activation"]]
        if t["kind"] == "mlp":
            h = self.stack(path, len(t["hidden"]), act, h)
        else:
            h = self.dense(f"{path}/in", h)
            for i in range(t["blocks"]):
                h = h + self.dense(f"{path}/block{i}/1", act(self.dense(f"{path}/block{i}/0", act(h))))
        return self.dense(f"{path}/out", h)

    def embedded(self, h):
        return self.embed(self.spec["embedding"], h) if "embedding" in self.spec else h

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


class Network(Parts):
    """A scalar of standardised theta [n, d] and x [n, p]."""

    def __call__(self, u, v):
        spec, head = self.spec, self.spec["head"]
        if head["kind"] in ("linear", "softplus"):
            h = self.trunk("trunk", spec["trunk"], np.hstack([u, self.embedded(v)]))[:, 0]
            return h if head["kind"] == "linear" else head["scale"] * softplus(h)
        seen = features(head["features"], v) if "features" in head else v
        out, q = self.trunk("trunk", spec["trunk"], u), seen.shape[1]
        away = out[:, :q] + u @ self.w["skip/weight"] - seen
        if head["kind"] == "quadratic":
            return away**2 @ np.array(head["weights"]) + head["scale"] * softplus(out[:, q])
        s = softplus(out[:, q:]) + 1e-6
        return (np.abs(away) + 2 * s * softplus(-np.abs(away) / s)) @ np.array(head["weights"])


class Density(Parts):
    """A log density of standardised targets [n, D] given conditions [n, C]."""

    def __call__(self, target, condition):
        log_density = {"mdn": self.mixture, "categorical": self.choice}.get(self.spec["kind"], self.flow)
        return np.array([log_density(y, c) for y, c in zip(target, self.embedded(condition))])

    def flow(self, y, c):
        spec, total, dim, y = self.spec, 0, len(y), y.copy()
        for t in range(spec["transforms"]):
            path = f"transform{t}"
            if spec["kind"] == "maf":
                row = np.concatenate([y, c])
                out = self.trunk(path, {**spec, "kind": "mlp"}, row)
                h = bound(out[dim:])
                y = (y - out[:dim] - row @ self.w[f"{path}/skip/weight"]) * np.exp(h)
                total += h.sum()
                continue
            digit = 2 ** (t // 2 % max(1, int(np.ceil(np.log2(dim)))))
            moved = [j for j in range(dim) if dim == 1 or j // digit % 2 != t % 2]
            row = np.concatenate([y[[j for j in range(dim) if j not in moved]], c])
            out = self.trunk(path, spec["trunk"], row).reshape(len(moved), -1)
            line = row @ self.w[f"{path}/skip/weight"]
            for (shift, h, *shape), j, on in zip(out, moved, line):
                at = (y[j] - shift - on) * np.exp(bound(h))
                y[j], log_slope = spline(np.array(shape), at, spec["bins"], spec["span"])
                total += bound(h) + log_slope
        return total - 0.5 * y @ y - dim * np.log(2 * np.pi) / 2

    def mixture(self, y, c):
        n, dim, terms = self.spec["components"], len(y), []
        out = self.trunk("trunk", self.spec["trunk"], c)
        a, r, h, below = np.split(out, np.cumsum([n, n * dim, n * dim]))
        mean, h = (r + c @ self.w["skip/weight"]).reshape(n, dim), bound(h).reshape(n, dim)
        for k, part in enumerate(below.reshape(n, -1)):
            factor = np.diag(np.exp(h[k]))
            factor[np.tril_indices(dim, -1)] = part
            z = factor @ (y - mean[k])
            terms.append(a[k] + h[k].sum() - z @ z / 2)
        return np.logaddexp.reduce(terms) - np.logaddexp.reduce(a) - dim * np.log(2 * np.pi) / 2


    def choice(self, y, c):
        out = self.trunk("trunk", self.spec["trunk"], c)
        return out[int(y[0])] - np.logaddexp.reduce(out)


class Mixed(Parts):
    """A log density of categories and numbers [n, D] given conditions [n, C]: the choice, then the numbers."""

    def __call__(self, target, condition, raw):
        part = lambda name: {k[len(name) + 1 :]: w for k, w in self.w.items() if k.startswith(f"{name}/")}
        counts = self.spec["categories"]
        chosen = [j for j, count in enumerate(counts) if count]
        index = np.zeros(len(raw))
        for j in chosen:
            index = index * counts[j] + raw[:, j]
        total = Density(self.spec["choice"], part("choice"))(index[:, None], condition)
        if "numbers" not in self.spec:
            return total
        hots = [2.0 * (raw[:, j, None] == np.arange(counts[j])) - 1 for j in chosen]
        others = [j for j in range(len(counts)) if j not in chosen]
        given = np.hstack([condition, *hots])
        return total + Density(self.spec["numbers"], part("numbers"))(target[:, others], given)


class Surrogate:
    def __init__(self, path, member=None):
        """Of an ensemble one member is read at a time, counted from 0; what their mean is see artifact.md."""
        with safe_open(path, "np") as file:
            meta = file.metadata()
            weights = {name: file.get_tensor(name).astype(float) for name in file.keys()}
        assert meta["likely.format"] == "1"
        others = json.loads(meta.get("others", "[]"))
        assert member is not None or not others, f"an ensemble: name a member, 0 to {len(others)}"
        part = others[member - 1] if member else {name: json.loads(meta[name]) for name in ("spec", "scaling")}
        prefix = f"member{member}/" if member else ""
        weights = {name.removeprefix(prefix): w for name, w in weights.items() if name.startswith(prefix)}
        self.kind, self.spec, self.scaling = meta["kind"], part["spec"], part["scaling"]
        kinds = {"network": Network, "mixed": Mixed}
        self.parts = kinds.get(self.spec["kind"], Density)(self.spec, weights)

    def __call__(self, theta, x):
        """theta [n, d], x [n, p], raw units -> [n]: nats, or a distance for costs. See artifact.md."""
        (u, of_theta), (v, of_x) = standard(theta, self.scaling["theta"]), standard(x, self.scaling["x"])
        if self.spec["kind"] == "network":
            return self.parts(u, v)
        if self.spec["kind"] == "mixed":
            numbers = [j for j, count in enumerate(self.spec["categories"]) if not count]
            return self.parts(v, u, np.array(x, float)) + of_x[:, numbers].sum(1)
        of_theta, of_x = of_theta.sum(1), of_x.sum(1)
        return self.parts(u, v) + of_theta if self.spec["target"] == "theta" else self.parts(v, u) + of_x


def standard(raw, side):
    """Raw units to those of the network, and the log of how much each shrinks. See artifact.md, "Units"."""
    raw = np.array(raw, dtype=float)
    seen, slope = raw.copy(), np.ones_like(raw)
    none = [None] * raw.shape[1]
    ends = zip(side.get("log", none), side.get("upper", none), side.get("fold", none))
    for j, (low, high, fold) in enumerate(ends):
        v = raw[:, j]
        if low is not None and high is not None:
            seen[:, j], slope[:, j] = np.log(v - low) - np.log(high - v), 1 / (v - low) + 1 / (high - v)
        elif low is not None:
            seen[:, j], slope[:, j] = np.log(v - low), 1 / (v - low)
        elif high is not None:
            seen[:, j], slope[:, j] = np.log(high - v), 1 / (high - v)
        elif fold is not None:
            seen[:, j] = np.arcsinh((v - fold["at"]) / fold["unit"])
            slope[:, j] = 1 / np.hypot(v - fold["at"], fold["unit"])
    return (seen - side["mean"]) / side["std"], np.log(slope / side["std"])


def bound(h):
    return 7 * np.tanh(h / 7)


def spline(shape, a, bins, span):
    """A rational-quadratic spline and the log of its slope; the identity outside of (-span, span)."""
    if abs(a) >= span:
        return a, 0
    widths, heights, slopes = shape[:bins], shape[bins : 2 * bins], shape[2 * bins :]
    part = lambda h: 2 * span * (1e-3 + (1 - 1e-3 * bins) * np.exp(h - h.max()) / np.exp(h - h.max()).sum())
    u, v = (np.concatenate([[-span], np.cumsum(part(h)) - span]) for h in (widths, heights))
    d = np.concatenate([[1], 1e-3 + softplus(slopes + np.log(np.expm1(1 - 1e-3))), [1]])
    k = min(np.searchsorted(u, a, "right") - 1, bins - 1)
    w, g = u[k + 1] - u[k], v[k + 1] - v[k]
    x, s = (a - u[k]) / w, g / w
    e = s + (d[k + 1] + d[k] - 2 * s) * x * (1 - x)
    slope = s**2 * (d[k + 1] * x**2 + 2 * s * x * (1 - x) + d[k] * (1 - x) ** 2) / e**2
    return v[k] + g * (s * x**2 + d[k] * x * (1 - x)) / e, np.log(slope)


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
