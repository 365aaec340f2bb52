# Distances in up to VECTOR_DIMENSIONS, by vectors of several points. A part of `_compiled.pyx`, which imports and declares what it uses.
#
# C, as Cython has no vectors. A vector holds one coordinate of several points (or centroids), so each sum keeps
# its written order, and results do not depend on the width. With AVX2 vectors are twice as wide.

cdef extern from *:
    """
    #include <stddef.h>
    #include <string.h>
    #if defined(__GNUC__) && (defined(__x86_64__) || defined(__i386__))
    #define WIDE __attribute__((target("avx2")))
    #define IS_WIDE __builtin_cpu_supports("avx2")
    #else
    #define WIDE
    #define IS_WIDE 0
    #endif
    #if defined(__GNUC__)
    #define VECTOR(REAL, BYTES) typedef REAL V __attribute__((vector_size(BYTES)))
    #define WHOLES(WHOLE, BYTES) typedef WHOLE I __attribute__((vector_size(BYTES)))
    #define SPREAD(value) ((value) - (V){0})
    #define SPREAD_WHOLE(value) ((value) - (I){0})
    #define PICK(is_first, first, other) (((I) (is_first) & (I) (first)) | (~(I) (is_first) & (I) (other)))
    #define PICK_REAL(is_first, first, other) ((V) PICK(is_first, first, other))
    #else
    #define VECTOR(REAL, BYTES) typedef REAL V
    #define WHOLES(WHOLE, BYTES) typedef WHOLE I
    #define SPREAD(value) (value)
    #define SPREAD_WHOLE(value) (value)
    #define PICK(is_first, first, other) ((is_first) ? (first) : (other))
    #define PICK_REAL PICK
    #endif

    /* The nearest centroid of each point, the first of equals, its squared distance, and (unless NULL) the second. */
    #define CLOSEST(NAME, REAL, WHOLE, BYTES, TARGET)                                                              \\
    TARGET static void NAME(const REAL* points, ptrdiff_t n, ptrdiff_t d, const REAL* centroids, ptrdiff_t k,      \\
                            int32_t* labels, REAL* distances, REAL* seconds) {                                     \\
        VECTOR(REAL, BYTES);                                                                                       \\
        WHOLES(WHOLE, BYTES);                                                                                      \\
        enum { POINTS = 4 * sizeof(V) / sizeof(REAL) };                                                            \\
        V x[4 * 64];                                                                                               \\
        REAL* flat = (REAL*) x;                                                                                    \\
        for (ptrdiff_t row = 0; row < n; row += POINTS) {                                                          \\
            ptrdiff_t size = n - row < POINTS ? n - row : POINTS;                                                  \\
            union { V v[4]; REAL r[POINTS]; } best, second;                                                        \\
            union { I v[4]; WHOLE i[POINTS]; } winner;                                                             \\
            for (int p = 0; p < POINTS; p++) {                                                                     \\
                const REAL* from = points + (row + (p < size ? p : 0)) * d;                                        \\
                for (ptrdiff_t axis = 0; axis < d; axis++) flat[axis * POINTS + p] = from[axis];                   \\
                best.r[p] = second.r[p] = (REAL) INFINITY;                                                         \\
                winner.i[p] = 0;                                                                                   \\
            }                                                                                                      \\
            for (ptrdiff_t j = 0; j < k; j++) {                                                                    \\
                const REAL* c = centroids + j * d;                                                                 \\
                V s0 = SPREAD((REAL) 0), s1 = s0, s2 = s0, s3 = s0;                                                \\
                for (ptrdiff_t axis = 0; axis < d; axis++) {                                                       \\
                    const V at = SPREAD(c[axis]);                                                                  \\
                    const V a = x[4 * axis] - at, b = x[4 * axis + 1] - at;                                        \\
                    const V e = x[4 * axis + 2] - at, f = x[4 * axis + 3] - at;                                    \\
                    s0 += a * a; s1 += b * b; s2 += e * e; s3 += f * f;                                            \\
                }                                                                                                  \\
                const V s[4] = {s0, s1, s2, s3};                                                                   \\
                const I number = SPREAD_WHOLE((WHOLE) j);                                                          \\
                for (int v = 0; v < 4; v++) {                                                                      \\
                    const I less = (I) (s[v] < best.v[v]);                                                         \\
                    if (seconds) {                                                                                 \\
                        const V later = PICK_REAL(less, best.v[v], s[v]);                                          \\
                        second.v[v] = PICK_REAL(later < second.v[v], later, second.v[v]);                          \\
                    }                                                                                              \\
                    best.v[v] = PICK_REAL(less, s[v], best.v[v]);                                                  \\
                    winner.v[v] = PICK(less, number, winner.v[v]);                                                 \\
                }                                                                                                  \\
            }                                                                                                      \\
            for (int p = 0; p < size; p++) {                                                                       \\
                labels[row + p] = (int32_t) winner.i[p];                                                           \\
                distances[row + p] = best.r[p];                                                                    \\
                if (seconds) seconds[row + p] = second.r[p];                                                       \\
            }                                                                                                      \\
        }                                                                                                          \\
    }

    /* The squared distance of two points, in eight lanes. */
    #define SPAN_OF(NAME, REAL, TARGET)                                                                            \\
    TARGET static inline double NAME(const REAL* x, const double* place, ptrdiff_t d) {                            \\
        double lanes[8], s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;                           \\
        ptrdiff_t axis = 0;                                                                                        \\
        for (; axis + 8 <= d; axis += 8) {                                                                         \\
            double a = x[axis] - place[axis], b = x[axis + 1] - place[axis + 1];                                   \\
            double c = x[axis + 2] - place[axis + 2], e = x[axis + 3] - place[axis + 3];                           \\
            double f = x[axis + 4] - place[axis + 4], g = x[axis + 5] - place[axis + 5];                           \\
            double h = x[axis + 6] - place[axis + 6], i = x[axis + 7] - place[axis + 7];                           \\
            s0 += a * a; s1 += b * b; s2 += c * c; s3 += e * e;                                                    \\
            s4 += f * f; s5 += g * g; s6 += h * h; s7 += i * i;                                                    \\
        }                                                                                                          \\
        lanes[0] = s0; lanes[1] = s1; lanes[2] = s2; lanes[3] = s3;                                                \\
        lanes[4] = s4; lanes[5] = s5; lanes[6] = s6; lanes[7] = s7;                                                \\
        for (int lane = 0; axis < d; axis++, lane++) {                                                             \\
            double step = x[axis] - place[axis];                                                                   \\
            lanes[lane] += step * step;                                                                            \\
        }                                                                                                          \\
        double sum = lanes[0];                                                                                     \\
        for (int lane = 1; lane < 8; lane++) sum += lanes[lane];                                                   \\
        return sum;                                                                                                \\
    }
    SPAN_OF(span_float_16, float, )
    SPAN_OF(span_double_16, double, )
    SPAN_OF(span_float_32, float, WIDE)
    SPAN_OF(span_double_32, double, WIDE)

    /* What points cost with one of m more seeds, each distance in eight lanes; see `seed_rows`. */
    #define SEEDED(NAME, REAL, SPAN, TARGET)                                                                       \\
    TARGET static void NAME(const REAL* points, ptrdiff_t n, ptrdiff_t d, const double* place, const double* gaps, \\
                            const int32_t* near, const double* weights, const double* reach, double* left,         \\
                            double* total) {                                                                       \\
        double totals[8] = {0};                                                                                    \\
        for (ptrdiff_t row = 0; row < n; row++) {                                                                  \\
            double least = reach[row];                                                                             \\
            if (least > gaps[near[row]]) {                                                                         \\
                double sum = SPAN(points + row * d, place, d);                                                     \\
                least = sum < least ? sum : least;                                                                 \\
            }                                                                                                      \\
            left[row] = least;                                                                                     \\
            totals[row % 8] += weights[row] * least;                                                               \\
        }                                                                                                          \\
        *total = totals[0];                                                                                        \\
        for (int lane = 1; lane < 8; lane++) *total += totals[lane];                                               \\
    }

    /* What a point would cost in each of k clusters but for its own mass; see `move_points`. */
    #define COSTS(NAME, SPAN, TARGET)                                                                              \\
    TARGET static void NAME(const double* point, ptrdiff_t d, const double* centroids, ptrdiff_t k, double* costs) { \\
        for (ptrdiff_t j = 0; j < k; j++) costs[j] = SPAN(point, centroids + j * d, d);                            \\
    }

    CLOSEST(closest_float_16, float, int32_t, 16, )
    CLOSEST(closest_double_16, double, int64_t, 16, )
    CLOSEST(closest_float_32, float, int32_t, 32, WIDE)
    CLOSEST(closest_double_32, double, int64_t, 32, WIDE)
    SEEDED(seeded_float_16, float, span_float_16, )
    SEEDED(seeded_double_16, double, span_double_16, )
    SEEDED(seeded_float_32, float, span_float_32, WIDE)
    SEEDED(seeded_double_32, double, span_double_32, WIDE)
    COSTS(spans_16, span_double_16, )
    COSTS(spans_32, span_double_32, WIDE)
    #define BY_WIDTH(NAME, ARGUMENTS) do { if (IS_WIDE) NAME##_32 ARGUMENTS; else NAME##_16 ARGUMENTS; } while (0)

    static void closest_float(const float* x, ptrdiff_t n, ptrdiff_t d, const float* c, ptrdiff_t k, int32_t* labels,
                              float* near, float* far) {
        BY_WIDTH(closest_float, (x, n, d, c, k, labels, near, far));
    }
    static void closest_double(const double* x, ptrdiff_t n, ptrdiff_t d, const double* c, ptrdiff_t k, int32_t* labels,
                               double* near, double* far) {
        BY_WIDTH(closest_double, (x, n, d, c, k, labels, near, far));
    }
    static void seeded_float(const float* x, ptrdiff_t n, ptrdiff_t d, const double* place, const double* gaps,
                             const int32_t* near, const double* w, const double* reach, double* left, double* total) {
        BY_WIDTH(seeded_float, (x, n, d, place, gaps, near, w, reach, left, total));
    }
    static void seeded_double(const double* x, ptrdiff_t n, ptrdiff_t d, const double* place, const double* gaps,
                              const int32_t* near, const double* w, const double* reach, double* left, double* total) {
        BY_WIDTH(seeded_double, (x, n, d, place, gaps, near, w, reach, left, total));
    }
    static void spans_of(const double* point, ptrdiff_t d, const double* centroids, ptrdiff_t k, double* spans) {
        BY_WIDTH(spans, (point, d, centroids, k, spans));
    }
    """
    void closest_float(const float*, Py_ssize_t, Py_ssize_t, const float*, Py_ssize_t, int32_t*, float*, float*) noexcept nogil
    void closest_double(const double*, Py_ssize_t, Py_ssize_t, const double*, Py_ssize_t, int32_t*, double*, double*) noexcept nogil
    void seeded_float(const float*, Py_ssize_t, Py_ssize_t, const double*, const double*, const int32_t*,
                      const double*, const double*, double*, double*) noexcept nogil
    void seeded_double(const double*, Py_ssize_t, Py_ssize_t, const double*, const double*, const int32_t*,
                       const double*, const double*, double*, double*) noexcept nogil
    void spans_of(const double*, Py_ssize_t, const double*, Py_ssize_t, double*) noexcept nogil


def _closest(const real[:, ::1] points, const real[:, ::1] centroids, int32_t[::1] labels,
             real[::1] distances, real[::1] seconds):
    cdef Py_ssize_t n = points.shape[0], d = points.shape[1], k = centroids.shape[0]
    cdef real* far = &seconds[0] if seconds.shape[0] else NULL
    if not n:
        return
    with nogil:
        if real is float:
            closest_float(&points[0, 0], n, d, &centroids[0, 0], k, &labels[0], &distances[0], far)
        else:
            closest_double(&points[0, 0], n, d, &centroids[0, 0], k, &labels[0], &distances[0], far)


def seed_rows(const real[:, ::1] points, const double[::1] weights, const double[:, ::1] places,
              const double[:, ::1] gaps, const int32_t[::1] near, const double[::1] reach,
              double[:, :] left, double[::1] totals):
    cdef Py_ssize_t n = points.shape[0], d = points.shape[1], j
    if not n:
        return
    with nogil:
        for j in range(places.shape[0]):
            if real is float:
                seeded_float(&points[0, 0], n, d, &places[j, 0], &gaps[j, 0], &near[0], &weights[0], &reach[0],
                             &left[j, 0], &totals[j])
            else:
                seeded_double(&points[0, 0], n, d, &places[j, 0], &gaps[j, 0], &near[0], &weights[0], &reach[0],
                              &left[j, 0], &totals[j])
