# Colours as keys: packing, counting, weighing, looking up. A part of `_compiled.pyx`, which imports and declares what it uses.

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
    """Sort by radix: count the 5-bit cells, group the pixels by cell, count within each cell.

    Each thread has its part of the pixels, then of the cells; parts change no result.
    """
    if pixels.shape[1] != 3 or not 0 < len(pixels) < 1 << 32:
        return _reference().count_colors(pixels)
    return _by_radix(pixels, None, threads)[:2]


def weigh_colors(pixels, weights, threads=1):
    """Do the same; the weight of a pixel is kept beside the lower bits of its key."""
    if pixels.shape[1] != 3 or not 0 < len(pixels) < 1 << 32:
        return _reference().weigh_colors(pixels, weights)
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
    """Write the low 9 bits of each key to the cursor of its cell."""
    cdef Py_ssize_t row
    cdef uint32_t key
    with nogil:
        for row in range(colors.shape[0]):
            key = key_of(&colors[row, 0])
            rest[cursors[key >> 9]] = <uint16_t> (key & 511)
            cursors[key >> 9] += 1


def _scatter_weighted(const uint8_t[:, ::1] colors, const uint8_t[::1] weights,
                      uint32_t[::1] cursors, uint16_t[::1] rest):
    """Do the same with the weight in the upper 7 bits."""
    cdef Py_ssize_t row
    cdef uint32_t key
    with nogil:
        for row in range(colors.shape[0]):
            key = key_of(&colors[row, 0])
            rest[cursors[key >> 9]] = <uint16_t> (key & 511 | <uint32_t> weights[row] << 9)
            cursors[key >> 9] += 1


def _list_colors(const uint32_t[::1] ends, const uint16_t[::1] rest, uint32_t first, uint32_t last,
                 bint weighted):
    """Count the colours of some cells; cell c is in `rest` from ends[c] to ends[c + 1]."""
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
    """Find the distinct keys in ascending order, their counts and weights; return their number."""
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
    """Go row by row: the luma of three rows, their extremes in columns of three, then across."""
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
    """Find the range of each 3 x 3 window; rows have one place more at each end."""
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
    """Find the least value of each 3 x 3 window."""
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
    """Search within the run of keys whose upper 16 bits are the same."""
    cdef Py_ssize_t row, low, high, middle, found = 0
    cdef uint32_t key
    starts = np.searchsorted(distinct, np.arange(1 << 16, dtype=np.uint32) << np.uint32(16))
    cdef const int64_t[::1] runs = np.append(starts, len(distinct)).astype(np.int64)
    with nogil:
        for row in range(pixels.shape[0]):
            key = (SPREAD4[0][pixels[row, 0]] | SPREAD4[1][pixels[row, 1]]
                   | SPREAD4[2][pixels[row, 2]] | SPREAD4[3][pixels[row, 3]])
            if distinct[found] != key:      # neighbours are often equal
                low, high = runs[key >> 16], runs[(key >> 16) + 1]
                while low < high:
                    middle = (low + high) // 2
                    if distinct[middle] < key:
                        low = middle + 1
                    else:
                        high = middle
                found = low
            indices[row] = labels[found]
