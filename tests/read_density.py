"""Reads a trained density and evaluates it, with numpy alone: python read_density.py FILE < pairs.json

pairs.json is {"target": [[...], ...], "condition": [[...], ...]}; printed is log q of each pair in
raw units. Embeddings are left out; everything else that `core/density_spec.ts` says is here.
"""

import json
import sys

import numpy as np

LEAST, MOST = 1e-3, 7
ACT = {"silu": lambda h: h / (1 + np.exp(-h)), "tanh": np.tanh, "relu": lambda h: np.maximum(h, 0)}


def read(path):
    raw = open(path, "rb").read()
    start = 8 + int.from_bytes(raw[:8], "little")
    head = json.loads(raw[8:start])
    meta = {k: json.loads(v) for k, v in head.pop("__metadata__").items() if v[0] in "{["}
    one = lambda e: np.frombuffer(raw[start:][slice(*e["data_offsets"])], "<f4").astype(float).reshape(e["shape"])
    return meta, {name: one(entry) for name, entry in head.items()}


def standard(v, by):
    low, high = (np.array([e if e is not None else end for e in by.get(k) or [None] * len(v)])
                 for k, end in (("log", -np.inf), ("upper", np.inf)))
    a, b = np.isfinite(low), np.isfinite(high)
    down, up = np.where(a, v - low, 1), np.where(b, high - v, 1)
    c = np.where(a & b, np.log(down) - np.log(up), np.where(a, np.log(down), np.where(b, np.log(up), v)))
    slope = np.where(a & b, 1 / down + 1 / up, np.where(a, 1 / down, np.where(b, 1 / up, 1)))
    return (c - by["mean"]) / by["std"], np.sum(np.log(slope / by["std"]))


def dense(w, path, x):
    return x @ w[path + "/weight"] + w[path + "/bias"]


def trunk(w, path, t, x):
    if t["kind"] == "mlp":
        for i in range(len(t["hidden"])):
            x = ACT[t["activation"]](dense(w, f"{path}/{i}", x))
        return dense(w, path + "/out", x)
    h, act = dense(w, path + "/in", x), ACT[t["activation"]]
    for i in range(t["blocks"]):
        h = h + dense(w, f"{path}/block{i}/1", act(dense(w, f"{path}/block{i}/0", act(h))))
    return dense(w, path + "/out", h)


def bound(h):
    return MOST * np.tanh(h / MOST)


def spline(o, a, bins, span):
    if abs(a) >= span:
        return a, 0
    part = lambda h: 2 * span * (LEAST + (1 - LEAST * bins) * np.exp(h) / np.exp(h).sum())
    u, v = (np.concatenate([[-span], np.cumsum(part(h)) - span]) for h in (o[:bins], o[bins:2 * bins]))
    d = np.concatenate([[1], LEAST + np.log1p(np.exp(o[2 * bins:] + np.log(np.expm1(1 - LEAST)))), [1]])
    k = min(np.searchsorted(u, a, "right") - 1, bins - 1)
    w, g = u[k + 1] - u[k], v[k + 1] - v[k]
    x, s = (a - u[k]) / w, g / w
    e = s + (d[k + 1] + d[k] - 2 * s) * x * (1 - x)
    slope = s**2 * (d[k + 1] * x**2 + 2 * s * x * (1 - x) + d[k] * (1 - x) ** 2) / e**2
    return v[k] + g * (s * x**2 + d[k] * x * (1 - x)) / e, np.log(slope)


def flow(spec, w, y, c):
    total, dim, y = 0, len(y), y.copy()
    for t in range(spec["transforms"]):
        path = f"transform{t}"
        if spec["kind"] == "maf":
            row = np.concatenate([y, c])
            o = trunk(w, path, {**spec, "kind": "mlp"}, row)
            h = bound(o[dim:])
            y, total = (y - o[:dim] - row @ w[path + "/skip/weight"]) * np.exp(h), total + h.sum()
            continue
        digit = 2 ** (t // 2 % max(1, int(np.ceil(np.log2(dim)))))
        moved = [j for j in range(dim) if dim == 1 or j // digit % 2 != t % 2]
        row = np.concatenate([y[[j for j in range(dim) if j not in moved]], c])
        o, line = trunk(w, path, spec["trunk"], row).reshape(len(moved), -1), row @ w[path + "/skip/weight"]
        for i, j in enumerate(moved):
            h = bound(o[i, 1])
            y[j], slope = spline(o[i, 2:], (y[j] - o[i, 0] - line[i]) * np.exp(h), spec["bins"], spec["span"])
            total += h + slope
    return total - 0.5 * y @ y - dim * np.log(2 * np.pi) / 2


def mixture(spec, w, y, c):
    n, dim, terms = spec["components"], len(y), []
    o = trunk(w, "trunk", spec["trunk"], c)
    a, r, h, l = np.split(o, np.cumsum([n, n * dim, n * dim]))
    mean, h, l = (r + c @ w["skip/weight"]).reshape(n, dim), bound(h).reshape(n, dim), l.reshape(n, -1)
    for k in range(n):
        factor = np.diag(np.exp(h[k]))
        factor[np.tril_indices(dim, -1)] = l[k]
        z = factor @ (y - mean[k])
        terms.append(a[k] + h[k].sum() - z @ z / 2)
    return np.logaddexp.reduce(terms) - np.logaddexp.reduce(a) - dim * np.log(2 * np.pi) / 2


if __name__ == "__main__":
    meta, w = read(sys.argv[1])
    spec, pairs = meta["spec"], json.load(sys.stdin)
    own, other = ("theta", "x") if spec["target"] == "theta" else ("x", "theta")
    for target, condition in zip(pairs["target"], pairs["condition"]):
        y, slopes = standard(np.array(target), meta["scaling"][own])
        c, _ = standard(np.array(condition), meta["scaling"][other])
        print((mixture if spec["kind"] == "mdn" else flow)(spec, w, y, c) + slopes)
