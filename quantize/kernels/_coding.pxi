# GIF's LZW. A part of `_compiled.pyx`, which imports and declares what it uses.

cdef enum:
    LONGEST_CODE = 12
    EARLIER = 3
    PLACES = 1 << 13     # twice as many as strings at most


cdef int64_t UNKNOWN = <int64_t> 1 << 62


cdef struct Codes:
    const uint8_t* pixels
    int bits, width, free
    uint32_t[PLACES] strings     # (code << 8 | pixel) << 12 | longer string; 0 for none


def clear_places(const uint8_t[::1] pixels, const int64_t[::1] places, int bits, int64_t slack,
                 int64_t[:, ::1] found):
    cdef Py_ssize_t count = places.shape[0], place
    cdef int64_t* sizes = &found[0, 0]
    cdef int64_t* before = &found[1, 0]
    cdef Codes* c = new_codes(pixels, bits)
    for place in range(count):
        sizes[place], before[place] = UNKNOWN, 0
    sizes[0] = 0
    with nogil:
        for place in range(count - 1):
            follow(c, pixels.shape[0], &places[0], place, count, slack, sizes, before)
    free(c)


def filled_at(const uint8_t[::1] pixels, int64_t start, int bits):
    cdef Codes* c = new_codes(pixels, bits)
    cdef int64_t at = start, end = pixels.shape[0], length
    cdef int code
    with nogil:
        clear(c)
        while at < end and c.free < CODES:
            length = next_string(c, at, end, &code)
            put(c, code, at + length, end)
            at += length
    free(c)
    return at


def code_strings(const uint8_t[::1] pixels, const int64_t[::1] places, int bits,
                 uint8_t[::1] found):
    cdef Py_ssize_t count = places.shape[0], place, size = 0
    cdef int64_t at, end
    cdef uint64_t waiting = 0
    cdef int held = 0, width = bits + 1, code
    cdef int64_t length
    cdef Codes* c = new_codes(pixels, bits)
    with nogil:
        for place in range(count + 1):
            # a clear code, or the one at the end
            waiting |= <uint64_t> ((1 << bits) + (place == count)) << held
            held += width
            while held >= 8:
                found[size] = waiting & 0xFF
                size, waiting, held = size + 1, waiting >> 8, held - 8
            if place == count:
                break
            clear(c)
            at = places[place]
            end = places[place + 1] if place + 1 < count else pixels.shape[0]
            while at < end:
                length = next_string(c, at, end, &code)
                waiting |= <uint64_t> code << held
                held += put(c, code, at + length, end)
                while held >= 8:
                    found[size] = waiting & 0xFF
                    size, waiting, held = size + 1, waiting >> 8, held - 8
                at += length
            width = c.width
        if held:
            found[size] = waiting & 0xFF
            size += 1
    free(c)
    return size


cdef Codes* new_codes(const uint8_t[::1] pixels, int bits) except NULL:
    cdef Codes* c = <Codes*> malloc(sizeof(Codes))
    if c == NULL:
        raise MemoryError()
    c.pixels = &pixels[0] if pixels.shape[0] else NULL
    c.bits = bits
    return c


cdef void clear(Codes* c) noexcept nogil:
    c.width, c.free = c.bits + 1, (1 << c.bits) + 2
    memset(c.strings, 0, sizeof(c.strings))


cdef void follow(Codes* c, int64_t end, const int64_t* places, Py_ssize_t place, Py_ssize_t count,
                 int64_t slack, int64_t* sizes, int64_t* before) noexcept nogil:
    """Follow a table from a place on."""
    cdef int64_t at = places[place], size = sizes[place], whole, length
    cdef Py_ssize_t following = place + 1
    cdef int code
    clear(c)
    while True:
        length = next_string(c, at, end, &code)
        size += put(c, code, at + length, end)
        at += length
        while places[following] <= at:
            whole = size + c.width
            if whole < sizes[following]:
                sizes[following], before[following] = whole, place
            elif whole > sizes[following] + slack:
                return
            following += 1
            if following == count:
                return


cdef inline uint32_t* slot_of(Codes* c, int code, int pixel) noexcept nogil:
    """Return where the string is that goes on with a pixel, or would be."""
    cdef uint32_t key = <uint32_t> (code << 8 | pixel)
    cdef uint32_t place = (key * <uint32_t> 2654435761) >> 19     # Fibonacci hashing, 13 bits
    while c.strings[place] and c.strings[place] >> 12 != key:
        place = (place + 1) & (PLACES - 1)
    return &c.strings[place]


cdef inline int64_t longest(Codes* c, int64_t at, int64_t end, int* found) noexcept nogil:
    """Return the length of the longest string at a place, and find its code."""
    cdef int64_t next = at + 1
    cdef int code = c.pixels[at]
    cdef uint32_t string
    while next < end:
        string = slot_of(c, code, c.pixels[next])[0]
        if not string:
            break
        code = string & (CODES - 1)
        next += 1
    found[0] = code
    return next - at


cdef inline int64_t next_string(Codes* c, int64_t at, int64_t end, int* found) noexcept nogil:
    cdef int64_t length = longest(c, at, end, found), best = length, reached = -1, both, least
    cdef int64_t tried
    cdef int other
    if c.free < CODES or at + length == end or length == 1:
        return length
    least = length - EARLIER if length > EARLIER else 1
    for tried in range(length, least - 1, -1):
        both = tried + longest(c, at + tried, end, &other)
        if both > reached:
            best, reached = tried, both
    if best < length:
        longest(c, at, at + best, found)
    return best


cdef inline int put(Codes* c, int code, int64_t after, int64_t end) noexcept nogil:
    """Add what follows from a string that is written; return the bits of its code."""
    cdef int width = c.width
    cdef uint32_t* slot
    if c.free == CODES:
        return width
    if after < end:
        slot = slot_of(c, code, c.pixels[after])
        if not slot[0]:
            slot[0] = <uint32_t> (code << 8 | c.pixels[after]) << 12 | <uint32_t> c.free
    if c.free == 1 << width and width < LONGEST_CODE:
        c.width += 1
    c.free += 1
    return width
