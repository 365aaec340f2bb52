# The order of a palette. A part of `_compiled.pyx`, which imports and declares what it uses.

cdef enum:
    MOST_COLORS = 256


def count_pairs(const uint8_t[:, :] rows, const uint8_t[:, :] above, int64_t[:, ::1] lefts, int64_t[:, ::1] ups):
    cdef Py_ssize_t n = rows.shape[0], width = rows.shape[1], y, x, k = lefts.shape[0]
    cdef const uint8_t* row
    cdef const uint8_t* up
    cdef uint8_t left
    lefts[:] = 0
    ups[:] = 0
    if width == 0:
        return
    with nogil:
        for y in range(n):
            row, up = &rows[y, 0], &above[y, 0]
            left = row[0]
            ups[left, up[0]] += 1
            for x in range(1, width):
                lefts[row[x], left] += 1
                left = row[x]
                ups[left, up[x]] += 1


def chain(const int16_t[:, ::1] links, int32_t[::1] order):
    cdef Py_ssize_t k = links.shape[0], size, place, other, entry = 0, low = k, high = k
    cdef int64_t most = -1, total
    cdef int64_t[MOST_COLORS] linked
    cdef uint8_t[MOST_COLORS] taken
    cdef int32_t[2 * MOST_COLORS] row
    with nogil:
        memset(taken, 0, sizeof(taken))
        memset(linked, 0, sizeof(linked))
        for place in range(k):
            total = 0
            for other in range(k):
                total += links[place, other]
            if total > most:
                most, entry = total, place
        for size in range(k):
            if size:
                most = -1
                for other in range(k):
                    if not taken[other] and linked[other] > most:
                        most, entry = linked[other], other
            total = 0
            for place in range(size):
                total += (size - 1 - 2 * place) * links[entry, row[low + place]]
            if total > 0:
                low -= 1
                row[low] = entry
            else:
                row[high] = entry
                high += 1
            taken[entry] = 1
            for other in range(k):
                linked[other] += links[entry, other]
        for place in range(k):
            order[place] = row[low + place]


def arrange(const int16_t[:, ::1] links, const int16_t[::1] costs, int32_t[::1] order, int first, int rounds):
    cdef int k = links.shape[0], moves = 0, before, turn, entry, place, low, high
    cdef int16_t* table = <int16_t*> malloc(k * k * sizeof(int16_t))
    cdef int16_t[2 * MOST_COLORS + 2] steps
    cdef int d
    if table == NULL:
        raise MemoryError
    with nogil:
        steps[MOST_COLORS] = 0
        for d in range(1, k):   # of a walk to the right: what is behind gets farther, what is ahead nearer
            steps[MOST_COLORS - d] = costs[d + 1] - costs[d]
            steps[MOST_COLORS + d] = costs[d] - costs[d + 1]
        for place in range(k):
            for d in range(k):
                table[place * k + d] = links[order[place], order[d]]
        for turn in range(rounds):
            before = moves
            for entry in range(k):
                place = 0
                while order[place] != entry:
                    place += 1
                low = 0 if place < first else first
                high = first if place < first else k
                d = best_place(table, k, steps + MOST_COLORS, place, low, high)
                if d != place:
                    move_entry(table, k, &order[0], place, d)
                    moves += 1
            if moves == before:
                break
    free(table)
    return moves


cdef int best_place(const int16_t* table, int k, const int16_t* steps, int start, int low, int high) noexcept nogil:
    """Find the place for an entry, which walks between the others to both sides."""
    cdef int64_t change = 0, least = 0
    cdef int at, best = start
    for at in range(start - 1, low - 1, -1):    # past the one at its left
        change -= gain(table, k, start, at, steps - at)
        if change <= least and change < 0:  # the first of equals is the last that is seen
            least, best = change, at
    change = 0
    for at in range(start + 1, high):           # past the one at its right, which comes to at - 1
        change += gain(table, k, start, at, steps - at + 1)
        if change < least:
            least, best = change, at
    return best


cdef inline int32_t gain(const int16_t* table, int k, int start, int at, const int16_t* steps) noexcept nogil:
    """Add up what changes for all others, which stand together without the entry."""
    cdef const int16_t* own = table + start * k
    cdef const int16_t* other = table + at * k
    cdef int32_t total = 0
    cdef int place
    for place in range(start):
        total += <int32_t> <int16_t> (own[place] - other[place]) * <int32_t> steps[place]
    steps -= 1
    for place in range(start + 1, k):
        total += <int32_t> <int16_t> (own[place] - other[place]) * <int32_t> steps[place]
    return total


cdef void move_entry(int16_t* table, int k, int32_t* order, int start, int end) noexcept nogil:
    """Move a row and a column of the table, and an entry of the order."""
    cdef int16_t[MOST_COLORS] kept
    cdef int16_t* row
    cdef int16_t link
    cdef int32_t entry = order[start]
    cdef int low = min(start, end), many = max(start, end) - low, at
    cdef int behind = low + 1 if end > start else low, ahead = low + 1 - (behind - low)
    memcpy(kept, table + start * k, k * sizeof(int16_t))
    memmove(table + ahead * k, table + behind * k, many * k * sizeof(int16_t))
    memcpy(table + end * k, kept, k * sizeof(int16_t))
    for at in range(k):
        row = table + at * k
        link = row[start]
        memmove(row + ahead, row + behind, many * sizeof(int16_t))
        row[end] = link
    memmove(order + ahead, order + behind, many * sizeof(int32_t))
    order[end] = entry
