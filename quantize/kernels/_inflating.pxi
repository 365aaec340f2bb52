# The end of a deflate stream. A part of `_compiled.pyx`, which imports and declares what it uses.

cdef enum:
    CODE_BITS = 15
    ENTRIES = 1 << 15
    LITERALS = 288
    SYMBOLS = 320   # of both codes of a block

cdef const uint8_t* LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]


def stream_end(const uint8_t[::1] data):
    cdef Py_ssize_t size = data.shape[0], flag = 0, at = 0
    cdef uint8_t* bytes_ = <uint8_t*> malloc(size + 16)
    cdef uint16_t* codes = <uint16_t*> malloc(2 * ENTRIES * sizeof(uint16_t))
    cdef uint32_t last = 0, kind
    if bytes_ == NULL or codes == NULL:
        free(bytes_)
        free(codes)
        raise MemoryError
    with nogil:
        memset(bytes_ + size, 0, 16)
        if size:
            memcpy(bytes_, &data[0], size)
        while not last and at < 8 * size:
            flag = at
            last = peek(bytes_, at) & 1
            kind = peek(bytes_, at) >> 1 & 3
            at += 3
            if kind == 0:
                at = (at + 7) // 8 * 8
                at += 32 + 8 * (peek(bytes_, at) & 0xFFFF)
                continue
            at = read_codes(bytes_, at, codes, kind == 1)
            at = skip_block(bytes_, at, 8 * size, codes)
    free(bytes_)
    free(codes)
    return flag, at


cdef inline uint32_t peek(const uint8_t* data, Py_ssize_t at) noexcept nogil:
    """Return the next bits, at least 24, the lowest first."""
    cdef const uint8_t* place = data + (at >> 3)
    cdef uint32_t word = place[0] | <uint32_t> place[1] << 8 | <uint32_t> place[2] << 16 | <uint32_t> place[3] << 24
    return word >> (at & 7)


cdef void make_code(const uint8_t* lengths, int symbols, uint16_t* table) noexcept nogil:
    """Write the symbol and the length, symbol * 16 + length, of the code at each 15 bits."""
    cdef int length, symbol, bit, value = 0, turned, entry
    for entry in range(ENTRIES):
        table[entry] = 1
    for length in range(1, CODE_BITS + 1):
        for symbol in range(symbols):
            if lengths[symbol] == length:
                turned = 0
                for bit in range(length):
                    turned |= (value >> bit & 1) << (length - 1 - bit)
                while turned < ENTRIES:
                    table[turned] = <uint16_t> (symbol << 4 | length)
                    turned += 1 << length
                value += 1
        value <<= 1


cdef Py_ssize_t read_codes(const uint8_t* data, Py_ssize_t at, uint16_t* codes, bint fixed) noexcept nogil:
    """Read the codes of a block, or take the fixed ones; return the place behind them."""
    cdef uint8_t[SYMBOLS + 140] lengths
    cdef uint8_t[19] first
    cdef int literals = LITERALS, distances = 30, known, symbol, many, again, done = 0
    cdef uint16_t entry
    if fixed:
        for symbol in range(LITERALS):
            lengths[symbol] = 8 if symbol < 144 else 9 if symbol < 256 else 7 if symbol < 280 else 8
        memset(lengths + LITERALS, 5, 30)
        make_code(lengths, literals, codes)
        make_code(lengths + literals, distances, codes + ENTRIES)
        return at
    literals = (peek(data, at) & 31) + 257
    distances = (peek(data, at + 5) & 31) + 1
    known = (peek(data, at + 10) & 15) + 4
    at += 14
    memset(first, 0, sizeof(first))
    for symbol in range(known):
        first[LENGTH_ORDER[symbol]] = peek(data, at) & 7
        at += 3
    make_code(first, 19, codes)
    while done < literals + distances:
        entry = codes[peek(data, at) & (ENTRIES - 1)]
        at += entry & 15
        symbol = entry >> 4
        if symbol < 16:
            lengths[done] = symbol
            done += 1
            continue
        again = lengths[done - 1] if symbol == 16 and done else 0
        if symbol == 16:
            many = 3 + (peek(data, at) & 3)
            at += 2
        elif symbol == 17:
            many = 3 + (peek(data, at) & 7)
            at += 3
        else:
            many = 11 + (peek(data, at) & 127)
            at += 7
        memset(lengths + done, again, many)
        done += many
    make_code(lengths, literals, codes)
    make_code(lengths + literals, distances, codes + ENTRIES)
    return at


cdef Py_ssize_t skip_block(const uint8_t* data, Py_ssize_t at, Py_ssize_t end, const uint16_t* codes) noexcept nogil:
    """Return the place behind a block; at the end of the data whatever they say."""
    cdef uint16_t entry
    cdef int symbol
    while at < end:
        entry = codes[peek(data, at) & (ENTRIES - 1)]
        at += entry & 15
        symbol = entry >> 4
        if symbol == 256:
            break
        if symbol > 256:
            if 265 <= symbol < 285:
                at += (symbol - 261) // 4
            entry = codes[ENTRIES + (peek(data, at) & (ENTRIES - 1))]
            at += entry & 15
            if entry >> 4 > 3:
                at += (entry >> 4) // 2 - 1
    return at
