// What tensor cores don't do: the centroids made ready for them, and two candidates told apart.
#include "task.h"

// One thread, before `prepare`.
extern "C" __global__ void clear(const Task task) {
    *task.open.total = *task.n_pairs = 0;
    task.reach[0] = task.reach[1] = 0.0f;
}

// Fill `scored`, `half` and `reach` from `P`, a warp for each centroid.
extern "C" __global__ void prepare(const Task task) {
    const int lane = threadIdx.x % 32, k = (blockIdx.x * blockDim.x + threadIdx.x) / 32;
    if (k >= task.KP) return;
    float *rounded = task.scored + (long long)k * NP;
    float *plain = rounded + (long long)task.KP * NP;
    const float *p = task.P + (long long)k * N;
    const bool can_win = k < task.K && fabsf(p[0]) < infinity();
    double square = 0.0, error = 0.0;
    for (int n = lane; n < NP; n += 32) {
        float v = can_win && n < N ? p[n] : 0.0f, w = tf32(v);
        rounded[n] = w;
        plain[n] = v;
        square += (double)v * v;
        error += ((double)v - w) * ((double)v - w);
    }
    for (int step = 16; step > 0; step /= 2) {
        square += __shfl_xor_sync(~0u, square, step);
        error += __shfl_xor_sync(~0u, error, step);
    }
    if (lane != 0) return;
    // A length whose square float32 can't hold leaves all to the definition.
    bool fits = square < 1e37;
    task.half[k] = can_win ? (float)(0.5 * square) : infinity();
    if (!can_win) return;
    float length = fits ? (float)(sqrt(square) * (1.0 + 0x1p-10)) + 0x1p-60f : infinity();
    float most = fits ? (float)(sqrt(error) * (1.0 + 0x1p-10)) + 0x1p-60f : infinity();
    // The bits of floats that aren't negative are in the order of the floats.
    atomicMax((int *)task.reach, __float_as_int(length));
    atomicMax((int *)task.reach + 1, __float_as_int(most));
}

// Tell the two candidates of each pair apart by the definition.
extern "C" __global__ void tell_pairs(const Task task) {
    const unsigned total = *task.n_pairs;
    for (unsigned base = blockIdx.x * blockDim.x; base < total; base += gridDim.x * blockDim.x) {
        bool inside = base + threadIdx.x < total;
        Pair pair = task.pairs[inside ? base + threadIdx.x : 0];
        const POINT *x = task.X + (long long)pair.point * N;
        const double *a = task.C + (long long)pair.a * N, *b = task.C + (long long)pair.b * N;
        double to_a = 0.0, to_b = 0.0;
        for (int n = 0; n < N; n++) {
            double s = __dsub_rn((double)x[n], a[n]), t = __dsub_rn((double)x[n], b[n]);
            to_a = __dadd_rn(to_a, __dmul_rn(s, s));
            to_b = __dadd_rn(to_b, __dmul_rn(t, t));
        }
        bool swap = to_b < to_a || (to_b == to_a && pair.b < pair.a);
        double near = (swap ? to_b : to_a) * task.scale * task.scale;
        double next = (swap ? to_a : to_b) * task.scale * task.scale;
        // Both err by as much as `gap_of` takes off.
        double more = fmin(next, (double)pair.rest) - near;
        settle(task, inside, pair.point, swap ? pair.b : pair.a, gap_of(near, more, task.least));
    }
}
