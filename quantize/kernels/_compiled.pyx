# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True
# cython: initializedcheck=False, infer_types=False
"""The kernels in C, equal to `reference.py` to the bit: same names, same arguments, same results.

Read it beside the reference, which says what each kernel is for. Everything runs without the GIL.
Compiled with `-ffp-contract=off` and without `-ffast-math`: a fused or reordered sum is another sum.
"""

import numpy as np

from libc.math cimport INFINITY
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t
from libc.stdlib cimport free, malloc
from libc.string cimport memset

from quantize.kernels import reference
from quantize.kernels.blocks import each_block
from quantize.kernels.dithering import slant_of

ctypedef fused real:
    float
    double

cdef enum:
    CHUNK = 64      # points that are compared together: their box keeps a handful of centroids
    CHUNKS = 16     # in a group, whose box is filtered first, so that chunks start from fewer
    GROUP = 1024    # CHUNK * CHUNKS
    MAX_D = 4
    PAIRS = 4       # points whose distances are added up side by side
    LANES = 8       # sums that run side by side in `seed_costs`
    CELLS = 1 << 15 # of 5 bits a channel
    PART_PIXELS = 1 << 20   # fewer are not worth a thread

# ------------------------------------------------------------------------------------------ colours

cdef uint32_t[3][256] SPREAD3   # the bits of a byte three apart, for red, green, blue
cdef uint32_t[4][256] SPREAD4   # and four apart
cdef uint32_t[3][256] GATHER3   # the way back: what each byte of a key says of red, green, blue


cdef void fill_tables() noexcept:
    cdef uint32_t value, bit, place
    cdef int channel, channels
    for value in range(256):
        for channel in range(3):
            SPREAD3[channel][value] = 0
            GATHER3[channel][value] = 0
        for channel in range(4):
            SPREAD4[channel][value] = 0
        for bit in range(8):
            for channel in range(3):
                SPREAD3[channel][value] |= (value >> bit & 1) << (3 * bit + 2 - channel)
            for channel in range(4):
                SPREAD4[channel][value] |= (value >> bit & 1) << (4 * bit + 3 - channel)
            for channel in range(3):    # here a byte of the key, lowest first
                place = 8 * channel + bit
                GATHER3[channel][value] |= (value >> bit & 1) << (place // 3 + 8 * (place % 3))


fill_tables()


cdef inline uint32_t key_of(const uint8_t* color) noexcept nogil:
    return SPREAD3[0][color[0]] | SPREAD3[1][color[1]] | SPREAD3[2][color[2]]


def pack(const uint8_t[:, :] colors, uint32_t[::1] keys):
    cdef Py_ssize_t row
    with nogil:
        if colors.shape[1] == 3:
            for row in range(colors.shape[0]):
                keys[row] = (SPREAD3[0][colors[row, 0]] | SPREAD3[1][colors[row, 1]]
                             | SPREAD3[2][colors[row, 2]])
        else:
            for row in range(colors.shape[0]):
                keys[row] = (SPREAD4[0][colors[row, 0]] | SPREAD4[1][colors[row, 1]]
                             | SPREAD4[2][colors[row, 2]] | SPREAD4[3][colors[row, 3]])


def unpack(const uint32_t[:] keys, uint8_t[:, :] colors):
    cdef Py_ssize_t row
    cdef int channel, bit
    cdef uint32_t key, value
    with nogil:
        if colors.shape[1] == 3:
            for row in range(keys.shape[0]):
                key = keys[row]
                value = (GATHER3[0][key & 255] | GATHER3[1][key >> 8 & 255]
                         | GATHER3[2][key >> 16])
                colors[row, 0] = <uint8_t> (value >> 16)
                colors[row, 1] = <uint8_t> (value >> 8 & 255)
                colors[row, 2] = <uint8_t> (value & 255)
        else:
            for row in range(keys.shape[0]):
                key = keys[row]
                for channel in range(4):
                    value = 0
                    for bit in range(8):
                        value |= (key >> (4 * bit + 3 - channel) & 1) << bit
                    colors[row, channel] = <uint8_t> value


def count_colors(pixels, threads=1):
    """By radix: count the 5-bit cells, bring each cell's pixels together, count within the cell.

    Each thread has its part of the pixels, then of the cells; parts change no result.
    """
    if pixels.shape[1] != 3 or not 0 < len(pixels) < 1 << 32:
        return reference.count_colors(pixels)
    return _by_radix(pixels, None, threads)[:2]


def weigh_colors(pixels, weights, threads=1):
    """The same; a pixel's weight travels with the lower bits of its key."""
    if pixels.shape[1] != 3 or not 0 < len(pixels) < 1 << 32:
        return reference.weigh_colors(pixels, weights)
    return _by_radix(pixels, np.ascontiguousarray(weights), threads)


def _by_radix(pixels, weights, threads):
    cdef Py_ssize_t n = len(pixels)
    colors = np.ascontiguousarray(pixels)
    parts = max(min(threads, n // PART_PIXELS), 1)
    pixel_bounds = [n * part // parts for part in range(parts + 1)]
    tallies = np.zeros((parts, CELLS), np.uint32)
    rest = np.empty(n, np.uint16)

    def tally(part):
        _tally(colors[pixel_bounds[part.start]:pixel_bounds[part.stop]], tallies[part.start])

    each_block(parts, tally, threads=parts, block=1)
    # cell by cell, and within a cell part by part: where the pixels of a part go
    ends = np.cumsum(tallies.T.ravel(), dtype=np.uint32)
    cursors = np.ascontiguousarray((ends - tallies.T.ravel()).reshape(CELLS, parts).T)
    cell_ends = np.concatenate([np.zeros(1, np.uint32), ends[parts - 1::parts]])

    def scatter(part):
        rows = slice(pixel_bounds[part.start], pixel_bounds[part.stop])
        if weights is None:
            _scatter(colors[rows], cursors[part.start], rest)
        else:
            _scatter_weighted(colors[rows], weights[rows], cursors[part.start], rest)

    each_block(parts, scatter, threads=parts, block=1)
    cell_bounds = np.searchsorted(cell_ends[1:], pixel_bounds[1:parts]).tolist()
    cell_bounds = [0, *cell_bounds, CELLS]

    def list_part(part):
        bounds = cell_bounds[part.start], cell_bounds[part.stop]
        return _list_colors(cell_ends, rest, *bounds, weights is not None)

    found = each_block(parts, list_part, threads=parts, block=1)
    return tuple(np.concatenate(column) for column in zip(*found))


def _tally(const uint8_t[:, ::1] colors, uint32_t[::1] counts):
    cdef Py_ssize_t row
    with nogil:
        for row in range(colors.shape[0]):
            counts[key_of(&colors[row, 0]) >> 9] += 1


def _scatter(const uint8_t[:, ::1] colors, uint32_t[::1] cursors, uint16_t[::1] rest):
    """The low 9 bits of each key, to where its cell's cursor stands."""
    cdef Py_ssize_t row
    cdef uint32_t key
    with nogil:
        for row in range(colors.shape[0]):
            key = key_of(&colors[row, 0])
            rest[cursors[key >> 9]] = <uint16_t> (key & 511)
            cursors[key >> 9] += 1


def _scatter_weighted(const uint8_t[:, ::1] colors, const uint8_t[::1] weights,
                      uint32_t[::1] cursors, uint16_t[::1] rest):
    """The same with the weight in the upper 7 bits."""
    cdef Py_ssize_t row
    cdef uint32_t key
    with nogil:
        for row in range(colors.shape[0]):
            key = key_of(&colors[row, 0])
            rest[cursors[key >> 9]] = <uint16_t> (key & 511 | <uint32_t> weights[row] << 9)
            cursors[key >> 9] += 1


def _list_colors(const uint32_t[::1] ends, const uint16_t[::1] rest, uint32_t first, uint32_t last,
                 bint weighted):
    """The colours of some cells: cell c stands in `rest` from ends[c] to ends[c + 1]."""
    cdef Py_ssize_t distinct, most = min(ends[last] - ends[first], (last - first) * 512)
    # as long as there could be colours; memory that is never touched is never taken
    found_keys, found_counts = np.empty(most, np.uint32), np.empty(most, np.int64)
    found_totals = np.empty(most if weighted else 0, np.int64)
    cdef uint32_t[::1] keys = found_keys
    cdef int64_t[::1] counts = found_counts
    cdef int64_t[::1] totals = found_totals
    if most == 0:
        return found_keys, found_counts, found_totals
    with nogil:
        distinct = list_colors(&ends[0], &rest[0], first, last, &keys[0], &counts[0],
                               &totals[0] if weighted else NULL)
    return found_keys[:distinct].copy(), found_counts[:distinct].copy(), found_totals[:distinct].copy()


cdef Py_ssize_t list_colors(
    const uint32_t* ends, const uint16_t* rest, uint32_t first, uint32_t last,
    uint32_t* keys, int64_t* counts, int64_t* totals
) noexcept nogil:
    """The distinct keys in ascending order with their counts and weights; how many these are."""
    cdef Py_ssize_t at, found = 0
    cdef uint32_t cell, eight, low
    cdef uint32_t[512] tally
    cdef int64_t[512] weight
    cdef uint8_t[64] touched        # which eighths of the tally, so that few need a look
    memset(tally, 0, sizeof(tally))
    memset(weight, 0, sizeof(weight))
    memset(touched, 0, sizeof(touched))
    for cell in range(first, last):
        if ends[cell + 1] == ends[cell]:
            continue
        if totals == NULL:
            for at in range(ends[cell], ends[cell + 1]):
                tally[rest[at]] += 1
                touched[rest[at] >> 3] = 1
        else:
            for at in range(ends[cell], ends[cell + 1]):
                low = rest[at] & 511
                tally[low] += 1
                weight[low] += rest[at] >> 9
                touched[low >> 3] = 1
        for eight in range(64):
            if touched[eight]:
                touched[eight] = 0
                for low in range(8 * eight, 8 * eight + 8):
                    if tally[low]:
                        keys[found] = cell << 9 | low
                        counts[found] = tally[low]
                        if totals != NULL:
                            totals[found] = weight[low]
                            weight[low] = 0
                        found += 1
                        tally[low] = 0
    return found


def least_ranges(pixels, Py_ssize_t start, uint8_t[:, ::1] ranges):
    """Row by row: the luma of three rows, their extremes in columns of three, then across."""
    cdef const uint8_t[:, :, ::1] colors = np.ascontiguousarray(pixels)
    cdef Py_ssize_t height = colors.shape[0], width = colors.shape[1], channels = colors.shape[2]
    cdef Py_ssize_t row, at, first = max(start - 2, 0), wanted = ranges.shape[0]
    cdef Py_ssize_t last = min(start + wanted + 2, height)      # rows from first to last are read
    # room to the left and right of each row for a copy of its first and last value
    cdef Py_ssize_t stride = width + 2
    cdef uint8_t[:, ::1] lumas = np.empty((last - first, stride), np.uint8)
    cdef uint8_t[:, ::1] spreads = np.empty((last - first, stride), np.uint8)
    cdef uint8_t[:, ::1] spare = np.empty((2, stride), np.uint8)
    cdef Py_ssize_t rows = last - first
    with nogil:
        for row in range(rows):
            luma_of(&colors[first + row, 0, 0], width, channels, &lumas[row, 1])
            lumas[row, 0] = lumas[row, 1]
            lumas[row, width + 1] = lumas[row, width]
        for row in range(rows):
            spread_of(&lumas[max(row - 1, 0), 0], &lumas[row, 0], &lumas[min(row + 1, rows - 1), 0],
                      width, &spare[0, 0], &spare[1, 0], &spreads[row, 1])
            spreads[row, 0] = spreads[row, 1]
            spreads[row, width + 1] = spreads[row, width]
        for at in range(wanted):
            row = start - first + at
            least_of(&spreads[max(row - 1, 0), 0], &spreads[row, 0],
                     &spreads[min(row + 1, rows - 1), 0], width, &spare[0, 0], &ranges[at, 0])


cdef void luma_of(
    const uint8_t* colors, Py_ssize_t width, Py_ssize_t channels, uint8_t* luma
) noexcept nogil:
    cdef Py_ssize_t at
    cdef uint32_t value
    if channels == 3:
        for at in range(width):
            luma[at] = <uint8_t> ((77 * colors[3 * at] + 150 * colors[3 * at + 1]
                                   + 29 * colors[3 * at + 2]) >> 8)
    else:
        for at in range(width):
            value = (77 * colors[4 * at] + 150 * colors[4 * at + 1] + 29 * colors[4 * at + 2]) >> 8
            luma[at] = <uint8_t> (value * colors[4 * at + 3] // 255)


cdef inline uint8_t larger(uint8_t a, uint8_t b) noexcept nogil:
    return a if a > b else b


cdef inline uint8_t smaller(uint8_t a, uint8_t b) noexcept nogil:
    return a if a < b else b


cdef void spread_of(
    const uint8_t* above, const uint8_t* own, const uint8_t* below, Py_ssize_t width,
    uint8_t* high, uint8_t* low, uint8_t* spread
) noexcept nogil:
    """The range of each 3 x 3 window; rows have a place more at each end."""
    cdef Py_ssize_t at
    for at in range(width + 2):
        high[at] = larger(larger(above[at], own[at]), below[at])
        low[at] = smaller(smaller(above[at], own[at]), below[at])
    for at in range(width):
        spread[at] = (larger(larger(high[at], high[at + 1]), high[at + 2])
                      - smaller(smaller(low[at], low[at + 1]), low[at + 2]))


cdef void least_of(
    const uint8_t* above, const uint8_t* own, const uint8_t* below, Py_ssize_t width,
    uint8_t* low, uint8_t* least
) noexcept nogil:
    """The least of each 3 x 3 window."""
    cdef Py_ssize_t at
    for at in range(width + 2):
        low[at] = smaller(smaller(above[at], own[at]), below[at])
    for at in range(width):
        least[at] = smaller(smaller(low[at], low[at + 1]), low[at + 2])


def look_up(pixels, const int32_t[:] lines, const uint8_t[:, :] table, uint8_t[::1] indices):
    cdef const uint8_t[:, ::1] colors = np.ascontiguousarray(pixels)
    cdef Py_ssize_t row
    cdef uint32_t key
    with nogil:
        for row in range(colors.shape[0]):
            key = key_of(&colors[row, 0])
            indices[row] = table[lines[key >> 9], key & 511]


def search(const uint8_t[:, :] pixels, const uint32_t[:] distinct, const uint8_t[:] labels,
           uint8_t[::1] indices):
    cdef Py_ssize_t row, low, high, middle, found = 0
    cdef uint32_t key
    with nogil:
        for row in range(pixels.shape[0]):
            key = (SPREAD4[0][pixels[row, 0]] | SPREAD4[1][pixels[row, 1]]
                   | SPREAD4[2][pixels[row, 2]] | SPREAD4[3][pixels[row, 3]])
            if distinct[found] != key:      # neighbours are often equal
                low, high = 0, distinct.shape[0]
                while low < high:
                    middle = (low + high) // 2
                    if distinct[middle] < key:
                        low = middle + 1
                    else:
                        high = middle
                found = low
            indices[row] = labels[found]


# ------------------------------------------------------------------------------------------ k-means

def nearest(points, centroids, labels, distances):
    """By exact pruning: a centroid is dropped for a whole box of points if another is nearer to
    every place in it.

    For a box, near(c) and far(c) are the least and the greatest squared distance that any point in
    it can have to c, added up in the order in which real distances are. Rounding is monotonic, so
    near(c) <= distance(x, c) <= far(c) holds for the rounded numbers too. A centroid with
    near(c) > min far is therefore farther, as computed, than another for each point of the box:
    dropping it changes no result, and ties are kept.
    """
    if points.shape[1] > reference.WRITTEN_ORDER_DIMENSIONS:
        for tile, table in reference.distance_tables(points, centroids):
            labels[tile] = table.argmin(axis=1)
        paired_distances(np.ascontiguousarray(points), np.ascontiguousarray(centroids), labels,
                         distances)
    else:
        _nearest(np.ascontiguousarray(points), np.ascontiguousarray(centroids.T), labels, distances,
                 distances[:0])


def nearest_two(points, centroids, labels, distances, seconds):
    """As `nearest`; a centroid is dropped where two others are nearer in the whole box."""
    if points.shape[1] > reference.WRITTEN_ORDER_DIMENSIONS:
        second = np.empty_like(labels)
        for tile, table in reference.distance_tables(points, centroids):
            labels[tile] = table.argmin(axis=1)
            table[np.arange(len(table)), labels[tile]] = np.inf
            second[tile] = table.argmin(axis=1)
        points, centroids = np.ascontiguousarray(points), np.ascontiguousarray(centroids)
        paired_distances(points, centroids, labels, distances)
        paired_distances(points, centroids, second, seconds)
    elif len(points):
        _nearest(np.ascontiguousarray(points), np.ascontiguousarray(centroids.T), labels, distances,
                 seconds)


def paired_distances(const real[:, ::1] points, const real[:, ::1] centroids,
                     const int32_t[:] labels, real[:] distances):
    cdef Py_ssize_t row, other, axis, n = points.shape[0], d = points.shape[1]
    cdef int32_t[PAIRS] label
    cdef real[PAIRS] total
    cdef real step
    with nogil:
        for row from 0 <= row < n by PAIRS:     # sums side by side do not wait for each other
            for other in range(PAIRS):
                label[other] = labels[min(row + other, n - 1)]
                total[other] = 0
            for axis in range(d):
                for other in range(PAIRS):
                    step = points[min(row + other, n - 1), axis] - centroids[label[other], axis]
                    total[other] = total[other] + step * step
            for other in range(min(<Py_ssize_t> PAIRS, n - row)):
                distances[row + other] = total[other]


def _nearest(const real[:, ::1] points, const real[:, ::1] columns, int32_t[::1] labels,
             real[::1] distances, real[::1] seconds):
    cdef Py_ssize_t n = points.shape[0], k = columns.shape[1]
    cdef int d = points.shape[1]
    # the columns left for a group; near and far of its centroids
    cdef real* scratch = <real*> malloc((MAX_D + 2) * k * sizeof(real))
    # the numbers of the centroids left for a group, and of those the ones left for a chunk
    cdef int32_t* names = <int32_t*> malloc(2 * k * sizeof(int32_t))
    if scratch == NULL or names == NULL:
        free(scratch)
        free(names)
        raise MemoryError
    with nogil:
        if n:
            nearest_rows(&points[0, 0], n, d, &columns[0, 0], k, &labels[0], &distances[0],
                         &seconds[0] if seconds.shape[0] else NULL, scratch, names)
    free(scratch)
    free(names)


cdef void nearest_rows(
    const real* points, Py_ssize_t n, int d, const real* columns, Py_ssize_t k,
    int32_t* labels, real* distances, real* seconds, real* scratch, int32_t* names
) noexcept nogil:
    cdef int two = seconds != NULL
    cdef real* near = scratch + MAX_D * k
    cdef real* far = near + k
    cdef int32_t* chosen = names + k
    cdef real[CHUNKS][MAX_D][CHUNK] x       # the points of a group, chunk by chunk
    cdef real[CHUNKS][MAX_D] low, high
    cdef real[MAX_D] group_low, group_high
    cdef Py_ssize_t group, row, size, chunk, chunks, kept, left, j
    cdef int axis
    for group from 0 <= group < n by GROUP:
        chunks = 0
        for row from group <= row < min(group + GROUP, n) by CHUNK:
            load(points + row * d, min(<Py_ssize_t> CHUNK, n - row), d,
                 &x[chunks][0][0], low[chunks], high[chunks])
            chunks += 1
        for axis in range(d):
            group_low[axis] = low[0][axis]
            group_high[axis] = high[0][axis]
            for chunk in range(1, chunks):
                if low[chunk][axis] < group_low[axis]:
                    group_low[axis] = low[chunk][axis]
                if high[chunk][axis] > group_high[axis]:
                    group_high[axis] = high[chunk][axis]
        kept = prune(columns, k, k, d, two, group_low, group_high, near, far, names)
        for axis in range(d):
            for j in range(kept):
                scratch[axis * k + j] = columns[axis * k + names[j]]
        for chunk in range(chunks):
            row = group + chunk * CHUNK
            size = min(<Py_ssize_t> CHUNK, n - row)
            left = prune(scratch, kept, k, d, two, low[chunk], high[chunk], near, far, chosen)
            compare(&x[chunk][0][0], size, d, scratch, k, chosen, left, names,
                    labels + row, distances + row, seconds + row if two else NULL)


cdef void load(
    const real* points, Py_ssize_t n, int d, real* x, real* low, real* high
) noexcept nogil:
    """Up to CHUNK points as d columns, filled up with the first; and their box."""
    cdef Py_ssize_t p
    cdef int axis
    cdef real least, most
    for axis in range(d):
        for p in range(n):
            x[axis * CHUNK + p] = points[p * d + axis]
        for p in range(n, CHUNK):       # so that all loops over a chunk have a constant length
            x[axis * CHUNK + p] = points[axis]
        least = points[axis]
        most = least
        for p in range(CHUNK):
            least = x[axis * CHUNK + p] if x[axis * CHUNK + p] < least else least
            most = x[axis * CHUNK + p] if x[axis * CHUNK + p] > most else most
        low[axis] = least
        high[axis] = most


cdef Py_ssize_t prune(
    const real* columns, Py_ssize_t m, Py_ssize_t stride, int d, int two, const real* low,
    const real* high, real* near, real* far, int32_t* kept
) noexcept nogil:
    """The centroids that can be nearest (or second) in a box, in ascending order; how many."""
    cdef const real* column
    cdef real center, below, above, inside, outside, limit, second, bottom, top
    cdef Py_ssize_t j, count = 0
    cdef int axis
    for axis in range(d):
        column = columns + axis * stride
        bottom = low[axis]
        top = high[axis]
        for j in range(m):
            center = column[j]
            below = bottom - center
            above = center - top
            inside = below if below > above else above      # > 0 if the centroid is outside
            inside = inside if inside > 0 else 0
            below = -below
            above = -above
            outside = below if below > above else above     # to the farther wall
            if axis == 0:
                near[j] = inside * inside
                far[j] = outside * outside
            else:
                near[j] += inside * inside
                far[j] += outside * outside
    limit = far[0]
    if two:
        second = INFINITY
        for j in range(1, m):
            inside = far[j] if far[j] > limit else limit
            limit = far[j] if far[j] < limit else limit
            second = inside if inside < second else second
        limit = second
    else:
        for j in range(1, m):
            limit = far[j] if far[j] < limit else limit
    for j in range(m):
        kept[count] = <int32_t> j
        count += near[j] <= limit
    return count


cdef void compare(
    const real* x, Py_ssize_t n, int d, const real* columns, Py_ssize_t stride,
    const int32_t* chosen, Py_ssize_t m, const int32_t* names, int32_t* labels, real* distances,
    real* seconds
) noexcept nogil:
    """The nearest of the chosen centroids for the points of a chunk; the first of equals."""
    cdef real[CHUNK] best, runner_up
    cdef int32_t[CHUNK] winner
    cdef real[MAX_D] c
    cdef real step, total, other
    cdef Py_ssize_t p, j
    cdef int axis
    for p in range(CHUNK):
        best[p] = INFINITY
        runner_up[p] = INFINITY
        winner[p] = 0
    for j in range(m):
        for axis in range(d):
            c[axis] = columns[axis * stride + chosen[j]]
        if d == 3 and seconds == NULL:
            for p in range(CHUNK):
                step = x[p] - c[0]
                total = step * step
                step = x[CHUNK + p] - c[1]
                total = total + step * step
                step = x[2 * CHUNK + p] - c[2]
                total = total + step * step
                winner[p] = <int32_t> j if total < best[p] else winner[p]
                best[p] = total if total < best[p] else best[p]
        else:
            for p in range(CHUNK):
                total = 0
                for axis in range(d):
                    step = x[axis * CHUNK + p] - c[axis]
                    total = total + step * step
                other = total if total > best[p] else best[p]
                runner_up[p] = other if other < runner_up[p] else runner_up[p]
                winner[p] = <int32_t> j if total < best[p] else winner[p]
                best[p] = total if total < best[p] else best[p]
    for p in range(n):
        labels[p] = names[chosen[winner[p]]]
        distances[p] = best[p]
    if seconds != NULL:
        for p in range(n):
            seconds[p] = runner_up[p]


def cluster_sums(points, weights, labels, mass, sums):
    _cluster_sums(np.ascontiguousarray(points), np.ascontiguousarray(weights),
                  np.ascontiguousarray(labels), mass, sums)


def _cluster_sums(const real[:, ::1] points, const double[::1] weights, const int32_t[::1] labels,
                  double[::1] mass, double[:, ::1] sums):
    cdef Py_ssize_t n = points.shape[0], d = points.shape[1]
    mass[:] = 0
    sums[:, :] = 0
    with nogil:
        if n and d == 3:
            sum_colors(&points[0, 0], &weights[0], &labels[0], n, &mass[0], &sums[0, 0])
        elif n:
            sum_points(&points[0, 0], &weights[0], &labels[0], n, d, &mass[0], &sums[0, 0])


cdef void sum_points(
    const real* points, const double* weights, const int32_t* labels, Py_ssize_t n, Py_ssize_t d,
    double* mass, double* sums
) noexcept nogil:
    cdef Py_ssize_t row, axis
    for row in range(n):
        mass[labels[row]] += weights[row]
        for axis in range(d):
            sums[labels[row] * d + axis] += weights[row] * <double> points[row * d + axis]


cdef void sum_colors(
    const real* points, const double* weights, const int32_t* labels, Py_ssize_t n,
    double* mass, double* sums
) noexcept nogil:
    """The same for three dimensions: neighbours share their cluster, so its sums stay at hand."""
    cdef Py_ssize_t row
    cdef int32_t label = labels[0]
    cdef double m = 0, x = 0, y = 0, z = 0
    for row in range(n):
        if labels[row] != label:
            mass[label] = m
            sums[3 * label] = x
            sums[3 * label + 1] = y
            sums[3 * label + 2] = z
            label = labels[row]
            m = mass[label]
            x = sums[3 * label]
            y = sums[3 * label + 1]
            z = sums[3 * label + 2]
        m += weights[row]
        x += weights[row] * <double> points[3 * row]
        y += weights[row] * <double> points[3 * row + 1]
        z += weights[row] * <double> points[3 * row + 2]
    mass[label] = m
    sums[3 * label] = x
    sums[3 * label + 1] = y
    sums[3 * label + 2] = z


def seed_costs(const double[:, :] columns, const double[::1] weights, const double[::1] cost,
               const double[:, ::1] places, double[::1] totals):
    cdef double[::1] lanes = np.zeros(places.shape[0] * LANES)
    cdef Py_ssize_t n = columns.shape[1], m = places.shape[0], start, size, j, p
    cdef int lane, d = columns.shape[0]
    cdef double[CHUNK] left
    with nogil:
        for start from 0 <= start < n by CHUNK:
            size = min(<Py_ssize_t> CHUNK, n - start)
            for j in range(m):
                with_seed(&columns[0, start], columns.strides[0] // sizeof(double), size, d, &weights[start], &cost[start],
                          &places[j, 0], left)
                for p in range(size, CHUNK):
                    left[p] = 0
                for p from 0 <= p < CHUNK by LANES:
                    for lane in range(LANES):
                        lanes[j * LANES + lane] += left[p + lane]
        for j in range(m):
            totals[j] = lanes[j * LANES]
            for lane in range(1, LANES):
                totals[j] += lanes[j * LANES + lane]


def add_seed(const double[:, :] columns, const double[::1] weights, const double[::1] place,
             double[::1] cost):
    cdef Py_ssize_t n = columns.shape[1], start, size, p
    cdef int d = columns.shape[0]
    cdef double[CHUNK] left
    with nogil:
        for start from 0 <= start < n by CHUNK:
            size = min(<Py_ssize_t> CHUNK, n - start)
            with_seed(&columns[0, start], columns.strides[0] // sizeof(double), size, d, &weights[start], &cost[start], &place[0],
                      left)
            for p in range(size):
                cost[start + p] = left[p]


cdef inline void with_seed(
    const double* columns, Py_ssize_t stride, Py_ssize_t n, int d, const double* weights,
    const double* cost, const double* place, double* left
) noexcept nogil:
    """What up to CHUNK points cost with one more seed."""
    cdef Py_ssize_t p
    cdef int axis
    cdef double step, total
    if d == 3:
        for p in range(n):
            step = columns[p] - place[0]
            total = step * step
            step = columns[stride + p] - place[1]
            total = total + step * step
            step = columns[2 * stride + p] - place[2]
            total = weights[p] * (total + step * step)
            left[p] = total if total < cost[p] else cost[p]
        return
    for p in range(n):
        left[p] = 0
    for axis in range(d):
        for p in range(n):
            step = columns[axis * stride + p] - place[axis]
            left[p] = left[p] + step * step
    for p in range(n):
        total = weights[p] * left[p]
        left[p] = total if total < cost[p] else cost[p]


def divide(const double[:, ::1] points, const double[::1] weights, int64_t[:, ::1] orders,
           int32_t[::1] labels, Py_ssize_t k):
    cdef Py_ssize_t n = points.shape[0], d = points.shape[1]
    cdef Py_ssize_t box, other, boxes = 1, row, start, middle, end
    cdef int64_t[::1] starts = np.zeros(k, np.int64), ends = np.zeros(k, np.int64)
    cdef double[::1] gains = np.zeros(k)
    cdef int64_t[::1] axes = np.zeros(k, np.int64), sizes = np.zeros(k, np.int64)
    cdef uint8_t[::1] on_left = np.zeros(n, np.uint8)
    cdef int64_t[::1] spare = np.empty(n, np.int64)
    cdef double[::1] scratch = np.empty(3 * d)
    ends[0] = n
    with nogil:
        best_cut(points, weights, orders, 0, n, scratch, &gains[0], &axes[0], &sizes[0])
        while boxes < k:
            box = 0
            for other in range(1, boxes):
                if gains[other] > gains[box]:
                    box = other
            if gains[box] < 0:
                break
            start, end = starts[box], ends[box]
            middle = start + sizes[box]
            for row in range(start, end):
                on_left[orders[axes[box], row]] = row < middle
            for row in range(d):
                partition(&orders[row, 0], start, end, on_left, spare)
            ends[box] = middle
            starts[boxes] = middle
            ends[boxes] = end
            best_cut(points, weights, orders, start, middle, scratch,
                     &gains[box], &axes[box], &sizes[box])
            best_cut(points, weights, orders, middle, end, scratch,
                     &gains[boxes], &axes[boxes], &sizes[boxes])
            boxes += 1
        for box in range(boxes):
            for row in range(starts[box], ends[box]):
                labels[orders[0, row]] = <int32_t> box
    return boxes


cdef void partition(
    int64_t* order, Py_ssize_t start, Py_ssize_t end, const uint8_t[::1] on_left,
    int64_t[::1] spare
) noexcept nogil:
    """The left rows first, both sides in their order."""
    cdef Py_ssize_t at, left = start, right = 0
    for at in range(start, end):
        if on_left[order[at]]:
            order[left] = order[at]
            left += 1
        else:
            spare[right] = order[at]
            right += 1
    for at in range(right):
        order[left + at] = spare[at]


cdef void best_cut(
    const double[:, ::1] points, const double[::1] weights, const int64_t[:, ::1] orders,
    Py_ssize_t start, Py_ssize_t end, double[::1] scratch,
    double* gain, int64_t* best_axis, int64_t* size
) noexcept nogil:
    cdef Py_ssize_t d = points.shape[1], at, axis, column
    cdef double* total = &scratch[0]
    cdef double* left = total + d
    cdef double weight, total_weight, explained, unsplit, best, part, other
    cdef int64_t row, following
    gain[0] = -1
    for axis in range(d):
        total_weight = 0
        for column in range(d):
            total[column] = 0
            left[column] = 0
        for at in range(start, end):
            row = orders[axis, at]
            total_weight += weights[row]
            for column in range(d):
                total[column] += weights[row] * points[row, column]
        unsplit = 0
        for column in range(d):
            unsplit += total[column] * total[column] / total_weight
        weight = 0
        best = -1
        for at in range(start, end - 1):
            row = orders[axis, at]
            following = orders[axis, at + 1]
            weight += weights[row]
            for column in range(d):
                left[column] += weights[row] * points[row, column]
            if points[following, axis] > points[row, axis]:
                explained = 0
                for column in range(d):
                    part = left[column]
                    other = total[column] - part
                    explained += part * part / weight + other * other / (total_weight - weight)
                if explained > best:
                    best = explained
                    part = explained - unsplit
                    if part < 0:
                        part = 0
                    if part > gain[0]:
                        gain[0] = part
                        best_axis[0] = axis
                        size[0] = at + 1 - start


# ---------------------------------------------------------------------------------------- dithering

cdef extern from *:
    """
    #if defined(__GNUC__) || defined(__clang__)
    #define read_flag(place) __atomic_load_n(place, __ATOMIC_ACQUIRE)
    #define set_flag(place) __atomic_store_n(place, 1, __ATOMIC_RELEASE)
    #else /* volatile is as much with Microsoft's compiler */
    #define read_flag(place) (*(volatile unsigned char*) (place))
    #define set_flag(place) (*(volatile unsigned char*) (place) = 1)
    #endif
    """
    uint8_t read_flag(uint8_t* place) nogil
    void set_flag(uint8_t* place) nogil

cdef enum:
    FULL = (1 << 14) - 1
    ALPHA_STEP = 64
    WEIGHT_BITS = 15
    HALF = 1 << 14
    MARGIN = 2
    MAX_TAPS = 16
    SIDE_BY_SIDE = 4    # rows whose pixels are chosen in turn: none waits for another's errors
    MIXES = 1 << 12     # colours whose mixes are kept at hand


cdef struct Palette:
    const uint8_t* colors
    const int32_t* lights
    int32_t[4] least
    int32_t[4] most
    const int32_t* light
    const uint8_t* value
    uint8_t* entries
    uint8_t* known
    const float* ramps      # NULL where the table is filled by a function in Python
    const float* columns    # of the places
    const uint8_t* names
    Py_ssize_t places
    float* scratch
    int32_t* numbers


cdef class Chosen:
    """The palette as C has it; keeps what it points to."""
    cdef Palette palette
    cdef object lookup, columns, floats, ints

    def __cinit__(self, lookup):
        cdef const uint8_t[:, ::1] colors = lookup.colors
        cdef const int32_t[:, ::1] lights = lookup.lights
        cdef const int32_t[::1] light = lookup.light
        cdef const uint8_t[::1] value = lookup.value, names = lookup.names
        cdef uint8_t[::1] entries = lookup.entries, known = lookup.known
        cdef const float[:, ::1] ramps = lookup.ramps
        cdef const float[:, ::1] columns = np.ascontiguousarray(lookup.places.T)
        cdef Py_ssize_t k = columns.shape[1]
        cdef float[::1] floats = np.empty((MAX_D + 2) * max(k, 1), np.float32)
        cdef int32_t[::1] ints = np.empty(2 * max(k, 1), np.int32)
        self.lookup, self.columns, self.floats, self.ints = lookup, columns, floats, ints
        self.palette.colors = &colors[0, 0]
        self.palette.lights = &lights[0, 0]
        for channel in range(lights.shape[1]):
            self.palette.least[channel] = lookup.least[channel]
            self.palette.most[channel] = lookup.most[channel]
        self.palette.light = &light[0]
        self.palette.value = &value[0]
        self.palette.entries = &entries[0]
        self.palette.known = &known[0]
        self.palette.places = k
        self.palette.ramps = &ramps[0, 0] if k and ramps.shape[1] else NULL
        self.palette.columns = &columns[0, 0] if k else NULL
        self.palette.names = &names[0] if k else NULL
        self.palette.scratch = &floats[0]
        self.palette.numbers = &ints[0]


cdef int fill_cell(Palette* palette, object lookup, uint32_t cell) except -1 nogil:
    """The entries of the 64 colours of a cell."""
    cdef float[192] points
    cdef float[64] distances
    cdef int32_t[64] labels
    cdef uint32_t low, key, rgb
    cdef int channel
    if palette.ramps == NULL:
        with gil:
            lookup.fill(cell)
    else:
        for low in range(64):
            key = cell << 6 | low
            rgb = GATHER3[0][key & 255] | GATHER3[1][key >> 8 & 255] | GATHER3[2][key >> 16]
            for channel in range(3):
                points[3 * low + channel] = palette.ramps[
                    256 * channel + (rgb >> (16 - 8 * channel) & 255)]
        nearest_rows(&points[0], 64, 3, palette.columns, palette.places, &labels[0], &distances[0],
                     <float*> NULL, palette.scratch, palette.numbers)
        for low in range(64):
            palette.entries[cell << 6 | low] = palette.names[labels[low]]
    set_flag(&palette.known[cell])
    return 0


cdef inline int entry_of(
    Palette* palette, object lookup, uint32_t red, uint32_t green, uint32_t blue
) except -1 nogil:
    """The nearest entry of an opaque colour."""
    cdef uint32_t key = SPREAD3[0][red] | SPREAD3[1][green] | SPREAD3[2][blue]
    if not read_flag(&palette.known[key >> 6]):
        fill_cell(palette, lookup, key >> 6)
    return palette.entries[key]


cdef inline int32_t within(int32_t value, int32_t most) noexcept nogil:
    value = value if value > 0 else 0
    return value if value < most else most


cdef inline int32_t between(int32_t value, int32_t least, int32_t most) noexcept nogil:
    value = value if value > least else least
    return value if value < most else most


cdef inline int choose_opaque(
    Palette* palette, object lookup, int channels, const uint8_t* pixel, const int32_t* moved,
    int32_t* left
) except -1 nogil:
    """As the reference's `_choose`, of an opaque pixel."""
    cdef int entry = entry_of(palette, lookup, pixel[0], pixel[1], pixel[2])
    cdef const uint8_t* color = palette.colors + channels * entry
    cdef const int32_t* light
    cdef int32_t red, green, blue
    cdef bint same = (color[0] == pixel[0]) & (color[1] == pixel[1]) & (color[2] == pixel[2])
    if channels == 4:
        same &= color[3] == 255
        left[3] = 0
    if same:
        left[0] = 0
        left[1] = 0
        left[2] = 0
        return entry
    red = palette.light[pixel[0]] + (moved[0] >> WEIGHT_BITS)
    green = palette.light[pixel[1]] + (moved[1] >> WEIGHT_BITS)
    blue = palette.light[pixel[2]] + (moved[2] >> WEIGHT_BITS)
    entry = entry_of(palette, lookup, palette.value[within(red, FULL)],
                     palette.value[within(green, FULL)], palette.value[within(blue, FULL)])
    light = palette.lights + channels * entry
    left[0] = between(red, palette.least[0], palette.most[0]) - light[0]
    left[1] = between(green, palette.least[1], palette.most[1]) - light[1]
    left[2] = between(blue, palette.least[2], palette.most[2]) - light[2]
    return entry


cdef int choose_mixed(
    Palette* palette, object lookup, const uint8_t* pixel, const int32_t* moved, int32_t* left
) except -1 nogil:
    """As the reference's `_choose`, of a pixel that is not opaque."""
    cdef int entry, channel, alpha = pixel[3]
    cdef int32_t[4] wanted
    cdef uint8_t[4] values
    cdef const uint8_t* color
    entry = find_mixed(lookup, pixel)
    color = palette.colors + 4 * entry
    for channel in range(4):
        left[channel] = 0
    if alpha == 0 or (color[0] == pixel[0] and color[1] == pixel[1] and color[2] == pixel[2]
                      and color[3] == alpha):
        return entry
    for channel in range(3):
        wanted[channel] = ((palette.light[pixel[channel]] * alpha + 127) // 255
                           + (moved[channel] >> WEIGHT_BITS))
    wanted[3] = alpha * ALPHA_STEP + (moved[3] >> WEIGHT_BITS)
    alpha = (within(wanted[3], 255 * ALPHA_STEP) + ALPHA_STEP // 2) // ALPHA_STEP
    for channel in range(3):
        values[channel] = palette.value[
            within(within(wanted[channel], FULL) * 255 // (alpha if alpha else 1), FULL)] if alpha else 0
    values[3] = <uint8_t> alpha
    if alpha == 255:
        entry = entry_of(palette, lookup, values[0], values[1], values[2])
    else:
        entry = find_mixed(lookup, values)
    for channel in range(4):
        left[channel] = (between(wanted[channel], palette.least[channel], palette.most[channel])
                         - palette.lights[4 * entry + channel])
    return entry


cdef int find_mixed(object lookup, const uint8_t* color) except -1 nogil:
    cdef uint32_t key = (SPREAD4[0][color[0]] | SPREAD4[1][color[1]] | SPREAD4[2][color[2]]
                         | SPREAD4[3][color[3]])
    with gil:
        return lookup.find(key)


cdef inline void add_up(
    int count, const int32_t* weights, const int32_t** sources, Py_ssize_t at, int32_t* moved
) noexcept nogil:
    """The weighted errors of three channels, and one half."""
    cdef int32_t red = HALF, green = HALF, blue = HALF
    cdef const int32_t* source
    cdef int tap
    for tap in range(count):
        source = sources[tap] + at
        red += weights[tap] * source[0]
        green += weights[tap] * source[1]
        blue += weights[tap] * source[2]
    moved[0] = red
    moved[1] = green
    moved[2] = blue


def diffuse(const uint8_t[:, :, ::1] pixels, const int32_t[:, ::1] taps, lookup,
            const int32_t[:, :, ::1] above, int32_t[:, :, ::1] errors, uint8_t[:, ::1] indices,
            span):
    """Rows side by side, each `slant` columns behind the one above: their pixels are independent,
    and a processor does not wait for one before it begins the next."""
    cdef Chosen chosen = Chosen(lookup)
    cdef Palette* palette = &chosen.palette
    cdef Py_ssize_t height = indices.shape[0], width = indices.shape[1], row, rows, column, at
    cdef Py_ssize_t first = span[0], end = span[1], slant = slant_of(np.asarray(taps))
    cdef int channels = pixels.shape[2], count = taps.shape[0], tap, channel, entry
    cdef int32_t[MAX_TAPS] weights
    cdef const int32_t *sources[SIDE_BY_SIDE * MAX_TAPS]
    cdef int32_t[4] moved
    cdef const int32_t* source
    cdef const uint8_t* pixel
    cdef Py_ssize_t top, i, lane
    for tap in range(count):
        weights[tap] = taps[tap, 2]
    with nogil:
        for top from 0 <= top < height by SIDE_BY_SIDE:
            rows = min(<Py_ssize_t> SIDE_BY_SIDE, height - top)
            for i in range(rows):
                for tap in range(count):
                    row = top + i - taps[tap, 0]
                    at = MARGIN - taps[tap, 1]
                    sources[i * MAX_TAPS + tap] = &errors[row, at, 0] if row >= 0 else (
                        &above[MARGIN + row, at, 0])
            for column in range(max(first - slant * top, <Py_ssize_t> 0),
                                min(end - slant * top, width + slant * (rows - 1))):
                for i in range(rows):
                    at = column - slant * i
                    if at < 0 or at >= width:
                        continue
                    pixel = &pixels[top + i, at, 0]
                    if channels == 3:
                        if count == 4:      # Floyd & Steinberg's, unrolled
                            add_up(4, weights, sources + i * MAX_TAPS, 3 * at, moved)
                        else:
                            add_up(count, weights, sources + i * MAX_TAPS, 3 * at, moved)
                        entry = choose_opaque(palette, lookup, 3, pixel, moved,
                                              &errors[top + i, at + MARGIN, 0])
                    else:
                        for channel in range(4):
                            moved[channel] = HALF
                        for tap in range(count):
                            source = sources[i * MAX_TAPS + tap] + 4 * at
                            for channel in range(4):
                                moved[channel] += weights[tap] * source[channel]
                        if pixel[3] == 255:
                            entry = choose_opaque(palette, lookup, 4, pixel, moved,
                                                  &errors[top + i, at + MARGIN, 0])
                        else:
                            entry = choose_mixed(palette, lookup, pixel, moved,
                                                 &errors[top + i, at + MARGIN, 0])
                    indices[top + i, at] = <uint8_t> entry


def pattern(const uint8_t[:, :, ::1] pixels, const uint16_t[:, ::1] ranks, int levels, int strength,
          lookup, const uint8_t[::1] order_of, Py_ssize_t top, uint8_t[:, ::1] indices):
    """Mixes are kept, each in the place that its colour's key names, until another needs it."""
    cdef Chosen chosen = Chosen(lookup)
    cdef Palette* palette = &chosen.palette
    cdef Py_ssize_t row, column, side = ranks.shape[0]
    cdef int channels = pixels.shape[2]
    cdef uint8_t[:, ::1] mixes = np.empty((MIXES, levels), np.uint8)
    cdef uint32_t[::1] owners = np.empty(MIXES, np.uint32)
    cdef uint8_t[::1] filled = np.zeros(MIXES, np.uint8)
    cdef uint32_t color, place
    cdef const uint8_t* pixel
    with nogil:
        for row in range(indices.shape[0]):
            for column in range(indices.shape[1]):
                pixel = &pixels[row, column, 0]
                color = pixel[0] | pixel[1] << 8 | pixel[2] << 16
                if channels == 4:
                    color |= <uint32_t> pixel[3] << 24
                place = (color * <uint32_t> 2654435761) >> 20   # Knuth's multiplicative hashing
                if not filled[place] or owners[place] != color:
                    mix(palette, lookup, channels, pixel, levels, strength, &order_of[0],
                        order_of.shape[0], &mixes[place, 0])
                    filled[place] = 1
                    owners[place] = color
                indices[row, column] = mixes[place, ranks[(top + row) % side, column % side]]


cdef int mix(
    Palette* palette, object lookup, int channels, const uint8_t* pixel, int levels, int strength,
    const uint8_t* order_of, Py_ssize_t k, uint8_t* entries
) except -1 nogil:
    """The entries of a mix, dark to light."""
    cdef int32_t[4] moved, left
    cdef int32_t[256] counts
    cdef int channel, level, entry
    cdef Py_ssize_t at
    memset(counts, 0, sizeof(counts))
    memset(left, 0, sizeof(left))
    for level in range(levels):
        for channel in range(channels):
            moved[channel] = strength * left[channel] + HALF
        if channels == 3 or pixel[3] == 255:
            entry = choose_opaque(palette, lookup, channels, pixel, moved, left)
        else:
            entry = choose_mixed(palette, lookup, pixel, moved, left)
        counts[entry] += 1
    level = 0
    for at in range(k):
        for entry in range(counts[order_of[at]]):
            entries[level] = order_of[at]
            level += 1
    return 0


def tally(const uint8_t[:, ::1] pixels, const uint8_t[::1] indices, const uint8_t[:, :] colors,
          int64_t[::1] counts):
    cdef const uint8_t[:, ::1] entries = np.ascontiguousarray(colors)
    cdef Py_ssize_t row
    cdef int64_t total = 0
    cdef int red, green, blue, entry
    counts[:] = 0
    with nogil:
        for row in range(indices.shape[0]):
            entry = indices[row]
            counts[entry] += 1
            red = <int> pixels[row, 0] - entries[entry, 0]
            green = <int> pixels[row, 1] - entries[entry, 1]
            blue = <int> pixels[row, 2] - entries[entry, 2]
            total += red * red + green * green + blue * blue
    return total
