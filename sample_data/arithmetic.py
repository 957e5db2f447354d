"""Arithmetic and random numbers that are the same on every machine and Python, for made-up weather.

Belongs here: what several stations are made with. Only + - * / and sqrt, which IEEE 754 rounds the same way everywhere.
"""

import math

import numpy as np


class Random:
    """Uniform and normal numbers from the raw bits of PCG64, by exact integer sums."""

    def __init__(self, seed: int) -> None:
        self._bits = np.random.PCG64(seed)

    def uniform(self, n: int) -> np.ndarray:
        return (self._bits.random_raw(n) >> np.uint64(11)) * 2.0**-53

    def normal(self, n: int) -> np.ndarray:
        """Sum of 12 uniforms (Irwin-Hall): integers, so that the order of the additions cannot matter."""
        halves = self._bits.random_raw(n * 6).view(np.uint32).reshape(n, 12)
        return halves.sum(axis=1, dtype=np.uint64) / 2.0**32 - 6.0

    def ar1(self, n: int, memory: float) -> np.ndarray:
        """Unit-variance first-order autoregression."""
        return _filter(self.normal(n), memory) * math.sqrt(1.0 - memory * memory)

    def smooth(self, n: int, memory: float, smoothing: float) -> np.ndarray:
        """Two autoregressions in a row: unit variance, no roughness from hour to hour."""
        a, b = memory, smoothing
        variance = (1 + a * b) / ((1 - a * b) * (1 - a * a) * (1 - b * b))
        return _filter(_filter(self.normal(n), a), b) / math.sqrt(variance)

    def choose(self, candidates: np.ndarray, n: int) -> np.ndarray:
        return np.sort(candidates[np.argsort(self.uniform(len(candidates)), kind="stable")[:n]])


def _filter(noise: np.ndarray, memory: float) -> np.ndarray:
    out, x = [], 0.0
    for e in noise.tolist():
        x = memory * x + e
        out.append(x)
    return np.array(out)


def sine(turns: np.ndarray) -> np.ndarray:
    """sin(2 pi turns) by Bhaskara's rational approximation (error below 0.002)."""
    u = (turns - np.floor(turns)) * 2.0
    sign = np.where(u < 1.0, 1.0, -1.0)
    u = u - np.floor(u)
    return sign * 16.0 * u * (1.0 - u) / (5.0 - 4.0 * u * (1.0 - u))


def power_016(x: np.ndarray) -> np.ndarray:
    """x ** 0.16 as the product of the square roots that 0.16 has in binary."""
    result, root, rest = np.ones_like(x), x, 0.16
    for _ in range(30):
        root, rest = np.sqrt(root), rest * 2
        if rest >= 1:
            result, rest = result * root, rest - 1
    return result
