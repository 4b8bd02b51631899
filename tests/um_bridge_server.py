"""Serves models with the package umbridge: python3 um_bridge_server.py PORT."""

import sys
import time

import numpy as np
import umbridge


class Mixed(umbridge.Model):
    """Outputs of every sort, by the config's kind."""

    ran = 0

    def get_input_sizes(self, config):
        return [2, 1]

    def get_output_sizes(self, config):
        if config.get("kind") == "no sizes":
            raise KeyError("kind")
        return [2, 1]

    def __call__(self, parameters, config):
        Mixed.ran += 1
        [[a, b], [c]] = parameters
        kind = config.get("kind")
        if kind == "slow":
            time.sleep(0.5)
        if kind == "ran":
            return [[Mixed.ran, 0], [0]]
        if kind == "types":
            return [[float(isinstance(v, float)) for v in (a, b)], [float(isinstance(config["level"], int))]]
        if kind == "not finite":
            return [[float("nan"), float("inf")], [float("-inf")]]
        if kind == "numpy":
            return [list(np.array([a, b])), [np.float64(c)]]
        if kind == "throws" and a > 1:
            raise ValueError("a is too large")
        if kind == "short":
            return [[a], [c]]
        if kind == "no lists":
            return np.zeros((2, 2))
        if kind == "none":
            return [[None, a], [b]]
        return [[a * b + 0.1, a / 3.0], [c ** 2 / 7.0]]

    def supports_evaluate(self):
        return True


class Smooth(umbridge.Model):
    """F(u, v) = (u0² v, u1)."""

    def get_input_sizes(self, config):
        return [2, 1]

    def get_output_sizes(self, config):
        return [2]

    def gradient(self, out_wrt, in_wrt, parameters, sens, config):
        [[u, _], [v]] = parameters
        return [2 * u * v * sens[0], sens[1]] if in_wrt == 0 else [u * u * sens[0]]

    def apply_jacobian(self, out_wrt, in_wrt, parameters, vec, config):
        [[u, _], [v]] = parameters
        return [2 * u * v * vec[0], vec[1]] if in_wrt == 0 else [u * u * vec[0], 0.0]

    def apply_hessian(self, out_wrt, in_wrt1, in_wrt2, parameters, sens, vec, config):
        [[u, _], [_]] = parameters
        return [2 * u * sens[0] * vec[0], 0.0] if in_wrt1 == 0 else [2 * u * sens[0] * vec[0]]

    def supports_gradient(self):
        return True

    def supports_apply_jacobian(self):
        return True

    def supports_apply_hessian(self):
        return True


umbridge.serve_models([Mixed("mixed"), Smooth("smooth")], int(sys.argv[1]), max_workers=4)
