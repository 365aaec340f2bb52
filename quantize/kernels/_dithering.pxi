# Dithering: error diffusion and patterns. A part of `_compiled.pyx`, which imports and declares what it uses.

cdef enum:
    FULL = (1 << 14) - 1
    ALPHA_STEP = 64
    WEIGHT_BITS = 15
    HALF = 1 << 14
    MARGIN = 2
    MAX_TAPS = 16
    SIDE_BY_SIDE = 4    # rows whose pixels are chosen in turn: none waits for another's errors
    MIXES = 1 << 12     # colours whose mixes are kept at hand
    SLOTS = 1 << 10     # of the palette's own colours: four times as many as there can be
    RED = 13933         # parts of luminance in 2^-16
    GREEN = 46871
    BLUE = 4732
    FOUND = 1 << 14     # colours that are not in the table, whose nearest entries are kept at hand

cdef double SAFE = 1 + 1e-5     # more than the rounding of a distance in float32


# 255 / alpha in 2^-40, rounded up. Times a light it is too large by less than 2^14 / 2^40, and whole
# numbers are 1 / 255 away at least: shifted back it is the quotient rounded down.
cdef int64_t[256] RECIPROCALS
RECIPROCALS[0] = 255 << 40
for _alpha in range(1, 256):
    RECIPROCALS[_alpha] = -(-(255 << 40) // _alpha)


cdef struct Search:
    const uint8_t* neighbors    # for each place all of them, the nearest first
    const double* gaps
    Py_ssize_t size


cdef struct Palette:
    const uint8_t* colors
    const int32_t* lights
    int32_t[4] least
    int32_t[4] most
    const int32_t* light
    const uint8_t* value
    uint8_t* indices        # one more than that of the nearest entry of each opaque colour, or 0
    uint8_t* guesses
    const Space* space
    const float* opaque     # the points of opaque entries
    const uint8_t* allowed  # the indices of these
    const double* places    # the points of all entries
    Search among_opaque
    Search among_all
    double steps
    int clear
    Py_ssize_t last         # entry that was found: the next one is often near
    Mixtures mixtures
    const uint8_t* greys    # the nearest grey entry of each grey, or NULL
    uint8_t nearby          # the same among opaque entries, for light beyond black and white
    uint64_t* found         # colours with alpha, or light, << 8 | their nearest entries
    int16_t[SLOTS] slots    # the palette's own colours by their hashes, or -1


cdef class PaletteView:
    """The inverse map as C reads it; it keeps the arrays that it points into."""
    cdef Palette palette
    cdef SpaceView view
    cdef object inverse_map, found

    def __cinit__(self, inverse_map):
        cdef const uint8_t[:, ::1] colors = inverse_map.colors
        cdef const int32_t[:, ::1] lights = inverse_map.lights
        cdef const int32_t[::1] light = inverse_map.light
        cdef const uint8_t[::1] value = inverse_map.value, allowed = inverse_map.allowed
        cdef const uint8_t[::1] greys = inverse_map.greys
        cdef uint8_t[::1] indices = inverse_map.indices, guesses = inverse_map.guesses
        cdef const float[:, ::1] opaque = inverse_map.opaque
        cdef const double[:, ::1] places = inverse_map.places
        cdef uint64_t[::1] found = np.zeros(FOUND, np.uint64)
        self.inverse_map, self.found = inverse_map, found
        self.view = SpaceView(inverse_map.form)
        self.palette.space = &self.view.space
        self.palette.colors = &colors[0, 0]
        self.palette.lights = &lights[0, 0]
        for channel in range(lights.shape[1]):
            self.palette.least[channel] = inverse_map.least[channel]
            self.palette.most[channel] = inverse_map.most[channel]
        self.palette.light = &light[0]
        self.palette.value = &value[0]
        self.palette.indices = &indices[0]
        self.palette.guesses = &guesses[0]
        self.palette.opaque = &opaque[0, 0] if opaque.shape[0] else NULL
        self.palette.allowed = &allowed[0] if opaque.shape[0] else NULL
        self.palette.places = &places[0, 0]
        self.palette.among_opaque = search_of(inverse_map.among_opaque)
        self.palette.among_all = search_of(inverse_map.among_all)
        self.palette.mixtures = mixtures_of(inverse_map.reach)
        self.palette.greys = &greys[0] if greys.shape[0] else NULL
        self.palette.steps = inverse_map.steps
        self.palette.clear = inverse_map.clear
        self.palette.last = self.palette.nearby = 0
        self.palette.found = &found[0]
        fill_slots(&self.palette, colors.shape[0])


cdef Search search_of(neighbors) except *:
    cdef const uint8_t[:, ::1] order = neighbors.order
    cdef const double[:, ::1] gaps = neighbors.gaps
    cdef Search search
    search.size = order.shape[0]
    search.neighbors = &order[0, 0] if search.size else NULL
    search.gaps = &gaps[0, 0] if search.size else NULL
    return search


cdef inline uint32_t packed(const uint8_t* color, int channels) noexcept nogil:
    return color[0] | color[1] << 8 | color[2] << 16 | <uint32_t> (
        color[3] if channels == 4 else 255) << 24


cdef inline uint32_t hash_of(uint32_t color) noexcept nogil:
    return color * <uint32_t> 2654435761    # Knuth's multiplicative hashing: take the upper bits


cdef void fill_slots(Palette* palette, Py_ssize_t k) noexcept nogil:
    cdef Py_ssize_t entry
    cdef uint32_t color, slot
    memset(palette.slots, 255, sizeof(palette.slots))
    for entry in range(k):      # the first of equal ones is found first
        color = packed(palette.colors + 4 * entry, 4)
        slot = hash_of(color) >> 22
        while palette.slots[slot] >= 0:
            slot = (slot + 1) % SLOTS
        palette.slots[slot] = <int16_t> entry


cdef inline int own_entry(const Palette* palette, uint32_t color) noexcept nogil:
    """Return the index of the entry of just this colour, or -1."""
    cdef uint32_t slot = hash_of(color) >> 22
    while palette.slots[slot] >= 0:
        if packed(palette.colors + 4 * palette.slots[slot], 4) == color:
            return palette.slots[slot]
        slot = (slot + 1) % SLOTS
    return -1


cdef inline real apart(const real* point, const real* place, int d) noexcept nogil:
    """Return the squared distance, added up in the order of the axes."""
    cdef real step = point[0] - place[0]
    cdef real total = step * step
    step = point[1] - place[1]
    total = total + step * step
    step = point[2] - place[2]
    total = total + step * step
    if d == 4:
        step = point[3] - place[3]
        total = total + step * step
    return total


cdef inline Py_ssize_t nearest_from(
    const real* point, const real* places, int d, const Search* search, Py_ssize_t guess
) noexcept nogil:
    """Find the nearest of some places, the first of equals, from a guess.

    No place is nearer whose distance to the guess is more than the guess's and the best one's
    distance from the point together (triangle inequality), and the neighbours of each place are
    sorted. The bound is a little larger than that, for rounding.
    """
    cdef Py_ssize_t nearest = guess, at, place
    cdef real found, best = apart(point, places + d * guess, d)
    cdef double reach = sqrt(<double> best), bound = 2 * reach * SAFE
    cdef const uint8_t* neighbors = search.neighbors + search.size * guess
    cdef const double* gaps = search.gaps + search.size * guess
    for at in range(search.size):
        if gaps[at] > bound:
            break
        place = neighbors[at]
        found = apart(point, places + d * place, d)
        if found < best or (found == best and place < nearest):
            nearest, best = place, found
            bound = (reach + sqrt(<double> best)) * SAFE
    return nearest


cdef int nearest_of_all(Palette* palette, const uint8_t* color) noexcept nogil:
    """Return the index of the nearest of all entries, for a colour with alpha."""
    cdef double[4] point
    cdef uint32_t whole = packed(color, 4)
    cdef uint64_t* kept = palette.found + (hash_of(whole) >> 18)
    cdef int axis
    if kept[0] >> 8 == whole:
        return <int> (kept[0] & 255)
    encode_mixed(palette.space, color, point)
    if palette.steps:
        for axis in range(4):
            point[axis] = rint(point[axis] * palette.steps)
    palette.last = nearest_from(&point[0], palette.places, 4, &palette.among_all, palette.last)
    kept[0] = <uint64_t> whole << 8 | <uint64_t> palette.last
    return <int> palette.last


cdef inline int nearest_of_opaque(Palette* palette, const float* point, uint8_t* guess) noexcept nogil:
    """Return the index of the nearest entry that an opaque colour may have."""
    cdef double[4] solid
    cdef int axis
    if palette.opaque != NULL:
        guess[0] = <uint8_t> nearest_from(point, palette.opaque, 3, &palette.among_opaque, guess[0])
        return palette.allowed[guess[0]]
    for axis in range(3):
        solid[axis] = point[axis] - palette.space.middle[axis]
    solid[3] = palette.space.height
    for axis in range(4):
        if palette.steps:
            solid[axis] = rint(solid[axis] * palette.steps)
    guess[0] = <uint8_t> nearest_from(&solid[0], palette.places, 4, &palette.among_all, guess[0])
    return guess[0]


cdef int find_opaque(
    Palette* palette, uint32_t red, uint32_t green, uint32_t blue, uint32_t key
) noexcept nogil:
    """Find the nearest entry of an opaque colour, and keep it in the table."""
    cdef float[3] point
    cdef int index
    encode_opaque(palette.space, red, green, blue, point)
    index = nearest_of_opaque(palette, point, &palette.guesses[key >> 12])
    palette.indices[key] = <uint8_t> (index + 1)
    return index


cdef inline int index_of(
    Palette* palette, uint32_t red, uint32_t green, uint32_t blue
) noexcept nogil:
    """Return the index of the nearest entry of an opaque colour."""
    cdef uint32_t key = SPREAD3[0][red] | SPREAD3[1][green] | SPREAD3[2][blue]
    cdef int known = palette.indices[key]
    return known - 1 if known else find_opaque(palette, red, green, blue, key)


cdef inline int wide_value(const Palette* palette, int32_t light) noexcept nogil:
    """Return the value of light from -FULL to 2 FULL, as the curve goes on at both ends."""
    if light < 0:
        return -palette.value[-light]
    return palette.value[light] if light <= FULL else 510 - palette.value[2 * FULL - light]


cdef int index_beyond(Palette* palette, int32_t red, int32_t green, int32_t blue) noexcept nogil:
    """Return the index of the nearest entry of light that is not all between black and white."""
    cdef float[3] point
    cdef uint8_t guess = palette.nearby
    cdef int index
    cdef int r = wide_value(palette, red), g = wide_value(palette, green)
    cdef int b = wide_value(palette, blue)
    cdef uint32_t packed_values = (r + 256) << 20 | (g + 256) << 10 | (b + 256)
    cdef uint64_t key = <uint64_t> 1 << 32 | packed_values     # more than any colour with alpha
    cdef uint64_t* kept = palette.found + (hash_of(packed_values) >> 18)
    if kept[0] >> 8 == key:
        return <int> (kept[0] & 255)
    encode_wide(palette.space, r, g, b, point)
    index = nearest_of_opaque(palette, point, &guess)
    palette.nearby = guess
    kept[0] = key << 8 | <uint64_t> index
    return index


cdef inline int32_t clamp(int32_t value, int32_t most) noexcept nogil:
    value = value if value > 0 else 0
    return value if value < most else most


cdef inline int32_t between(int32_t value, int32_t least, int32_t most) noexcept nogil:
    value = value if value > least else least
    return value if value < most else most


cdef inline int choose(
    Palette* palette, int channels, const uint8_t* pixel, const int32_t* moved, int32_t* left
) noexcept nogil:
    """Do what the reference's `_choose` does."""
    cdef int index = own_entry(palette, packed(pixel, channels))
    if index < 0 and (channels == 3 or pixel[3] == 255):
        return mix_opaque(palette, channels, pixel, moved, left)
    if index < 0 and pixel[3]:
        return mix_clear(palette, pixel, moved, left)
    memset(left, 0, channels * sizeof(int32_t))
    return index if index >= 0 else palette.clear


cdef inline int mix_opaque(
    Palette* palette, int channels, const uint8_t* pixel, const int32_t* moved, int32_t* left
) noexcept nogil:
    """Choose for an opaque pixel whose colour is not in the palette."""
    cdef int32_t red = palette.light[pixel[0]] + (moved[0] >> WEIGHT_BITS)
    cdef int32_t green = palette.light[pixel[1]] + (moved[1] >> WEIGHT_BITS)
    cdef int32_t blue = palette.light[pixel[2]] + (moved[2] >> WEIGHT_BITS)
    cdef int32_t[3] shift
    cdef const int32_t* light
    cdef int index
    if palette.greys != NULL and pixel[0] == pixel[1] and pixel[1] == pixel[2]:
        red = green = blue = <int32_t> (
            (RED * <int64_t> red + GREEN * <int64_t> green + BLUE * <int64_t> blue + 32768) >> 16)
        index = palette.greys[palette.value[clamp(red, FULL)]]
        red = between(red, palette.least[0], palette.most[0])
        green = between(green, palette.least[1], palette.most[1])
        blue = between(blue, palette.least[2], palette.most[2])
    else:
        if palette.mixtures.size and shift_of(&palette.mixtures, palette.light, pixel, shift):
            red += shift[0]
            green += shift[1]
            blue += shift[2]
        red = between(red, palette.least[0], palette.most[0])
        green = between(green, palette.least[1], palette.most[1])
        blue = between(blue, palette.least[2], palette.most[2])
        if <uint32_t> red <= FULL and <uint32_t> green <= FULL and <uint32_t> blue <= FULL:
            index = index_of(palette, palette.value[red], palette.value[green], palette.value[blue])
        else:
            index = index_beyond(palette, red, green, blue)
    light = palette.lights + channels * index
    left[0] = red - light[0]
    left[1] = green - light[1]
    left[2] = blue - light[2]
    if channels == 4:
        left[3] = 0
    return index


cdef int mix_clear(
    Palette* palette, const uint8_t* pixel, const int32_t* moved, int32_t* left
) noexcept nogil:
    """Choose for a pixel that is neither opaque nor fully transparent, nor in the palette."""
    cdef int index, channel, alpha = pixel[3]
    cdef int32_t[4] wanted
    cdef uint8_t[4] values
    for channel in range(3):
        wanted[channel] = ((palette.light[pixel[channel]] * alpha + 127) // 255
                           + (moved[channel] >> WEIGHT_BITS))
    wanted[3] = alpha * ALPHA_STEP + (moved[3] >> WEIGHT_BITS)
    alpha = (clamp(wanted[3], 255 * ALPHA_STEP) + ALPHA_STEP // 2) // ALPHA_STEP
    for channel in range(3):
        values[channel] = palette.value[clamp(<int32_t> (
            clamp(wanted[channel], FULL) * RECIPROCALS[alpha] >> 40), FULL)]
    values[3] = <uint8_t> alpha
    if alpha == 255:
        index = index_of(palette, values[0], values[1], values[2])
    else:
        index = nearest_of_all(palette, values) if alpha else palette.clear
    for channel in range(4):
        left[channel] = (between(wanted[channel], palette.least[channel], palette.most[channel])
                         - palette.lights[4 * index + channel])
    return index


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
    cdef int32_t* left
    cdef const uint8_t* pixel
    cdef Py_ssize_t top, i
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
                    else:
                        for channel in range(4):
                            moved[channel] = HALF
                        for tap in range(count):
                            source = sources[i * MAX_TAPS + tap] + 4 * at
                            for channel in range(4):
                                moved[channel] += weights[tap] * source[channel]
                    left = &errors[top + i, at + MARGIN, 0]
                    if channels == 3:
                        index = choose(palette, 3, pixel, moved, left)
                    else:
                        index = choose(palette, 4, pixel, moved, left)
                    indices[top + i, at] = <uint8_t> index


cdef struct Mixer:
    Palette* palette
    int channels
    int levels
    int strength
    const uint8_t* dark_to_light
    Py_ssize_t size
    uint8_t* mixes              # in slots
    int waiting                 # mixes that are found together
    const uint8_t *pixels[SIDE_BY_SIDE]
    uint32_t[SIDE_BY_SIDE] slots


def pattern(const uint8_t[:, :, ::1] pixels, const uint16_t[:, ::1] ranks, int levels, int strength,
          inverse_map, const uint8_t[::1] dark_to_light, Py_ssize_t top, uint8_t[:, ::1] indices):
    """Keep mixes, each in a slot that the hash of its colour gives, until another colour needs it.

    A row is written as far as its mixes are there, that is when some of them have been found side
    by side, and before a slot that it needs is given away."""
    cdef PaletteView view = PaletteView(inverse_map)
    cdef Py_ssize_t row, column, at, written, width = indices.shape[1], side = ranks.shape[0]
    cdef int channels = pixels.shape[2]
    cdef uint8_t[:, ::1] mixes = np.empty((MIXES, levels), np.uint8)
    cdef uint32_t[::1] owners = np.empty(MIXES, np.uint32)
    cdef Py_ssize_t[::1] used = np.full(MIXES, -1, np.intp)     # a slot's last pixel, or -1
    cdef uint32_t[::1] places = np.empty(width, np.uint32)
    cdef Mixer mixer
    cdef uint32_t color, place
    mixer.palette, mixer.channels, mixer.levels = &view.palette, channels, levels
    mixer.strength, mixer.waiting = strength, 0
    mixer.dark_to_light, mixer.size = &dark_to_light[0], dark_to_light.shape[0]
    mixer.mixes = &mixes[0, 0]
    with nogil:
        for row in range(indices.shape[0]):
            written = 0
            for column in range(width):
                color = packed(&pixels[row, column, 0], channels)
                place = hash_of(color) >> 20
                if used[place] < 0 or owners[place] != color:
                    if mixer.waiting == SIDE_BY_SIDE or used[place] >= row * width + written:
                        mix(&mixer)
                        for at in range(written, column):
                            indices[row, at] = mixes[
                                places[at], ranks[(top + row) % side, at % side]]
                        written = column
                    mixer.pixels[mixer.waiting] = &pixels[row, column, 0]
                    mixer.slots[mixer.waiting] = place
                    mixer.waiting += 1
                    owners[place] = color
                used[place] = row * width + column
                places[column] = place
            mix(&mixer)
            for at in range(written, width):
                indices[row, at] = mixes[places[at], ranks[(top + row) % side, at % side]]


cdef void mix(Mixer* mixer) noexcept nogil:
    """Find the entries of the mixes that wait, each dark to light."""
    cdef int32_t[SIDE_BY_SIDE][4] left
    cdef int32_t[SIDE_BY_SIDE][256] counts
    cdef int32_t[4] moved
    cdef int lane, channel, level, copy
    cdef Py_ssize_t at
    cdef uint8_t* mixed
    memset(counts, 0, sizeof(counts))
    memset(left, 0, sizeof(left))
    for level in range(mixer.levels):
        for lane in range(mixer.waiting):
            for channel in range(4):
                moved[channel] = mixer.strength * left[lane][channel] + HALF
            if mixer.channels == 3:
                counts[lane][choose(mixer.palette, 3, mixer.pixels[lane], moved, left[lane])] += 1
            else:
                counts[lane][choose(mixer.palette, 4, mixer.pixels[lane], moved, left[lane])] += 1
    for lane in range(mixer.waiting):
        mixed = mixer.mixes + mixer.levels * mixer.slots[lane]
        for at in range(mixer.size):
            for copy in range(counts[lane][mixer.dark_to_light[at]]):
                mixed[0] = mixer.dark_to_light[at]
                mixed += 1
    mixer.waiting = 0


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
