# What a palette can mix. A part of `_compiled.pyx`, which imports and declares what it uses.

cdef enum:
    NODES = 16
    GAP = 17
    VOLUME = 4913   # GAP^3
    TURNS = 64

cdef extern from *:
    """
    #if defined(__GNUC__) || defined(__clang__)
    #define read_flag(place) __atomic_load_n(place, __ATOMIC_ACQUIRE)
    #define set_flag(place, value) __atomic_store_n(place, value, __ATOMIC_RELEASE)
    #else /* volatile is as much with Microsoft's compiler */
    #define read_flag(place) (*(volatile unsigned char*) (place))
    #define set_flag(place, value) (*(volatile unsigned char*) (place) = (value))
    #endif
    #define ENOUGH 0.01
    """
    uint8_t read_flag(uint8_t* place) nogil
    void set_flag(uint8_t* place, uint8_t value) nogil
    const double ENOUGH


cdef struct Mixtures:
    const double* entries
    Py_ssize_t size
    double slack
    double share
    int32_t* shifts
    uint8_t* known
    uint8_t* cells


cdef Mixtures mixtures_of(reach) except *:
    cdef const double[:, ::1] entries = reach.entries
    cdef int32_t[:, ::1] shifts = reach.shifts
    cdef uint8_t[::1] known = reach.known, cells = reach.cells
    cdef Mixtures mixtures
    mixtures.size = entries.shape[0]
    mixtures.entries = &entries[0, 0] if mixtures.size else NULL
    mixtures.slack = reach.slack
    mixtures.share = reach.share
    mixtures.shifts = &shifts[0, 0]
    mixtures.known = &known[0]
    mixtures.cells = &cells[0]
    return mixtures


cdef void find_shift(const Mixtures* mixtures, const double* target, int32_t* shift) noexcept nogil:
    """Do what the reference's `_shift` does."""
    cdef double[256] shares, along
    cdef double x, y, z, far, length, part, share, first, second, third
    cdef const double* entry = mixtures.entries
    cdef Py_ssize_t at, ahead, behind
    cdef int turn
    memset(shares, 0, sizeof(shares))
    memset(shift, 0, 3 * sizeof(int32_t))
    shares[0] = 1
    x, y, z = entry[0] - target[0], entry[1] - target[1], entry[2] - target[2]
    for turn in range(TURNS):
        far = x * x + y * y + z * z
        if far <= mixtures.slack * mixtures.slack:
            return
        for at in range(mixtures.size):
            entry = mixtures.entries + 3 * at
            along[at] = (x * (entry[0] - target[0]) + y * (entry[1] - target[1])
                         + z * (entry[2] - target[2]))
        ahead, behind = 0, -1
        for at in range(mixtures.size):
            if along[at] < along[ahead]:
                ahead = at
            if shares[at] > 0 and (behind < 0 or along[at] > along[behind]):
                behind = at
        if far - along[ahead] <= ENOUGH * far:
            break
        entry = mixtures.entries
        first = (entry[3 * ahead] - target[0]) - (entry[3 * behind] - target[0])
        second = (entry[3 * ahead + 1] - target[1]) - (entry[3 * behind + 1] - target[1])
        third = (entry[3 * ahead + 2] - target[2]) - (entry[3 * behind + 2] - target[2])
        length = first * first + second * second + third * third
        part = (along[behind] - along[ahead]) / length
        if part < shares[behind]:
            shares[behind] -= part
        else:
            part = shares[behind]
            shares[behind] = 0
        shares[ahead] += part
        x, y, z = x + part * first, y + part * second, z + part * third
    share = mixtures.share * (1 - mixtures.slack / sqrt(x * x + y * y + z * z))
    if share > 0:
        shift[0] = <int32_t> rint(x * share)
        shift[1] = <int32_t> rint(y * share)
        shift[2] = <int32_t> rint(z * share)


cdef uint8_t fill_corners(
    const Mixtures* mixtures, const int32_t* light, int cell
) noexcept nogil:
    """Find the shifts at the corners of a cell; return its flag: 1 if there are none, else 2."""
    cdef double[3] target
    cdef int corner, node, axis
    cdef uint8_t flag = 1
    for corner in range(8):
        node = cell + (corner >> 2) * NODES * NODES + (corner >> 1 & 1) * NODES + (corner & 1)
        if not read_flag(&mixtures.known[node]):
            target[0] = light[GAP * (node // (NODES * NODES))]
            target[1] = light[GAP * (node // NODES % NODES)]
            target[2] = light[GAP * (node % NODES)]
            find_shift(mixtures, target, &mixtures.shifts[3 * node])
            set_flag(&mixtures.known[node], 1)
        for axis in range(3):
            if mixtures.shifts[3 * node + axis]:
                flag = 2
    set_flag(&mixtures.cells[cell], flag)
    return flag


cdef inline bint shift_of(
    const Mixtures* mixtures, const int32_t* light, const uint8_t* color, int32_t* shift
) noexcept nogil:
    """Find what is added to the light of an opaque colour; return whether it is anything."""
    cdef int red = color[0] // GAP, green = color[1] // GAP, blue = color[2] // GAP
    cdef int cell, corner, weight, axis
    cdef const int32_t* node
    cdef uint8_t flag
    cdef int[2] reds, greens, blues
    red = red if red < NODES - 2 else NODES - 2
    green = green if green < NODES - 2 else NODES - 2
    blue = blue if blue < NODES - 2 else NODES - 2
    cell = (red * NODES + green) * NODES + blue
    flag = read_flag(&mixtures.cells[cell])
    if flag == 0:
        flag = fill_corners(mixtures, light, cell)
    if flag == 1:
        return False
    reds[1], greens[1], blues[1] = color[0] - GAP * red, color[1] - GAP * green, color[2] - GAP * blue
    reds[0], greens[0], blues[0] = GAP - reds[1], GAP - greens[1], GAP - blues[1]
    # the sums are above -VOLUME << 14, and so are divided as whole numbers from 0 on
    shift[0] = shift[1] = shift[2] = VOLUME // 2 + (VOLUME << 15)
    for corner in range(8):
        weight = reds[corner >> 2] * greens[corner >> 1 & 1] * blues[corner & 1]
        node = mixtures.shifts + 3 * (
            cell + (corner >> 2) * NODES * NODES + (corner >> 1 & 1) * NODES + (corner & 1))
        for axis in range(3):
            shift[axis] += weight * node[axis]
    for axis in range(3):
        shift[axis] = shift[axis] // VOLUME - (1 << 15)
    return True
