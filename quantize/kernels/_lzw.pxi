# Strings that LZW knows, for GIFs. A part of `_compiled.pyx`, which imports and declares what it uses.

cdef enum:
    CODES = 4096
    LONGEST = 256
    BRANCHES = 16
    VISITS = 100

cdef float FROM_LEFT = 0.45, FROM_ABOVE = 0.35, STAYING = 0.25


cdef struct Coder:
    int[CODES] first        # of the strings that go on from each, the newest; 0 for none
    int[CODES] following    # string beside it
    int[CODES] symbols      # the last of each string
    int first_free, free, string


cdef struct Strings:
    Coder coder
    Py_ssize_t width, size
    int axes, idle
    const float* wanted
    const float* entries
    const uint8_t* nominal
    const uint8_t* ranges
    const uint8_t* before   # entries of the frame before; NULL where all pixels are drawn
    const float* seen
    const float* worth
    float* risen
    float bits, score
    int visits, length
    int[LONGEST] path
    int[LONGEST] best


def choose_strings(rows, costs, near, bits, found):
    _choose_strings(rows.wanted, rows.nominal, rows.ranges, rows.before, rows.seen,
                    costs.entries, costs.worth, costs.starts, near, bits, found)


def _choose_strings(const float[:, :, ::1] wanted, const uint8_t[:, ::1] nominal,
                    const uint8_t[:, ::1] ranges, const uint8_t[:, ::1] before,
                    const float[:, :, ::1] seen, const float[:, ::1] entries, const float[::1] worth, const float[::1] starts,
                    const uint8_t[:, ::1] near, int bits, uint8_t[:, ::1] found):
    cdef Py_ssize_t height = nominal.shape[0], width = nominal.shape[1]
    if height == 0 or width == 0:
        return
    cdef float[::1] risen = np.zeros(width * entries.shape[1], np.float32)
    cdef Strings* s = <Strings*> malloc(sizeof(Strings))
    if s == NULL:
        raise MemoryError()
    s.width, s.size, s.axes = width, height * width, <int> entries.shape[1]
    s.idle = <int> entries.shape[0]
    s.wanted, s.entries, s.nominal = &wanted[0, 0, 0], &entries[0, 0], &nominal[0, 0]
    s.ranges, s.worth, s.risen = &ranges[0, 0], &worth[0], &risen[0]
    s.before = &before[0, 0] if before.shape[0] else NULL
    s.seen = &seen[0, 0, 0] if before.shape[0] else NULL
    s.coder.first_free = (1 << bits) + 2
    s.bits = starts[0]
    with nogil:
        go_through(s, &near[0, 0], <int> near.shape[1], &found[0, 0])
    free(s)


cdef void go_through(Strings* s, const uint8_t* near, int count, uint8_t* found) noexcept nogil:
    cdef Py_ssize_t at = 0
    cdef int number, symbol, step
    cdef float[MOST_AXES] left, error
    cdef Coder* coder = &s.coder
    coder.string = -1
    empty(coder)
    memset(left, 0, sizeof(left))
    while at < s.size:
        if at % s.width == 0:
            memset(left, 0, sizeof(left))
        s.score, s.visits, s.length = -INFINITY, 0, 0
        if s.before != NULL:
            begin_string(s, at, s.idle, left)
            s.visits = 0
        if not is_idle(s, at):
            for number in range(count):
                begin_string(s, at, near[s.nominal[at] * count + number], left)
        for step in range(s.length):
            symbol = s.best[step]
            symbol_cost(s, at, symbol, left, error)
            memcpy(left, error, sizeof(left))
            memcpy(s.risen + at % s.width * s.axes, left, s.axes * sizeof(float))
            code(coder, symbol)
            found[at] = s.before[at] if symbol == s.idle else <uint8_t> symbol
            at += 1


cdef void begin_string(Strings* s, Py_ssize_t at, int symbol, const float* left) noexcept nogil:
    """Look at the strings that begin with a symbol."""
    cdef Coder* coder = &s.coder
    cdef float[MOST_AXES] error
    cdef float cost = symbol_cost(s, at, symbol, left, error)
    cdef int added
    if cost > s.bits and symbol != s.nominal[at]:
        return
    s.path[0] = symbol
    if begins_table(coder, symbol):
        take_if_best(s, 1, s.bits - cost)
        return
    added = lend(coder, symbol)
    go_on(s, symbol, at + 1, 1, s.bits - cost, error)
    if added:
        coder.first[coder.string] = coder.following[added]


cdef inline int next_of(const Coder* coder, int string, int symbol) noexcept nogil:
    """Return the string that goes on with a symbol, or 0."""
    cdef int child = coder.first[string]
    while child and coder.symbols[child] != symbol:
        child = coder.following[child]
    return child


cdef inline void empty(Coder* coder) noexcept nogil:
    memset(coder.first, 0, sizeof(coder.first))
    coder.free = coder.first_free


cdef inline bint begins_table(const Coder* coder, int symbol) noexcept nogil:
    """Return whether the table is full, and emptied, if a symbol comes next."""
    return coder.string >= 0 and coder.free == CODES - 1 and not next_of(coder, coder.string, symbol)


cdef inline void add_string(Coder* coder, int symbol) noexcept nogil:
    coder.symbols[coder.free] = symbol
    coder.first[coder.free] = 0
    coder.following[coder.free] = coder.first[coder.string]
    coder.first[coder.string] = coder.free


cdef inline int lend(Coder* coder, int symbol) noexcept nogil:
    """Add what the coder will add if the symbol comes next; return that string, or 0."""
    if coder.string < 0 or next_of(coder, coder.string, symbol):
        return 0
    add_string(coder, symbol)
    return coder.free


cdef inline void code(Coder* coder, int symbol) noexcept nogil:
    cdef int going_on = 0
    if coder.string >= 0:
        going_on = next_of(coder, coder.string, symbol)
        if not going_on:
            add_string(coder, symbol)
            coder.free += 1
            if coder.free == CODES:
                empty(coder)
    coder.string = going_on if going_on else symbol


cdef inline bint is_idle(const Strings* s, Py_ssize_t at) noexcept nogil:
    return s.before != NULL and s.before[at] == s.nominal[at]


cdef inline float symbol_cost(
    const Strings* s, Py_ssize_t at, int symbol, const float* left, float* error
) noexcept nogil:
    """Return the cost of a symbol at a pixel, and write the error that it leaves."""
    if s.before != NULL and (is_idle(s, at) or symbol == s.before[at] < s.idle):
        memset(error, 0, MOST_AXES * sizeof(float))
        return 0 if symbol == s.idle and is_idle(s, at) else NEVER
    if s.axes == 3:     # a number that is known lets the compiler unroll
        return drawn_cost(s, at, symbol, left, error, 3)
    return drawn_cost(s, at, symbol, left, error, s.axes)


cdef inline float drawn_cost(
    const Strings* s, Py_ssize_t at, int symbol, const float* left, float* error, int axes
) noexcept nogil:
    cdef const float* own = s.entries + s.nominal[at] * axes
    cdef const float* other = s.entries + symbol * axes
    cdef const float* risen = s.risen + at % s.width * axes
    cdef float more = 0, bent = 0, off, twice, carried
    cdef int axis
    if symbol == s.idle:
        other = s.seen + at * axes
    for axis in range(axes):
        off = own[axis] - other[axis]
        twice = 2 * (s.wanted[at * axes + axis] - own[axis])
        carried = FROM_LEFT * left[axis] + FROM_ABOVE * risen[axis]
        more = more + off * (twice + off)
        bent = bent + carried * ((off + off) + carried)
        error[axis] = off + carried
    more = s.worth[s.ranges[at]] * (greater(more, 0) + SHARE * bent)
    return more - STAYING * s.bits if symbol == s.idle else more


cdef inline void take_if_best(Strings* s, int count, float score) noexcept nogil:
    if score > s.score:
        s.score, s.length = score, count
        memcpy(s.best, s.path, count * sizeof(int))


cdef void go_on(Strings* s, int string, Py_ssize_t at, int count, float score,
                const float* left) noexcept nogil:
    """Look at a string, and at those that go on from it."""
    cdef float[BRANCHES] costs
    cdef float[BRANCHES][MOST_AXES] errors
    cdef int[BRANCHES] children
    cdef float[MOST_AXES] error
    cdef float cost
    cdef int child, place, kept = 0
    take_if_best(s, count, score)
    if at == s.size or count == LONGEST:
        return
    child = s.coder.first[string]
    while child:
        cost = symbol_cost(s, at, s.coder.symbols[child], left, error)
        if cost <= s.bits and (kept < BRANCHES or cost < costs[BRANCHES - 1]):
            place = kept if kept < BRANCHES else BRANCHES - 1
            kept = place + 1
            while place and costs[place - 1] > cost:
                costs[place], children[place] = costs[place - 1], children[place - 1]
                memcpy(errors[place], errors[place - 1], sizeof(error))
                place -= 1
            costs[place], children[place] = cost, child
            memcpy(errors[place], error, sizeof(error))
        child = s.coder.following[child]
    for place in range(kept):
        if s.visits == VISITS:
            return
        s.visits += 1
        s.path[count] = s.coder.symbols[children[place]]
        go_on(s, children[place], at + 1, count + 1, (score + s.bits) - costs[place],
              errors[place])
