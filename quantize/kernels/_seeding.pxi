# Seeds: what one more would save, and boxes that are cut in two. A part of `_compiled.pyx`, which imports and declares what it uses.

def seed_costs(const double[:, :] columns, const double[::1] weights, const double[::1] cost,
               const double[:, ::1] places, double[::1] totals):
    cdef double[::1] lanes = np.zeros(places.shape[0] * LANES)
    cdef Py_ssize_t n = columns.shape[1], m = places.shape[0], start, size, j, p
    cdef int lane, d = columns.shape[0]
    cdef double[CHUNK] left
    with nogil:
        for start from 0 <= start < n by CHUNK:
            size = min(<Py_ssize_t> CHUNK, n - start)
            for j in range(m):
                with_seed(&columns[0, start], columns.strides[0] // sizeof(double), size, d, &weights[start], &cost[start],
                          &places[j, 0], left)
                for p in range(size, CHUNK):
                    left[p] = 0
                for p from 0 <= p < CHUNK by LANES:
                    for lane in range(LANES):
                        lanes[j * LANES + lane] += left[p + lane]
        for j in range(m):
            totals[j] = lanes[j * LANES]
            for lane in range(1, LANES):
                totals[j] += lanes[j * LANES + lane]


def add_seed(const double[:, :] columns, const double[::1] weights, const double[::1] place,
             double[::1] cost):
    cdef Py_ssize_t n = columns.shape[1], start, size, p
    cdef int d = columns.shape[0]
    cdef double[CHUNK] left
    with nogil:
        for start from 0 <= start < n by CHUNK:
            size = min(<Py_ssize_t> CHUNK, n - start)
            with_seed(&columns[0, start], columns.strides[0] // sizeof(double), size, d, &weights[start], &cost[start], &place[0],
                      left)
            for p in range(size):
                cost[start + p] = left[p]


cdef inline void with_seed(
    const double* columns, Py_ssize_t stride, Py_ssize_t n, int d, const double* weights,
    const double* cost, const double* place, double* left
) noexcept nogil:
    """Find the costs of up to CHUNK points with one more seed."""
    cdef Py_ssize_t p
    cdef int axis
    cdef double step, total
    if d == 3:
        for p in range(n):
            step = columns[p] - place[0]
            total = step * step
            step = columns[stride + p] - place[1]
            total = total + step * step
            step = columns[2 * stride + p] - place[2]
            total = weights[p] * (total + step * step)
            left[p] = total if total < cost[p] else cost[p]
        return
    for p in range(n):
        left[p] = 0
    for axis in range(d):
        for p in range(n):
            step = columns[axis * stride + p] - place[axis]
            left[p] = left[p] + step * step
    for p in range(n):
        total = weights[p] * left[p]
        left[p] = total if total < cost[p] else cost[p]


def divide(const double[:, ::1] points, const double[::1] weights, int64_t[:, ::1] orders,
           int32_t[::1] labels, Py_ssize_t k):
    cdef Py_ssize_t n = points.shape[0], d = points.shape[1]
    cdef Py_ssize_t box, other, boxes = 1, row, start, middle, end
    cdef int64_t[::1] starts = np.zeros(k, np.int64), ends = np.zeros(k, np.int64)
    cdef double[::1] gains = np.zeros(k)
    cdef int64_t[::1] axes = np.zeros(k, np.int64), sizes = np.zeros(k, np.int64)
    cdef uint8_t[::1] on_left = np.zeros(n, np.uint8)
    cdef int64_t[::1] spare = np.empty(n, np.int64)
    cdef double[::1] rows = np.empty((d + 3) * n)
    cdef double* scratch = &rows[0]
    ends[0] = n
    with nogil:
        best_cut(points, weights, orders, 0, n, scratch, &gains[0], &axes[0], &sizes[0])
        while boxes < k:
            box = 0
            for other in range(1, boxes):
                if gains[other] > gains[box]:
                    box = other
            if gains[box] < 0:
                break
            start, end = starts[box], ends[box]
            middle = start + sizes[box]
            for row in range(start, end):
                on_left[orders[axes[box], row]] = row < middle
            for row in range(d):
                partition(&orders[row, 0], start, end, on_left, spare)
            ends[box] = middle
            starts[boxes] = middle
            ends[boxes] = end
            best_cut(points, weights, orders, start, middle, scratch,
                     &gains[box], &axes[box], &sizes[box])
            best_cut(points, weights, orders, middle, end, scratch,
                     &gains[boxes], &axes[boxes], &sizes[boxes])
            boxes += 1
        for box in range(boxes):
            for row in range(starts[box], ends[box]):
                labels[orders[0, row]] = <int32_t> box
    return boxes


cdef void partition(
    int64_t* order, Py_ssize_t start, Py_ssize_t end, const uint8_t[::1] on_left,
    int64_t[::1] spare
) noexcept nogil:
    """Move the rows of the left side first; both sides keep their order."""
    cdef Py_ssize_t at, left = start, right = 0
    for at in range(start, end):
        if on_left[order[at]]:
            order[left] = order[at]
            left += 1
        else:
            spare[right] = order[at]
            right += 1
    for at in range(right):
        order[left + at] = spare[at]


cdef wide_int best_cut(
    const double[:, ::1] points, const double[::1] weights, const int64_t[:, ::1] orders,
    Py_ssize_t start, Py_ssize_t end, double* scratch,
    double* gain, int64_t* best_axis, int64_t* size
) noexcept nogil:
    """Find the best cut of a box; `scratch` has room for d + 3 numbers a row.

    The sums up to each row are written first, so that the loop that divides is one of vectors.
    """
    cdef Py_ssize_t d = points.shape[1], n = end - start, at, axis, column
    cdef double* place = scratch        # on the axis
    cdef double* weight = place + n     # up to a row, like the sums
    cdef double* explained = weight + n
    cdef double* sums = explained + n
    cdef double* left
    cdef double total, total_weight, unsplit, best, part, other
    cdef const int64_t* order
    gain[0] = -1
    for axis in range(d):
        order = &orders[axis, start]
        sum_up(&points[0, 0], &weights[0], order, n, d, axis, place, weight, sums)
        total_weight = weight[n - 1]
        unsplit = 0
        for at in range(n):
            explained[at] = 0
        for column in range(d):
            left = sums + column * n
            total = left[n - 1]
            unsplit += total * total / total_weight
            for at in range(n - 1):
                part = left[at]
                other = total - part
                explained[at] += part * part / weight[at] + other * other / (total_weight - weight[at])
        best = -1
        for at in range(n - 1):
            if explained[at] > best and place[at + 1] > place[at]:
                best = explained[at]
                part = best - unsplit
                if part < 0:
                    part = 0
                if part > gain[0]:
                    gain[0] = part
                    best_axis[0] = axis
                    size[0] = at + 1
    return 0


cdef inline void sum_up(
    const double* points, const double* weights, const int64_t* order, Py_ssize_t n, Py_ssize_t d,
    Py_ssize_t axis, double* place, double* weight, double* sums
) noexcept nogil:
    """Write the place of each row on the axis, and weight and weighted points summed up to it."""
    cdef Py_ssize_t at, column
    cdef const double* point
    cdef double w, total = 0, x = 0, y = 0, z = 0
    if d == 3:
        for at in range(n):
            point = points + 3 * order[at]
            w = weights[order[at]]
            place[at] = point[axis]
            total += w
            x += w * point[0]
            y += w * point[1]
            z += w * point[2]
            weight[at] = total
            sums[at] = x
            sums[n + at] = y
            sums[2 * n + at] = z
        return
    for at in range(n):
        place[at] = points[d * order[at] + axis]
        total += weights[order[at]]
        weight[at] = total
    for column in range(d):
        x = 0
        for at in range(n):
            x += weights[order[at]] * points[d * order[at] + column]
            sums[column * n + at] = x
