# Single points that change their cluster. A part of `_compiled.pyx`, which imports and declares what it uses.

cdef double LEAST_GAIN = 1e-9   # that of moving.py


def move_points(const real[:, ::1] points, const double[::1] weights, const int64_t[::1] rows,
                int32_t[::1] labels, double[::1] mass, double[:, ::1] centroids):
    cdef Py_ssize_t k = mass.shape[0], d = points.shape[1], at, axis, row, own, j, best, moved = 0
    cdef double[::1] memory = np.empty(k)
    cdef double* costs = &memory[0]
    cdef double[::1] copy = np.empty(d)
    cdef double* point = &copy[0]
    cdef double weight, left, saved, least, step
    with nogil:
        for at in range(rows.shape[0]):
            row, own = rows[at], labels[rows[at]]
            weight = weights[row]
            left = mass[own] - weight
            if weight <= 0 or left <= 0:
                continue
            for axis in range(d):
                point[axis] = points[row, axis]
            spans_of(point, d, &centroids[0, 0], k, costs)
            saved = costs[own] * (mass[own] / left)
            for j in range(k):
                costs[j] = costs[j] * (mass[j] / (mass[j] + weight))
            costs[own] = INFINITY
            best = 0
            least = costs[0]
            for j in range(1, k):
                if costs[j] < least:
                    best = j
                    least = costs[j]
            if not least < saved * (1 - LEAST_GAIN):
                continue
            step = weight / left
            for axis in range(d):
                centroids[own, axis] += (centroids[own, axis] - point[axis]) * step
            mass[own] = left
            mass[best] += weight
            step = weight / mass[best]
            for axis in range(d):
                centroids[best, axis] += (point[axis] - centroids[best, axis]) * step
            labels[row] = <int32_t> best
            moved += 1
    return moved
