# k-means: nearest centroids, by exact pruning, and sums. A part of `_compiled.pyx`, which imports and declares what it uses.

def nearest(points, centroids, labels, distances):
    """Prune exactly: drop a centroid for a whole box of points if another is nearer to all of it.

    For a box, near(c) and far(c) are the least and the greatest squared distance that any point in
    it can have to c, added up in the order in which real distances are. Rounding is monotonic, so
    near(c) <= distance(x, c) <= far(c) holds for the rounded numbers too. A centroid with
    near(c) > min far is therefore farther, as computed, than another for each point of the box:
    dropping it changes no result, and ties are kept.
    """
    if MAX_D < points.shape[1] <= VECTOR_DIMENSIONS:
        _closest(np.ascontiguousarray(points), np.ascontiguousarray(centroids), labels, distances, distances[:0])
    elif points.shape[1] > MAX_D:
        least, second = np.empty((2, len(points)), points.dtype)
        for tile, table, squares in _reference().product_tables(points, centroids):
            two_least(table, squares, labels[tile], least[tile], second[tile])
        paired_distances(np.ascontiguousarray(points), np.ascontiguousarray(centroids), labels,
                         distances)
    else:
        _nearest(np.ascontiguousarray(points), np.ascontiguousarray(centroids.T), labels, distances,
                 distances[:0])


def nearest_two(points, centroids, labels, distances, seconds):
    """Do the same; a centroid is dropped if two others are nearer to the whole box."""
    if MAX_D < points.shape[1] <= VECTOR_DIMENSIONS:
        _closest(np.ascontiguousarray(points), np.ascontiguousarray(centroids), labels, distances, seconds)
    elif points.shape[1] > MAX_D:
        second = np.empty_like(labels)
        for tile, table in _reference().distance_tables(points, centroids):
            labels[tile] = table.argmin(axis=1)
            table[np.arange(len(table)), labels[tile]] = np.inf
            second[tile] = table.argmin(axis=1)
        points, centroids = np.ascontiguousarray(points), np.ascontiguousarray(centroids)
        paired_distances(points, centroids, labels, distances)
        paired_distances(points, centroids, second, seconds)
        seconds[second == labels] = np.inf
    elif len(points):
        _nearest(np.ascontiguousarray(points), np.ascontiguousarray(centroids.T), labels, distances,
                 seconds)


def paired_distances(const real[:, ::1] points, const real[:, ::1] centroids,
                     const int32_t[:] labels, real[:] distances):
    cdef Py_ssize_t row, at, other, axis, n = points.shape[0], d = points.shape[1]
    cdef Py_ssize_t[PAIRS] x, c     # where the rows begin
    cdef real[PAIRS] total
    cdef real step
    cdef const real* from_points
    cdef const real* from_centroids
    if not n:
        return
    from_points = &points[0, 0]
    from_centroids = &centroids[0, 0]
    with nogil:
        for row from 0 <= row < n by PAIRS:     # sums side by side do not wait for each other
            for other in range(PAIRS):
                at = min(row + other, n - 1)
                x[other] = at * d
                c[other] = labels[at] * d
                total[other] = 0
            for axis in range(d):
                for other in range(PAIRS):
                    step = from_points[x[other] + axis] - from_centroids[c[other] + axis]
                    total[other] = total[other] + step * step
            for other in range(min(<Py_ssize_t> PAIRS, n - row)):
                distances[row + other] = total[other]


def _nearest(const real[:, ::1] points, const real[:, ::1] columns, int32_t[::1] labels,
             real[::1] distances, real[::1] seconds):
    cdef Py_ssize_t n = points.shape[0], k = columns.shape[1]
    cdef int d = points.shape[1]
    # the columns left for a group; near and far of its centroids
    cdef real* scratch = <real*> malloc((MAX_D + 2) * k * sizeof(real))
    # the numbers of the centroids left for a group, and of those the ones left for a chunk
    cdef int32_t* group_ids = <int32_t*> malloc(2 * k * sizeof(int32_t))
    if scratch == NULL or group_ids == NULL:
        free(scratch)
        free(group_ids)
        raise MemoryError
    with nogil:
        if n:
            nearest_rows(&points[0, 0], n, d, &columns[0, 0], k, &labels[0], &distances[0],
                         &seconds[0] if seconds.shape[0] else NULL, scratch, group_ids)
    free(scratch)
    free(group_ids)


cdef wide_int nearest_rows(
    const real* points, Py_ssize_t n, int d, const real* columns, Py_ssize_t k,
    int32_t* labels, real* distances, real* seconds, real* scratch, int32_t* group_ids
) noexcept nogil:
    cdef int two = seconds != NULL
    cdef real* near = scratch + MAX_D * k
    cdef real* far = near + k
    cdef int32_t* chunk_ids = group_ids + k
    cdef real[CHUNKS][MAX_D][CHUNK] x       # the points of a group, chunk by chunk
    cdef real[CHUNKS][MAX_D] low, high
    cdef real[MAX_D] group_low, group_high
    cdef Py_ssize_t group, row, size, chunk, chunks, kept, left, j
    cdef int axis
    for group from 0 <= group < n by GROUP:
        chunks = 0
        for row from group <= row < min(group + GROUP, n) by CHUNK:
            load(points + row * d, min(<Py_ssize_t> CHUNK, n - row), d,
                 &x[chunks][0][0], low[chunks], high[chunks])
            chunks += 1
        for axis in range(d):
            group_low[axis] = low[0][axis]
            group_high[axis] = high[0][axis]
            for chunk in range(1, chunks):
                if low[chunk][axis] < group_low[axis]:
                    group_low[axis] = low[chunk][axis]
                if high[chunk][axis] > group_high[axis]:
                    group_high[axis] = high[chunk][axis]
        kept = prune(columns, k, k, d, two, group_low, group_high, near, far, group_ids)
        for axis in range(d):
            for j in range(kept):
                scratch[axis * k + j] = columns[axis * k + group_ids[j]]
        for chunk in range(chunks):
            row = group + chunk * CHUNK
            size = min(<Py_ssize_t> CHUNK, n - row)
            left = prune(scratch, kept, k, d, two, low[chunk], high[chunk], near, far, chunk_ids)
            compare(&x[chunk][0][0], size, d, scratch, k, chunk_ids, left, group_ids,
                    labels + row, distances + row, seconds + row if two else NULL)
    return 0


cdef inline real lesser(real a, real b) noexcept nogil:
    """Return the lesser, in the form of the vector instruction: `b` where both are equal."""
    return a if a < b else b


cdef inline real greater(real a, real b) noexcept nogil:
    return a if a > b else b


cdef inline real minimum(const real* values, Py_ssize_t m) noexcept nogil:
    """Return the least of m values: four minima side by side, none of which waits for another."""
    cdef real a = values[0], b = a, c = a, d = a
    cdef Py_ssize_t j = 1
    while j + 4 <= m:
        a = lesser(a, values[j])
        b = lesser(b, values[j + 1])
        c = lesser(c, values[j + 2])
        d = lesser(d, values[j + 3])
        j += 4
    while j < m:
        a = lesser(a, values[j])
        j += 1
    return lesser(lesser(a, b), lesser(c, d))


cdef void load(
    const real* points, Py_ssize_t n, int d, real* x, real* low, real* high
) noexcept nogil:
    """Copy up to CHUNK points as d columns, filled up with the first, and find their box."""
    cdef Py_ssize_t p
    cdef int axis
    cdef real first, second, third, fourth
    cdef real[QUARTER] lower, upper     # the upper ones negative, so that both are minima
    if d == 3 and n == CHUNK:           # constants, so that the loop is one of vectors
        for p in range(CHUNK):
            x[p] = points[3 * p]
            x[CHUNK + p] = points[3 * p + 1]
            x[2 * CHUNK + p] = points[3 * p + 2]
    else:
        for axis in range(d):
            for p in range(n):
                x[axis * CHUNK + p] = points[p * d + axis]
            for p in range(n, CHUNK):   # so that all loops over a chunk have a constant length
                x[axis * CHUNK + p] = points[axis]
    for axis in range(d):
        for p in range(QUARTER):
            first = x[axis * CHUNK + p]
            second = x[axis * CHUNK + QUARTER + p]
            third = x[axis * CHUNK + 2 * QUARTER + p]
            fourth = x[axis * CHUNK + 3 * QUARTER + p]
            lower[p] = lesser(lesser(first, second), lesser(third, fourth))
            upper[p] = -greater(greater(first, second), greater(third, fourth))
        low[axis] = minimum(lower, QUARTER)
        high[axis] = -minimum(upper, QUARTER)


cdef Py_ssize_t prune(
    const real* columns, Py_ssize_t m, Py_ssize_t stride, int d, int two, const real* low,
    const real* high, real* near, real* far, int32_t* kept
) noexcept nogil:
    """Find the centroids that can be nearest (or second) in a box; return their number.

    They are in ascending order. At least one is left, so that a label is the number of a centroid even where distances are NaN.
    """
    cdef const real* column
    cdef real center, below, above, inside, outside, limit, second, bottom, top
    cdef Py_ssize_t j, count = 0
    cdef int axis
    for axis in range(d):
        column = columns + axis * stride
        bottom = low[axis]
        top = high[axis]
        for j in range(m):
            center = column[j]
            below = bottom - center
            above = center - top
            inside = greater(greater(below, above), 0)      # > 0 if the centroid is outside
            outside = greater(-below, -above)               # to the farther wall
            if axis == 0:
                near[j] = inside * inside
                far[j] = outside * outside
            else:
                near[j] += inside * inside
                far[j] += outside * outside
    limit = far[0]
    if two:
        second = INFINITY
        for j in range(1, m):
            second = lesser(second, greater(far[j], limit))
            limit = lesser(limit, far[j])
        limit = second
    else:
        limit = minimum(far, m)
    for j in range(m):
        kept[count] = <int32_t> j
        count += near[j] <= limit
    return count if count else 1


cdef void compare(
    const real* x, Py_ssize_t n, int d, const real* columns, Py_ssize_t stride,
    const int32_t* chunk_ids, Py_ssize_t m, const int32_t* group_ids, int32_t* labels, real* distances,
    real* seconds
) noexcept nogil:
    """Find the nearest of the centroids left for the points of a chunk; the first of equals."""
    cdef real[CHUNK] best, runner_up, totals
    cdef int32_t[CHUNK] winner
    cdef int32_t label = group_ids[chunk_ids[0]]
    cdef real[MAX_D] c
    cdef real step, total
    cdef Py_ssize_t p, j
    cdef int axis
    for p in range(CHUNK):
        best[p] = INFINITY
        runner_up[p] = INFINITY
        winner[p] = label
    for j in range(m):
        label = group_ids[chunk_ids[j]]
        for axis in range(d):
            c[axis] = columns[axis * stride + chunk_ids[j]]
        if d == 3:
            for p in range(CHUNK):
                step = x[p] - c[0]
                total = step * step
                step = x[CHUNK + p] - c[1]
                total = total + step * step
                step = x[2 * CHUNK + p] - c[2]
                totals[p] = total + step * step
        elif d == 4:
            for p in range(CHUNK):
                step = x[p] - c[0]
                total = step * step
                step = x[CHUNK + p] - c[1]
                total = total + step * step
                step = x[2 * CHUNK + p] - c[2]
                total = total + step * step
                step = x[3 * CHUNK + p] - c[3]
                totals[p] = total + step * step
        else:
            for p in range(CHUNK):
                step = x[p] - c[0]
                totals[p] = step * step
            for axis in range(1, d):
                for p in range(CHUNK):
                    step = x[axis * CHUNK + p] - c[axis]
                    totals[p] = totals[p] + step * step
        if seconds != NULL:
            for p in range(CHUNK):
                runner_up[p] = lesser(runner_up[p], greater(totals[p], best[p]))
        for p in range(CHUNK):      # other comparisons: two choices by one would be a branch
            winner[p] = label if totals[p] < best[p] else winner[p]
            best[p] = lesser(best[p], totals[p])
    memcpy(labels, winner, n * sizeof(int32_t))
    memcpy(distances, best, n * sizeof(real))
    if seconds != NULL:
        memcpy(seconds, runner_up, n * sizeof(real))


def cluster_sums(points, weights, labels, mass, sums):
    _cluster_sums(np.ascontiguousarray(points), np.ascontiguousarray(weights),
                  np.ascontiguousarray(labels), mass, sums)


def _cluster_sums(const real[:, ::1] points, const double[::1] weights, const int32_t[::1] labels,
                  double[::1] mass, double[:, ::1] sums):
    cdef Py_ssize_t n = points.shape[0], d = points.shape[1]
    mass[:] = 0
    sums[:, :] = 0
    with nogil:
        if n and d == 3:
            sum_colors(&points[0, 0], &weights[0], &labels[0], n, &mass[0], &sums[0, 0])
        elif n:
            sum_points(&points[0, 0], &weights[0], &labels[0], n, d, &mass[0], &sums[0, 0])


cdef void sum_points(
    const real* points, const double* weights, const int32_t* labels, Py_ssize_t n, Py_ssize_t d,
    double* mass, double* sums
) noexcept nogil:
    cdef Py_ssize_t row, axis
    cdef const real* x
    cdef double* to
    cdef double weight
    for row in range(n):
        weight = weights[row]
        mass[labels[row]] += weight
        x = points + row * d
        to = sums + labels[row] * d     # pointers of its own, so that the loop is one of vectors
        for axis in range(d):
            to[axis] += weight * <double> x[axis]


cdef void sum_colors(
    const real* points, const double* weights, const int32_t* labels, Py_ssize_t n,
    double* mass, double* sums
) noexcept nogil:
    """Do the same in three dimensions: neighbours share a cluster, so its sums stay in registers."""
    cdef Py_ssize_t row
    cdef int32_t label = labels[0]
    cdef double m = 0, x = 0, y = 0, z = 0
    for row in range(n):
        if labels[row] != label:
            mass[label] = m
            sums[3 * label] = x
            sums[3 * label + 1] = y
            sums[3 * label + 2] = z
            label = labels[row]
            m = mass[label]
            x = sums[3 * label]
            y = sums[3 * label + 1]
            z = sums[3 * label + 2]
        m += weights[row]
        x += weights[row] * <double> points[3 * row]
        y += weights[row] * <double> points[3 * row + 1]
        z += weights[row] * <double> points[3 * row + 2]
    mass[label] = m
    sums[3 * label] = x
    sums[3 * label + 1] = y
    sums[3 * label + 2] = z


def assign(points, weights, centroids, labels, distances, mass, sums):
    if not MAX_D >= points.shape[1]:
        nearest(points, centroids, labels, distances)
        cluster_sums(points, weights, labels, mass, sums)
        return weighted_total(weights, distances)
    return _assign(np.ascontiguousarray(points), np.ascontiguousarray(weights), np.ascontiguousarray(centroids.T),
                   labels, distances, mass, sums)


def _assign(const real[:, ::1] points, const double[::1] weights, const real[:, ::1] columns, int32_t[::1] labels,
            real[::1] distances, double[::1] mass, double[:, ::1] sums):
    cdef Py_ssize_t n = points.shape[0], k = columns.shape[1]
    cdef int d = points.shape[1]
    cdef double total = 0
    cdef real* scratch = <real*> malloc((MAX_D + 2) * k * sizeof(real))
    cdef int32_t* group_ids = <int32_t*> malloc(2 * k * sizeof(int32_t))
    if scratch == NULL or group_ids == NULL:
        free(scratch)
        free(group_ids)
        raise MemoryError
    mass[:] = 0
    sums[:, :] = 0
    with nogil:
        if n:
            nearest_rows(&points[0, 0], n, d, &columns[0, 0], k, &labels[0], &distances[0], NULL, scratch, group_ids)
            if d == 3:
                sum_colors(&points[0, 0], &weights[0], &labels[0], n, &mass[0], &sums[0, 0])
            else:
                sum_points(&points[0, 0], &weights[0], &labels[0], n, d, &mass[0], &sums[0, 0])
            total = pairwise(&weights[0], &distances[0], n)
    free(scratch)
    free(group_ids)
    return total


def weighted_total(const double[::1] weights, const real[::1] values):
    cdef double total
    with nogil:
        total = pairwise(&weights[0], &values[0], weights.shape[0]) if weights.shape[0] else 0
    return total


cdef double pairwise(const double* weights, const real* values, Py_ssize_t n) noexcept nogil:
    """Add up the products in NumPy's order: halves, down to 128 numbers in eight lanes."""
    cdef double[8] lanes
    cdef double total = 0
    cdef Py_ssize_t at, half
    cdef int lane
    if n > 128:
        half = n // 2
        half -= half % 8
        return pairwise(weights, values, half) + pairwise(weights + half, values + half, n - half)
    if n < 8:
        for at in range(n):
            total += weights[at] * <double> values[at]
        return total
    for lane in range(8):
        lanes[lane] = weights[lane] * <double> values[lane]
    for at from 8 <= at < n - n % 8 by 8:
        for lane in range(8):
            lanes[lane] += weights[at + lane] * <double> values[at + lane]
    total = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
    for at in range(n - n % 8, n):
        total += weights[at] * <double> values[at]
    return total


def halve(points, weights, labels, rank, centroids, mass, sums):
    _halve(np.ascontiguousarray(points), weights, labels, rank, np.ascontiguousarray(centroids), mass, sums)


def _halve(const real[:, ::1] points, const double[::1] weights, const int32_t[::1] labels, const int32_t[::1] rank,
           const double[:, ::1] centroids, double[::1] mass, double[:, ::1] sums):
    cdef Py_ssize_t n = points.shape[0], d = points.shape[1], m = mass.shape[0] // 2, row, axis, at
    cdef double[:, ::1] spread = np.zeros((m, d))
    cdef int32_t[::1] widest = np.zeros(m, np.int32)
    cdef double step, weight
    mass[:] = 0
    sums[:, :] = 0
    with nogil:
        for row in range(n):
            at = rank[labels[row]]
            if at >= 0:
                for axis in range(d):
                    step = <double> points[row, axis] - centroids[labels[row], axis]
                    spread[at, axis] += weights[row] * (step * step)
        for at in range(m):
            for axis in range(1, d):
                if spread[at, axis] > spread[at, widest[at]]:
                    widest[at] = <int32_t> axis
        for row in range(n):
            at = rank[labels[row]]
            if at >= 0:
                axis = widest[at]
                if <double> points[row, axis] - centroids[labels[row], axis] > 0:
                    at += m
                weight = weights[row]
                mass[at] += weight
                for axis in range(d):
                    sums[at, axis] += weight * <double> points[row, axis]
