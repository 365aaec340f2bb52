"""The door to the kernels: everything outside this folder imports them from here.

The kernels work on one block of rows; `each_block` cuts the rows into blocks of a fixed size and
runs them on threads. Since the blocks do not depend on the number of threads, and partial sums are
folded in the order of the blocks, neither does any result.
"""

from __future__ import annotations

from quantize.kernels.blocks import available_cores, each_block
from quantize.kernels.reference import (
    cluster_sums,
    count_keys,
    look_up,
    nearest,
    pack,
    unpack,
)

ACTIVE = "reference"
"""Which implementation runs."""

__all__ = [
    "ACTIVE",
    "available_cores",
    "cluster_sums",
    "count_keys",
    "each_block",
    "look_up",
    "nearest",
    "pack",
    "unpack",
]
