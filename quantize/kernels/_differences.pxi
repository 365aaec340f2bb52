# Lower bounds of colour differences. A part of `_compiled.pyx`, which imports and declares what it uses.

def within(const double[:, :] colors, const double[:, :] places, const double[::1] limits, uint8_t[:, ::1] near):
    cdef Py_ssize_t k = colors.shape[0], n = places.shape[0], at, other
    cdef double* columns = <double*> malloc(4 * max(n, 1) * sizeof(double))
    cdef double[4] color, place
    cdef double l, a, b, limit, reach, away
    if columns == NULL:
        raise MemoryError
    with nogil:
        for other in range(n):
            a = places[other, 1]
            b = places[other, 2]
            columns[other] = places[other, 0]
            columns[n + other] = a
            columns[2 * n + other] = b
            columns[3 * n + other] = sqrt(a * a + b * b)
        for at in range(k):
            l = color[0] = colors[at, 0]
            color[1] = colors[at, 1]
            color[2] = colors[at, 2]
            color[3] = sqrt(color[1] * color[1] + color[2] * color[2])
            limit = limits[at] + 2e-6
            reach = 1.75 * limits[at]
            for other in range(n):
                near[at, other] = 0
                away = l - columns[other]
                if -reach <= away <= reach:
                    place[0] = columns[other]
                    place[1] = columns[n + other]
                    place[2] = columns[2 * n + other]
                    place[3] = columns[3 * n + other]
                    near[at, other] = least_difference(color, place) <= limit
    free(columns)


cdef inline double blue_ratio(double chroma) noexcept nogil:
    cdef double cube = chroma * chroma * chroma, seventh
    seventh = cube * cube * chroma
    return sqrt(seventh / (seventh + 6103515625.0))


cdef double least_difference(const double* color, const double* place) noexcept nogil:
    """Return the bound for two colours: lightness, a, b and chroma of each."""
    cdef double off = (color[0] + place[0]) / 2 - 50, lightness, stretch, a1, a2, b1 = color[2], b2 = place[2]
    cdef double c1, c2, more, chroma, da, db, turned, tint = 1.93, blue = 1, x, y, length, x2, y2, x3, y3, x4, y4
    cdef double across, along, rotation, total
    off = off * off
    lightness = (color[0] - place[0]) / (1 + 0.015 * off / sqrt(20 + off))
    stretch = 1.5 - 0.5 * blue_ratio((color[3] + place[3]) / 2)
    a1 = stretch * color[1]
    a2 = stretch * place[1]
    c1 = sqrt(a1 * a1 + b1 * b1)
    c2 = sqrt(a2 * a2 + b2 * b2)
    more = c2 - c1
    chroma = (c1 + c2) / 2
    da = a1 - a2
    db = b1 - b2
    turned = da * da + db * db - more * more
    if c1 > 0 and c2 > 0:
        x = a1 / c1 + a2 / c2
        y = b1 / c1 + b2 / c2
        length = sqrt(x * x + y * y)
        if length > 1e-6:
            x = x / length
            y = y / length
            x2 = x * x - y * y
            y2 = 2 * x * y
            x3 = x2 * x - y2 * y
            y3 = x2 * y + y2 * x
            x4 = x2 * x2 - y2 * y2
            y4 = 2 * x2 * y2
            tint = 1 - (0.14722431864335458 * x + 0.085 * y)
            tint = tint + 0.24 * x2
            tint = tint + (0.3182470065178475 * x3 - 0.03344910824564911 * y3)
            tint = tint - (0.09079809994790937 * x4 + 0.17820130483767357 * y4)
            blue = 1 if 0.08715574 * x + -0.99619470 * y > 0.17364 else 5e-5
    across = 1 + 0.015 * chroma * tint
    along = more / (1 + 0.045 * chroma)
    turned = (turned if turned > 0 else 0) / (across * across)
    rotation = 2 * 0.8660255 * blue * blue_ratio(chroma)
    total = lightness * lightness + along * along + turned
    total = total - rotation * fabs(along) * sqrt(turned)
    return sqrt(total if total > 0 else 0)
