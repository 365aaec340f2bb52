# Colours as points of a colour space. A part of `_compiled.pyx`, which imports and declares what it uses.

cdef enum:
    PIECE_SHIFT = 52 - 5            # leaves the sign, the exponent and ROOT_BITS of a float64
    LOWEST = (1023 - 17) << 5


cdef struct Space:
    const double* ramps
    const double* mix       # NULL where a part is left out
    const double* root
    const double* axes
    int64_t last            # piece of the root
    double[3] middle
    double height


cdef class SpaceView:
    """A `Form` as C reads it; it keeps the arrays that it points into."""
    cdef Space space
    cdef object form

    def __cinit__(self, form):
        cdef const double[:, ::1] ramps = form.ramps, mix = form.mix, root = form.root
        cdef const double[:, ::1] axes = form.axes
        self.form = form
        self.space.ramps = &ramps[0, 0]
        self.space.mix = &mix[0, 0] if mix.shape[0] else NULL
        self.space.root = &root[0, 0] if root.shape[0] else NULL
        self.space.axes = &axes[0, 0] if axes.shape[0] else NULL
        self.space.last = root.shape[0] - 1
        self.space.height = form.height
        for axis in range(3):
            self.space.middle[axis] = form.middle[axis]


cdef inline void multiply(const double* matrix, double* values) noexcept nogil:
    cdef double first = values[0], second = values[1], third = values[2]
    values[0] = matrix[0] * first + matrix[1] * second + matrix[2] * third
    values[1] = matrix[3] * first + matrix[4] * second + matrix[5] * third
    values[2] = matrix[6] * first + matrix[7] * second + matrix[8] * third


cdef inline double root_of(const Space* space, double value) noexcept nogil:
    if value < 0:
        return -root_above(space, -value)
    return root_above(space, value)


cdef inline double root_above(const Space* space, double value) noexcept nogil:
    cdef int64_t piece
    cdef const double* part
    memcpy(&piece, &value, sizeof(value))
    piece = (piece >> PIECE_SHIFT) - LOWEST + 1
    piece = piece if piece > 0 else 0
    piece = piece if piece < space.last else space.last
    part = space.root + 5 * piece
    value -= part[0]
    return ((part[4] * value + part[3]) * value + part[2]) * value + part[1]


cdef inline double worth(const double* ramp, int value) noexcept nogil:
    """Return what a value from -255 to 510 is worth: both ends of a ramp go on as they came."""
    if value < 0:
        return 2 * ramp[0] - ramp[-value]
    return ramp[value] if value < 256 else 2 * ramp[255] - ramp[510 - value]


cdef inline void encode_wide(
    const Space* space, int red, int green, int blue, float* point
) noexcept nogil:
    """Encode a colour with values from -255 to 510."""
    cdef double[3] values
    values[0] = worth(space.ramps, red)
    values[1] = worth(space.ramps + 256, green)
    values[2] = worth(space.ramps + 512, blue)
    encode_values(space, values, point)


cdef inline void encode_opaque(
    const Space* space, uint32_t red, uint32_t green, uint32_t blue, float* point
) noexcept nogil:
    cdef double[3] values
    values[0] = space.ramps[red]
    values[1] = space.ramps[256 + green]
    values[2] = space.ramps[512 + blue]
    encode_values(space, values, point)


cdef inline void encode_values(const Space* space, double* values, float* point) noexcept nogil:
    if space.mix != NULL:
        multiply(space.mix, values)
    if space.root != NULL:
        values[0] = root_of(space, values[0])
        values[1] = root_of(space, values[1])
        values[2] = root_of(space, values[2])
    if space.axes != NULL:
        multiply(space.axes, values)
    point[0] = <float> values[0]
    point[1] = <float> values[1]
    point[2] = <float> values[2]


cdef inline void encode_mixed(
    const Space* space, const uint8_t* color, double* point
) noexcept nogil:
    cdef float[3] opaque
    cdef double opacity = color[3] / 255.0
    encode_opaque(space, color[0], color[1], color[2], opaque)
    point[0] = (opaque[0] - space.middle[0]) * opacity
    point[1] = (opaque[1] - space.middle[1]) * opacity
    point[2] = (opaque[2] - space.middle[2]) * opacity
    point[3] = opacity * space.height


def encode(const uint8_t[:, :] colors, form, points):
    if points.shape[1] == 3:
        _encode_opaque(colors, SpaceView(form), points)
    else:
        _encode_mixed(colors, SpaceView(form), points)


def _encode_opaque(const uint8_t[:, :] colors, SpaceView view, float[:, ::1] points):
    cdef Py_ssize_t row
    with nogil:
        for row in range(colors.shape[0]):
            encode_opaque(&view.space, colors[row, 0], colors[row, 1], colors[row, 2],
                          &points[row, 0])


def _encode_mixed(const uint8_t[:, :] colors, SpaceView view, double[:, ::1] points):
    cdef Py_ssize_t row
    cdef int channel
    cdef uint8_t[4] color
    with nogil:
        for row in range(colors.shape[0]):
            for channel in range(4):
                color[channel] = colors[row, channel]
            encode_mixed(&view.space, color, &points[row, 0])
