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

// Warps of a block, features and pairs that a warp reads at a time.
#define TELLERS 4
#define SPAN 16
#define BATCH 8

// Squared differences of 32 points from both their candidates.
struct Squares {
    double of[2][32][SPAN + 1];
};

// Tell the two candidates of each pair apart by the definition. Lanes read the features of one pair
// after another, since rows of memory are long; then each lane adds up its own pair's squares, since
// the definition goes from left to right.
extern "C" __global__ void __launch_bounds__(32 * TELLERS) tell_pairs(const Task task) {
    extern __shared__ __align__(16) unsigned char memory[];
    double(&squares)[2][32][SPAN + 1] = ((Squares *)memory)[threadIdx.x / 32].of;
    const unsigned lane = threadIdx.x % 32, total = *task.n_pairs, step = gridDim.x * TELLERS * 32;
    const unsigned warp = blockIdx.x * TELLERS + threadIdx.x / 32, column = lane % SPAN;
    for (unsigned base = warp * 32; base < total; base += step) {
        const bool inside = base + lane < total;
        const Pair pair = task.pairs[inside ? base + lane : base];
        double to_a = 0.0, to_b = 0.0;
        for (int start = 0; start < N; start += SPAN) {
            const int n = start + column;
            for (unsigned first = lane / SPAN; first < 32; first += BATCH * 32 / SPAN) {
                double a[BATCH], b[BATCH];
#pragma unroll
                for (unsigned j = 0; j < BATCH; j++) {
                    const unsigned p = first + j * (32 / SPAN);
                    const unsigned point = __shfl_sync(~0u, pair.point, p);
                    const unsigned one = __shfl_sync(~0u, pair.a, p);
                    const unsigned other = __shfl_sync(~0u, pair.b, p);
                    if (n >= N) continue;
                    const double x = (double)task.X[(long long)point * N + n];
                    a[j] = __dsub_rn(x, task.C[(long long)one * N + n]);
                    b[j] = __dsub_rn(x, task.C[(long long)other * N + n]);
                }
#pragma unroll
                for (unsigned j = 0; j < BATCH; j++) {
                    const unsigned p = first + j * (32 / SPAN);
                    if (n >= N) continue;
                    squares[0][p][column] = __dmul_rn(a[j], a[j]);
                    squares[1][p][column] = __dmul_rn(b[j], b[j]);
                }
            }
            __syncwarp();
            for (int j = 0; j < SPAN && start + j < N; j++) {
                to_a = __dadd_rn(to_a, squares[0][lane][j]);
                to_b = __dadd_rn(to_b, squares[1][lane][j]);
            }
            __syncwarp();
        }
        const bool swap = to_b < to_a || (to_b == to_a && pair.b < pair.a);
        const double near = (swap ? to_b : to_a) * task.scale * task.scale;
        const double next = (swap ? to_a : to_b) * task.scale * task.scale;
        // Both err by as much as `gap_of` takes off.
        const double more = fmin(next, (double)pair.rest) - near;
        settle(task, inside, pair.point, swap ? pair.b : pair.a, gap_of(near, more, task.least));
    }
}
