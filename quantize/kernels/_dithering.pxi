# Dithering: error diffusion and patterns. A part of `_compiled.pyx`, which imports and declares what it uses.

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
    uint8_t* indices        # of the nearest entry of each opaque colour
    uint8_t* known
    const float* ramps      # NULL where the table is filled by a function in Python
    const float* columns    # of the points of entries that opaque colours may have
    const uint8_t* allowed  # the indices of these
    Py_ssize_t points       # their number
    float* scratch
    int32_t* numbers


cdef class PaletteView:
    """The inverse map as C reads it; it keeps the arrays that it points into."""
    cdef Palette palette
    cdef object inverse_map, columns, floats, ints

    def __cinit__(self, inverse_map):
        cdef const uint8_t[:, ::1] colors = inverse_map.colors
        cdef const int32_t[:, ::1] lights = inverse_map.lights
        cdef const int32_t[::1] light = inverse_map.light
        cdef const uint8_t[::1] value = inverse_map.value, allowed = inverse_map.allowed
        cdef uint8_t[::1] indices = inverse_map.indices, known = inverse_map.known
        cdef const float[:, ::1] ramps = inverse_map.ramps
        cdef const float[:, ::1] columns = np.ascontiguousarray(inverse_map.points.T)
        cdef Py_ssize_t k = columns.shape[1]
        cdef float[::1] floats = np.empty((MAX_D + 2) * max(k, 1), np.float32)
        cdef int32_t[::1] ints = np.empty(2 * max(k, 1), np.int32)
        self.inverse_map, self.columns, self.floats, self.ints = inverse_map, columns, floats, ints
        self.palette.colors = &colors[0, 0]
        self.palette.lights = &lights[0, 0]
        for channel in range(lights.shape[1]):
            self.palette.least[channel] = inverse_map.least[channel]
            self.palette.most[channel] = inverse_map.most[channel]
        self.palette.light = &light[0]
        self.palette.value = &value[0]
        self.palette.indices = &indices[0]
        self.palette.known = &known[0]
        self.palette.points = k
        self.palette.ramps = &ramps[0, 0] if k and ramps.shape[1] else NULL
        self.palette.columns = &columns[0, 0] if k else NULL
        self.palette.allowed = &allowed[0] if k else NULL
        self.palette.scratch = &floats[0]
        self.palette.numbers = &ints[0]


cdef int fill_cell(Palette* palette, object inverse_map, uint32_t cell) except -1 nogil:
    """Find the nearest entries of the 64 colours of a cell."""
    cdef float[192] points
    cdef float[64] distances
    cdef int32_t[64] labels
    cdef uint32_t low, key, rgb
    cdef int channel
    if palette.ramps == NULL:
        with gil:
            inverse_map.fill(cell)
    else:
        for low in range(64):
            key = cell << 6 | low
            rgb = GATHER3[0][key & 255] | GATHER3[1][key >> 8 & 255] | GATHER3[2][key >> 16]
            for channel in range(3):
                points[3 * low + channel] = palette.ramps[
                    256 * channel + (rgb >> (16 - 8 * channel) & 255)]
        nearest_rows(&points[0], 64, 3, palette.columns, palette.points, &labels[0], &distances[0],
                     <float*> NULL, palette.scratch, palette.numbers)
        for low in range(64):
            palette.indices[cell << 6 | low] = palette.allowed[labels[low]]
    set_flag(&palette.known[cell])
    return 0


cdef inline int index_of(
    Palette* palette, object inverse_map, uint32_t red, uint32_t green, uint32_t blue
) except -1 nogil:
    """Return the index of the nearest entry of an opaque colour."""
    cdef uint32_t key = SPREAD3[0][red] | SPREAD3[1][green] | SPREAD3[2][blue]
    if not read_flag(&palette.known[key >> 6]):
        fill_cell(palette, inverse_map, key >> 6)
    return palette.indices[key]


cdef inline int32_t clamp(int32_t value, int32_t most) noexcept nogil:
    value = value if value > 0 else 0
    return value if value < most else most


cdef inline int32_t between(int32_t value, int32_t least, int32_t most) noexcept nogil:
    value = value if value > least else least
    return value if value < most else most


cdef inline int choose_opaque(
    Palette* palette, object inverse_map, int channels, const uint8_t* pixel, const int32_t* moved,
    int32_t* left
) except -1 nogil:
    """Do what the reference's `_choose` does, for an opaque pixel."""
    cdef int index = index_of(palette, inverse_map, pixel[0], pixel[1], pixel[2])
    cdef const uint8_t* color = palette.colors + channels * index
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
        return index
    red = palette.light[pixel[0]] + (moved[0] >> WEIGHT_BITS)
    green = palette.light[pixel[1]] + (moved[1] >> WEIGHT_BITS)
    blue = palette.light[pixel[2]] + (moved[2] >> WEIGHT_BITS)
    index = index_of(palette, inverse_map, palette.value[clamp(red, FULL)],
                     palette.value[clamp(green, FULL)], palette.value[clamp(blue, FULL)])
    light = palette.lights + channels * index
    left[0] = between(red, palette.least[0], palette.most[0]) - light[0]
    left[1] = between(green, palette.least[1], palette.most[1]) - light[1]
    left[2] = between(blue, palette.least[2], palette.most[2]) - light[2]
    return index


cdef int choose_mixed(
    Palette* palette, object inverse_map, const uint8_t* pixel, const int32_t* moved, int32_t* left
) except -1 nogil:
    """Do what the reference's `_choose` does, for a pixel that is not opaque."""
    cdef int index, channel, alpha = pixel[3]
    cdef int32_t[4] wanted
    cdef uint8_t[4] values
    cdef const uint8_t* color
    index = find_mixed(inverse_map, pixel)
    color = palette.colors + 4 * index
    for channel in range(4):
        left[channel] = 0
    if alpha == 0 or (color[0] == pixel[0] and color[1] == pixel[1] and color[2] == pixel[2]
                      and color[3] == alpha):
        return index
    for channel in range(3):
        wanted[channel] = ((palette.light[pixel[channel]] * alpha + 127) // 255
                           + (moved[channel] >> WEIGHT_BITS))
    wanted[3] = alpha * ALPHA_STEP + (moved[3] >> WEIGHT_BITS)
    alpha = (clamp(wanted[3], 255 * ALPHA_STEP) + ALPHA_STEP // 2) // ALPHA_STEP
    for channel in range(3):
        values[channel] = palette.value[
            clamp(clamp(wanted[channel], FULL) * 255 // (alpha if alpha else 1), FULL)] if alpha else 0
    values[3] = <uint8_t> alpha
    if alpha == 255:
        index = index_of(palette, inverse_map, values[0], values[1], values[2])
    else:
        index = find_mixed(inverse_map, values)
    for channel in range(4):
        left[channel] = (between(wanted[channel], palette.least[channel], palette.most[channel])
                         - palette.lights[4 * index + channel])
    return index


cdef int find_mixed(object inverse_map, const uint8_t* color) except -1 nogil:
    cdef uint32_t key = (SPREAD4[0][color[0]] | SPREAD4[1][color[1]] | SPREAD4[2][color[2]]
                         | SPREAD4[3][color[3]])
    with gil:
        return inverse_map.find(key)


cdef inline void add_up(
    int count, const int32_t* weights, const int32_t** sources, Py_ssize_t at, int32_t* moved
) noexcept nogil:
    """Add up the weighted errors of three channels, and one half."""
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


def diffuse(const uint8_t[:, :, ::1] pixels, const int32_t[:, ::1] taps, inverse_map,
            const int32_t[:, :, ::1] above, int32_t[:, :, ::1] errors, uint8_t[:, ::1] indices,
            span):
    """Do some rows side by side, each `slant` columns behind the row above: their pixels are
    independent, and a processor does not wait for one before it begins the next."""
    from quantize.kernels.dithering import slant_of

    cdef PaletteView view = PaletteView(inverse_map)
    cdef Palette* palette = &view.palette
    cdef Py_ssize_t height = indices.shape[0], width = indices.shape[1], row, rows, column, at
    cdef Py_ssize_t first = span[0], end = span[1], slant = slant_of(np.asarray(taps))
    cdef int channels = pixels.shape[2], count = taps.shape[0], tap, channel, index
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
                        index = choose_opaque(palette, inverse_map, 3, pixel, moved,
                                              &errors[top + i, at + MARGIN, 0])
                    else:
                        for channel in range(4):
                            moved[channel] = HALF
                        for tap in range(count):
                            source = sources[i * MAX_TAPS + tap] + 4 * at
                            for channel in range(4):
                                moved[channel] += weights[tap] * source[channel]
                        if pixel[3] == 255:
                            index = choose_opaque(palette, inverse_map, 4, pixel, moved,
                                                  &errors[top + i, at + MARGIN, 0])
                        else:
                            index = choose_mixed(palette, inverse_map, pixel, moved,
                                                 &errors[top + i, at + MARGIN, 0])
                    indices[top + i, at] = <uint8_t> index


def pattern(const uint8_t[:, :, ::1] pixels, const uint16_t[:, ::1] ranks, int levels, int strength,
          inverse_map, const uint8_t[::1] dark_to_light, Py_ssize_t top, uint8_t[:, ::1] indices):
    """Keep mixes, each in a slot that the hash of its colour gives, until another colour needs it."""
    cdef PaletteView view = PaletteView(inverse_map)
    cdef Palette* palette = &view.palette
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
                    mix(palette, inverse_map, channels, pixel, levels, strength, &dark_to_light[0],
                        dark_to_light.shape[0], &mixes[place, 0])
                    filled[place] = 1
                    owners[place] = color
                indices[row, column] = mixes[place, ranks[(top + row) % side, column % side]]


cdef int mix(
    Palette* palette, object inverse_map, int channels, const uint8_t* pixel, int levels, int strength,
    const uint8_t* dark_to_light, Py_ssize_t k, uint8_t* indices
) except -1 nogil:
    """Find the entries of a mix, dark to light."""
    cdef int32_t[4] moved, left
    cdef int32_t[256] counts
    cdef int channel, level, index, copy
    cdef Py_ssize_t at
    memset(counts, 0, sizeof(counts))
    memset(left, 0, sizeof(left))
    for level in range(levels):
        for channel in range(channels):
            moved[channel] = strength * left[channel] + HALF
        if channels == 3 or pixel[3] == 255:
            index = choose_opaque(palette, inverse_map, channels, pixel, moved, left)
        else:
            index = choose_mixed(palette, inverse_map, pixel, moved, left)
        counts[index] += 1
    level = 0
    for at in range(k):
        for copy in range(counts[dark_to_light[at]]):
            indices[level] = dark_to_light[at]
            level += 1
    return 0


def tally(pixels, indices, colors, counts):
    entries = np.ascontiguousarray(colors)
    if pixels.shape[1] == 4:
        return _tally_with_alpha(pixels, indices, entries, counts)
    return _tally_opaque(pixels, indices, entries, counts)


def _tally_opaque(const uint8_t[:, ::1] pixels, const uint8_t[::1] indices,
                  const uint8_t[:, ::1] entries, int64_t[::1] counts):
    cdef Py_ssize_t row
    cdef int64_t total = 0
    cdef int red, green, blue, index
    counts[:] = 0
    with nogil:
        for row in range(indices.shape[0]):
            index = indices[row]
            counts[index] += 1
            red = <int> pixels[row, 0] - entries[index, 0]
            green = <int> pixels[row, 1] - entries[index, 1]
            blue = <int> pixels[row, 2] - entries[index, 2]
            total += red * red + green * green + blue * blue
    return total


def _tally_with_alpha(const uint8_t[:, ::1] pixels, const uint8_t[::1] indices,
                      const uint8_t[:, ::1] entries, int64_t[::1] counts):
    cdef Py_ssize_t row
    cdef int64_t total = 0, on_black, on_white
    cdef int index, channel, alpha, other
    counts[:] = 0
    with nogil:
        for row in range(indices.shape[0]):
            index = indices[row]
            counts[index] += 1
            alpha, other = pixels[row, 3], entries[index, 3]
            for channel in range(3):
                on_black = pixels[row, channel] * alpha - entries[index, channel] * other
                on_white = on_black - 255 * (alpha - other)
                total += on_black * on_black + on_white * on_white
    return total
