# k-means in many dimensions: the least two of each column of a table of distances. A part of `_compiled.pyx`, which imports and declares what it uses.

def two_least(table, squares, labels, least, second):
    _two_least(table, squares, labels, least, second)


def _two_least(const real[:, ::1] table, const real[::1] squares, int32_t[::1] labels,
               real[::1] least, real[::1] second):
    cdef Py_ssize_t k = table.shape[0], n = table.shape[1], start
    with nogil:
        for start from 0 <= start < n by CHUNK:
            if n - start >= CHUNK:
                least_two_of(&table[0, start], n, &squares[0], k, CHUNK, &labels[start],
                             &least[start], &second[start])
            else:
                least_two_of(&table[0, start], n, &squares[0], k, n - start, &labels[start],
                             &least[start], &second[start])


cdef inline void least_two_of(
    const real* table, Py_ssize_t stride, const real* squares, Py_ssize_t k, Py_ssize_t n,
    int32_t* labels, real* least, real* second
) noexcept nogil:
    """Find the first of the least values of up to CHUNK columns, it and the second."""
    cdef real[CHUNK] best, runner_up, values, winner    # numbers of their width, for the vectors
    cdef real square, at
    cdef const real* row
    cdef Py_ssize_t p, j
    for p in range(CHUNK):
        best[p] = INFINITY
        runner_up[p] = INFINITY
        winner[p] = 0
        values[p] = 0
    for j in range(k):
        row = table + j * stride
        square = squares[j]
        at = <real> j
        for p in range(n):
            values[p] = row[p] + square
        for p in range(CHUNK):
            runner_up[p] = lesser(runner_up[p], greater(values[p], best[p]))
        for p in range(CHUNK):      # other comparisons: two choices by one would be a branch
            winner[p] = at if values[p] < best[p] else winner[p]
            best[p] = lesser(best[p], values[p])
    for p in range(n):
        labels[p] = <int32_t> winner[p]
        least[p] = best[p]
        second[p] = runner_up[p]
