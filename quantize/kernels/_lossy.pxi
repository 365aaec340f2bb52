# Entries that compress well: the cheapest way through each row. A part of `_compiled.pyx`, which imports and declares what it uses.

cdef enum:
    LITERAL = 0
    RUN = 1
    KEEP = 2
    FIRST_COPY = 4
    COPIES = 8
    REACH = 4
    STATES = 12
    MOST_AXES = 5

cdef float KEPT = 0.4, RISEN = 0.3, SHARE = 0.5, FAR = 1e6, NEVER = 1e30


cdef struct Rows:
    Py_ssize_t width
    int axes, quads     # of coordinates, and of states by four
    const float* entries
    const float* worth
    const float* starts
    uint8_t* above      # entries of the row above, from REACH on
    float* points       # their points, axis by axis
    float* risen        # the errors above, axis by axis
    float* costs        # of each state of each pixel
    uint8_t* best       # state of each pixel
    uint8_t* runs       # the entry of each pixel, if it continues a run


def trellis(rows, costs, found, kept):
    _trellis(rows.wanted, rows.nominal, rows.ranges, rows.before, rows.seen, costs.entries,
             costs.worth, costs.starts, found, kept)


def _trellis(const float[:, :, ::1] wanted, const uint8_t[:, ::1] nominal,
             const uint8_t[:, ::1] ranges, const uint8_t[:, ::1] before,
             const float[:, :, ::1] seen, const float[:, ::1] entries, const float[::1] worth,
             const float[::1] starts, uint8_t[:, ::1] found, uint8_t[:, ::1] kept):
    cdef Py_ssize_t height = nominal.shape[0], width = nominal.shape[1], y
    cdef int axes = <int> wanted.shape[2]
    cdef Rows rows
    cdef const uint8_t* last = NULL
    cdef const float* colors = NULL
    cdef uint8_t* stays = NULL
    if height == 0 or width == 0:
        return
    cdef uint8_t[::1] bytes_ = np.zeros(3 * (width + COPIES), np.uint8)
    cdef float[::1] reals = np.zeros(axes * (2 * width + COPIES) + width * STATES, np.float32)
    rows.width, rows.axes, rows.quads = width, axes, <int> starts.shape[0] // 4
    rows.entries, rows.worth, rows.starts = &entries[0, 0], &worth[0], &starts[0]
    rows.above, rows.best = &bytes_[0], &bytes_[width + COPIES]
    rows.runs = &bytes_[2 * (width + COPIES)]
    rows.points = &reals[0]
    rows.risen = rows.points + axes * (width + COPIES)
    rows.costs = rows.risen + axes * width
    with nogil:
        for y in range(axes * (width + COPIES)):
            rows.points[y] = FAR
        for y in range(height):
            if before.shape[0]:
                last, colors, stays = &before[y, 0], &seen[y, 0, 0], &kept[y, 0]
            if axes == 3:   # a number that is known lets the compiler unroll
                choose_row(&rows, &wanted[y, 0, 0], &nominal[y, 0], &ranges[y, 0], last, colors, 3)
            else:
                choose_row(&rows, &wanted[y, 0, 0], &nominal[y, 0], &ranges[y, 0], last, colors,
                           axes)
            trace(&rows, &nominal[y, 0], last, &found[y, 0], stays)
            carry(&rows, &nominal[y, 0], &found[y, 0], stays, colors)


cdef inline void choose_row(Rows* rows, const float* wanted, const uint8_t* nominal,
                            const uint8_t* ranges, const uint8_t* kept, const float* seen,
                            int axes) noexcept nogil:
    cdef Py_ssize_t x, width = rows.width, stride = rows.width + COPIES
    cdef const float* own
    cdef float[STATES] starts, costs, totals, begin, more, bent, stay, leave
    cdef float[MOST_AXES][STATES] errors, colors
    cdef float[MOST_AXES] left
    cdef float twice, up, worth, off, carried, least
    cdef float keep_part = KEPT, rise_part = RISEN, share = SHARE, far = FAR, never = NEVER
    cdef int axis, s, at, states = 4 * rows.quads    # a number that is known would be unrolled
    cdef uint8_t last = 0, run = 0
    memcpy(starts, rows.starts, sizeof(starts))
    for s in range(STATES):
        costs[s] = never
        for axis in range(MOST_AXES):
            errors[axis][s] = 0
    for axis in range(MOST_AXES):
        left[axis] = 0
    for x in range(width):
        own = rows.entries + nominal[x] * axes
        worth = rows.worth[ranges[x]]
        if not costs[RUN] <= starts[RUN]:
            run = last
        rows.runs[x] = run
        for axis in range(axes):
            colors[axis][LITERAL] = own[axis]
            colors[axis][RUN] = rows.entries[run * axes + axis] if x else far
            colors[axis][KEEP] = seen[x * axes + axis] if seen != NULL else far
            colors[axis][3] = far
            memcpy(&colors[axis][FIRST_COPY], rows.points + axis * stride + x,
                   COPIES * sizeof(float))
        for s in range(states):
            stay[s] = 1 if costs[s] <= starts[s] else 0
        for s in range(states):
            leave[s] = 1 - stay[s]
            begin[s] = lesser(costs[s], starts[s])
            more[s] = 0
            bent[s] = 0
        for axis in range(axes):
            twice = 2 * (wanted[x * axes + axis] - own[axis])
            up = rise_part * rows.risen[axis * width + x]
            for s in range(states):
                off = own[axis] - colors[axis][s]
                carried = errors[axis][s] * stay[s] + left[axis] * leave[s]    # one is nothing
                carried = keep_part * carried + up
                more[s] = more[s] + off * (twice + off)
                bent[s] = bent[s] + carried * ((off + off) + carried)
                errors[axis][s] = off + carried
        for s in range(states):
            totals[s] = begin[s] + worth * (greater(more[s], 0) + share * bent[s])
        least = least_cost(totals)
        at = 0
        while totals[at] != least:
            at += 1
        for s in range(states):
            costs[s] = totals[s] - least
        costs[LITERAL] = never
        memcpy(rows.costs + x * STATES, costs, sizeof(costs))
        for axis in range(axes):
            left[axis] = errors[axis][at]
        rows.best[x] = <uint8_t> at
        last = value_of(rows, nominal, kept, x, at)


cdef inline float least_cost(const float* values) noexcept nogil:
    cdef float[4] least
    cdef int s
    for s in range(4):
        least[s] = lesser(lesser(values[s], values[4 + s]), values[8 + s])
    return lesser(lesser(least[0], least[1]), lesser(least[2], least[3]))


cdef inline uint8_t value_of(const Rows* rows, const uint8_t* nominal, const uint8_t* kept,
                             Py_ssize_t x, int state) noexcept nogil:
    """Return the entry of a pixel in a state."""
    if state == LITERAL:
        return nominal[x]
    if state == RUN:
        return rows.runs[x]
    if state == KEEP:
        return kept[x] if kept != NULL else 0
    return rows.above[x + state - FIRST_COPY]


cdef void trace(const Rows* rows, const uint8_t* nominal, const uint8_t* kept,
                uint8_t* found, uint8_t* stays) noexcept nogil:
    """Follow the cheapest way from its end back."""
    cdef Py_ssize_t x
    cdef int state = rows.best[rows.width - 1]
    for x in range(rows.width - 1, -1, -1):
        found[x] = value_of(rows, nominal, kept, x, state)
        if stays != NULL:
            stays[x] = 1 if state == KEEP else 0
        if x and not rows.costs[(x - 1) * STATES + state] <= rows.starts[state]:
            state = rows.best[x - 1]


cdef void carry(Rows* rows, const uint8_t* nominal, const uint8_t* found, const uint8_t* stays,
                const float* seen) noexcept nogil:
    """Put the entries and the errors of a row in the place of those above."""
    cdef Py_ssize_t x, stride = rows.width + COPIES
    cdef int axis
    cdef float own, chosen, left
    memcpy(rows.above + REACH, found, rows.width)
    for axis in range(rows.axes):
        left = 0
        for x in range(rows.width):
            own = rows.entries[nominal[x] * rows.axes + axis]
            chosen = rows.entries[found[x] * rows.axes + axis]
            rows.points[axis * stride + REACH + x] = chosen
            if stays != NULL and stays[x]:
                chosen = seen[x * rows.axes + axis]
            left = (own - chosen) + (KEPT * left + RISEN * rows.risen[axis * rows.width + x])
            rows.risen[axis * rows.width + x] = left
