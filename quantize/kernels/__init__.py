"""The door to the kernels: everything outside this folder imports them from here.

There are two implementations with the same names: `reference.py`, plain NumPy, which is the
specification, and `_compiled.pyx`, the same in C. The environment variable `QUANTIZE_KERNELS`
chooses: `auto` (the default: compiled if it was built), `compiled` (an error if it was not), or
`reference`. Their results are equal, to the bit. Where `auto` finds no extension, importing this
door warns once, and `FALLBACK` holds the reason.

The extension is one module. Its parts (`_counting.pxi`, `_encoding.pxi`, `_clustering.pxi` and the
others beside them) are included in its source and not imported, because they call each other's C
functions in their innermost loops: the compiler inlines these within one file, not across modules.

The kernels work on one block of rows; `each_block` cuts the rows into blocks of a fixed size and
runs them on threads. Since the blocks do not depend on the number of threads, and partial sums are
folded in the order of the blocks, neither does any result.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any, Final

from quantize.kernels.blocks import (
    VECTOR_DIMENSIONS,
    WRITTEN_ORDER_DIMENSIONS,
    available_cores,
    beside,
    block_rows,
    each_block,
    each_wave,
    thread_count,
)
from quantize.kernels.choice import choose

if TYPE_CHECKING:
    from quantize.kernels import reference as _active
    from quantize.kernels.blas import one_blas_thread
    from quantize.kernels.dithering import (
        ALPHA_STEP,
        FULL,
        MARGIN,
        MAX_TAPS,
        NODES,
        WEIGHT_BITS,
        InverseMap,
        Neighbors,
        Reach,
        slant_of,
    )
    from quantize.kernels.lossy import COPIES, NEVER, REACH, STATES, LossyCosts, LossyRows
    from quantize.kernels.zorder import z_order_tables

    ACTIVE: str
    FALLBACK: str
else:
    ACTIVE, _active, FALLBACK = choose()

if FALLBACK:
    warnings.warn(FALLBACK, RuntimeWarning, stacklevel=2)

pack = _active.pack
unpack = _active.unpack
count_colors = _active.count_colors
weigh_colors = _active.weigh_colors
least_ranges = _active.least_ranges
look_up = _active.look_up
within = _active.within
search = _active.search
nearest = _active.nearest
nearest_two = _active.nearest_two
assign = _active.assign
paired_distances = _active.paired_distances
two_least = _active.two_least
cluster_sums = _active.cluster_sums
weighted_total = _active.weighted_total
halve = _active.halve
divide = _active.divide
seed_costs = _active.seed_costs
seed_rows = _active.seed_rows
add_seed = _active.add_seed
move_points = _active.move_points
diffuse = _active.diffuse
pattern = _active.pattern
tally = _active.tally
encode = _active.encode
trellis = _active.trellis
choose_strings = _active.choose_strings
clear_places = _active.clear_places
filled_at = _active.filled_at
code_strings = _active.code_strings
count_pairs = _active.count_pairs
chain = _active.chain
arrange = _active.arrange
stream_end = _active.stream_end

_OF_DITHERING: Final = (
    *("ALPHA_STEP", "FULL", "MARGIN", "MAX_TAPS", "WEIGHT_BITS"),
    *("InverseMap", "Neighbors", "Reach", "slant_of"),
    "NODES",
)

_OF_LOSSY: Final = ("COPIES", "NEVER", "REACH", "STATES", "LossyCosts", "LossyRows")


def __getattr__(name: str) -> Any:
    """Import what most runs do not need on its first use."""
    if name == "one_blas_thread":
        from quantize.kernels import blas

        value = getattr(blas, name)
    elif name == "z_order_tables":
        from quantize.kernels import zorder

        value = getattr(zorder, name)
    elif name in _OF_DITHERING:
        from quantize.kernels import dithering

        value = getattr(dithering, name)
    elif name in _OF_LOSSY:
        from quantize.kernels import lossy

        value = getattr(lossy, name)
    else:
        raise AttributeError(f"module 'quantize.kernels' has no attribute {name!r}")
    globals()[name] = value
    return value


__all__ = [
    "ACTIVE",
    "ALPHA_STEP",
    "COPIES",
    "FALLBACK",
    "FULL",
    "MARGIN",
    "MAX_TAPS",
    "NEVER",
    "NODES",
    "REACH",
    "STATES",
    "VECTOR_DIMENSIONS",
    "WEIGHT_BITS",
    "WRITTEN_ORDER_DIMENSIONS",
    "InverseMap",
    "LossyCosts",
    "LossyRows",
    "Neighbors",
    "Reach",
    "add_seed",
    "arrange",
    "assign",
    "available_cores",
    "beside",
    "block_rows",
    "chain",
    "choose_strings",
    "clear_places",
    "cluster_sums",
    "code_strings",
    "count_colors",
    "count_pairs",
    "diffuse",
    "divide",
    "each_block",
    "each_wave",
    "encode",
    "filled_at",
    "halve",
    "least_ranges",
    "look_up",
    "move_points",
    "nearest",
    "nearest_two",
    "one_blas_thread",
    "pack",
    "paired_distances",
    "pattern",
    "search",
    "seed_costs",
    "seed_rows",
    "slant_of",
    "stream_end",
    "tally",
    "thread_count",
    "trellis",
    "two_least",
    "unpack",
    "weigh_colors",
    "weighted_total",
    "within",
    "z_order_tables",
]
