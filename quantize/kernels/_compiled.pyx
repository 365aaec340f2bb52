# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False, infer_types=False
"""The kernels in C, equal to `reference.py` to the bit: same names, same arguments, same results.

Read it beside the reference, which says what each kernel is for. Everything runs without the GIL.
Compiled with `-ffp-contract=off` and without `-ffast-math`: a fused or reordered sum is another sum.
Without `-ffinite-math-only` too, since costs and distances begin at infinity: `lesser` and `greater`
are written so that compilers make one vector instruction of each without that promise.
"""

import numpy as np

from libc.math cimport INFINITY, fabs, rint, sqrt
from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcpy, memmove, memset

from quantize.kernels.blocks import VECTOR_DIMENSIONS, each_block


def _reference():
    """Return the reference kernels, which most runs do not need."""
    from quantize.kernels import reference

    return reference


cdef extern from *:
    """
    /* Where the loader can choose by the processor, a function has a twin for AVX2, whose vectors are
       twice as long. Each lane adds the same numbers in the same order: results are the same. */
    #if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
    #define QUANTIZE_WIDE __attribute__((flatten, target_clones("avx2", "default")))
    #pragma GCC diagnostic ignored "-Wattributes" /* Cython gives it to the variable of the result too */
    #else
    #define QUANTIZE_WIDE
    #endif
    """
    ctypedef int wide_int "QUANTIZE_WIDE int"

ctypedef fused real:
    float
    double

cdef enum:
    CHUNK = 64      # points that are compared together: their box keeps a handful of centroids
    QUARTER = 16    # of a chunk
    CHUNKS = 16     # in a group, whose box is filtered first, so that chunks start from fewer
    GROUP = 1024    # CHUNK * CHUNKS
    MAX_D = 4       # WRITTEN_ORDER_DIMENSIONS
    PAIRS = 4       # points whose distances are added up side by side
    LANES = 8       # sums that run side by side in `seed_costs`
    CELLS = 1 << 15 # of 5 bits a channel
    PART_PIXELS = 1 << 20   # fewer are not worth a thread

include "_counting.pxi"
include "_encoding.pxi"
include "_differences.pxi"
include "_vectors.pxi"
include "_clustering.pxi"
include "_tables.pxi"
include "_seeding.pxi"
include "_moving.pxi"
include "_reach.pxi"
include "_dithering.pxi"
include "_lossy.pxi"
include "_lzw.pxi"
include "_coding.pxi"
include "_arranging.pxi"
include "_inflating.pxi"
