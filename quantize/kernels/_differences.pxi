# Lower bounds of colour differences. A part of `_compiled.pyx`, which imports and declares what it uses.

def within(const double[:, :] colors, const double[:, :] places, const double[::1] limits, uint8_t[:, ::1] near):
    cdef Py_ssize_t k = colors.shape[0], n = places.shape[0], at, other
    cdef double* columns = <double*> malloc(4 * max(n, 1) * sizeof(double))
    cdef double l, a, b, chroma, limit, reach, away, mean, off, lightness, cube, seventh, rotated, colorful, da, db, stretch
    if columns == NULL:
        raise MemoryError
    with nogil:
        for other in range(n):
            l = places[other, 0]
            a = places[other, 1]
            b = places[other, 2]
            columns[other] = l
            columns[n + other] = a
            columns[2 * n + other] = b
            columns[3 * n + other] = sqrt(a * a + b * b)
        for at in range(k):
            l = colors[at, 0]
            a = colors[at, 1]
            b = colors[at, 2]
            chroma = sqrt(a * a + b * b)
            limit = limits[at]
            reach = 1.75 * limit
            for other in range(n):
                near[at, other] = 0
                away = l - columns[other]
                if -reach <= away <= reach:
                    mean = (l + columns[other]) / 2 - 50
                    off = mean * mean
                    lightness = away / (1 + 0.015 * off / sqrt(20 + off))
                    mean = (chroma + columns[3 * n + other]) * 0.75
                    cube = mean * mean * mean
                    seventh = cube * cube * mean
                    rotated = 1 - 0.8660255 * sqrt(seventh / (seventh + 6103515625.0))
                    da = a - columns[n + other]
                    db = b - columns[2 * n + other]
                    stretch = 1 + 0.045 * mean
                    colorful = (da * da + db * db) / (stretch * stretch)
                    near[at, other] = sqrt(lightness * lightness + rotated * colorful) <= limit
    free(columns)
