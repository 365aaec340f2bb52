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
    cdef double[::1] scratch = np.empty(3 * d)
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


cdef void best_cut(
    const double[:, ::1] points, const double[::1] weights, const int64_t[:, ::1] orders,
    Py_ssize_t start, Py_ssize_t end, double[::1] scratch,
    double* gain, int64_t* best_axis, int64_t* size
) noexcept nogil:
    cdef Py_ssize_t d = points.shape[1], at, axis, column
    cdef double* total = &scratch[0]
    cdef double* left = total + d
    cdef double weight, total_weight, explained, unsplit, best, part, other
    cdef int64_t row, following
    gain[0] = -1
    for axis in range(d):
        total_weight = 0
        for column in range(d):
            total[column] = 0
            left[column] = 0
        for at in range(start, end):
            row = orders[axis, at]
            total_weight += weights[row]
            for column in range(d):
                total[column] += weights[row] * points[row, column]
        unsplit = 0
        for column in range(d):
            unsplit += total[column] * total[column] / total_weight
        weight = 0
        best = -1
        for at in range(start, end - 1):
            row = orders[axis, at]
            following = orders[axis, at + 1]
            weight += weights[row]
            for column in range(d):
                left[column] += weights[row] * points[row, column]
            if points[following, axis] > points[row, axis]:
                explained = 0
                for column in range(d):
                    part = left[column]
                    other = total[column] - part
                    explained += part * part / weight + other * other / (total_weight - weight)
                if explained > best:
                    best = explained
                    part = explained - unsplit
                    if part < 0:
                        part = 0
                    if part > gain[0]:
                        gain[0] = part
                        best_axis[0] = axis
                        size[0] = at + 1 - start
