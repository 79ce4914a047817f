// Score many points against all centroids on tensor cores, and keep the best three of each.
//
// The score of centroid c for point x is |c|^2 / 2 - x c, which is half their squared distance
// less a constant of the point; nothing of the M x K scores reaches memory. A block of WM x WN
// warps holds BM points in shared memory, centred and scaled, and passes all centroids by, BN at a
// time in chunks of BK features, the next chunk being copied meanwhile. A warp multiplies
// BM / WM points by BN / WN centroids in its registers. A row of shared memory is 4 words longer
// than a multiple of 8, so the 8 rows of a matrix lie in different banks.
//
// Three are kept, not two: a point whose third is beyond the margin has two candidates, and asking
// the definition about two costs less than a better score of all.
#include "tiles.h"

// 11 bits of a number, and 11 of what they leave.
struct Halves {
    unsigned high, low;
};

__device__ __forceinline__ Halves halves(unsigned bits) {
    float v = __int_as_float(bits), high = tf32(v);
    return {(unsigned)__float_as_int(high), (unsigned)__float_as_int(tf32(v - high))};
}

// D += A B for float32 factors in three products; what is left out is below the margin.
__device__ __forceinline__ void multiply_split(float (&d)[4], const unsigned (&a)[4], Halves b0,
                                               Halves b1) {
    unsigned high[4], low[4];
    float part[4] = {0.0f, 0.0f, 0.0f, 0.0f};
#pragma unroll
    for (int j = 0; j < 4; j++) {
        Halves both = halves(a[j]);
        high[j] = both.high, low[j] = both.low;
    }
    multiply(part, low, b0.high, b1.high);
    multiply(part, high, b0.low, b1.low);
    multiply(part, high, b0.high, b1.high);
#pragma unroll
    for (int j = 0; j < 4; j++) d[j] += part[j];
}

// Add 8 features of the products of a warp's tile; `x` and `c` are where this lane's rows begin.
template <bool split>
__device__ __forceinline__ void add_products(float (&sums)[MT][NT][4], const float *x,
                                             const float *c) {
    unsigned a[MT][4];
#pragma unroll
    for (int m = 0; m < MT; m++) load_matrices(a[m], x + m * 16 * ROW);
#pragma unroll
    for (int n = 0; n < NT; n += 2) {
        unsigned b[4];
        load_matrices(b, c + n * 8 * CHUNK);
#pragma unroll
        for (int h = 0; h < 2; h++) {
            if constexpr (split) {
                Halves b0 = halves(b[2 * h]), b1 = halves(b[2 * h + 1]);
#pragma unroll
                for (int m = 0; m < MT; m++) multiply_split(sums[m][n + h], a[m], b0, b1);
            } else {
#pragma unroll
                for (int m = 0; m < MT; m++)
                    multiply(sums[m][n + h], a[m], b[2 * h], b[2 * h + 1]);
            }
        }
    }
}

// Turn a warp's products into scores of the centroids from `k` on, and rank them.
__device__ __forceinline__ void rank(const float (&sums)[MT][NT][4], const float *half, unsigned k,
                                     Best (&best)[MT][2]) {
#pragma unroll
    for (int n = 0; n < NT; n++)
#pragma unroll
        for (int h = 0; h < 2; h++) {
            unsigned column = k + n * 8 + threadIdx.x % 4 * 2 + h;
            float middle = half[column];
#pragma unroll
            for (int m = 0; m < MT; m++) {
                best[m][0].take(middle - sums[m][n][h], column);
                best[m][1].take(middle - sums[m][n][2 + h], column);
            }
        }
}

__device__ __forceinline__ void add_up(float (&to)[MT][NT][4], float (&from)[MT][NT][4]) {
#pragma unroll
    for (int m = 0; m < MT; m++)
#pragma unroll
        for (int n = 0; n < NT; n++)
#pragma unroll
            for (int j = 0; j < 4; j++) {
                to[m][n][j] += from[m][n][j];
                from[m][n][j] = 0.0f;
            }
}

// Score the points in shared memory against all centroids, whose first chunk is on its way:
// shared.best gets each warp's best. The first barrier is also the one after `load_points`.
template <bool split>
__device__ __forceinline__ void score_points(const Task &task, const float *scored,
                                             Shared &shared) {
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, wm = warp / WN, wn = warp % WN;
    const int tiles = task.KP / BN;
    const float *x = shared.points + (wm * MT * 16 + lane % 16) * ROW + lane / 16 * 4;
    const int c = (wn * NT * 8 + lane / 16 * 8 + lane % 8) * CHUNK + lane / 8 % 2 * 4;
    Best best[MT][2];
#pragma unroll
    for (int m = 0; m < MT; m++) best[m][0].clear(), best[m][1].clear();
    float sums[MT][NT][4] = {}, chain[split || CHAINED ? 1 : MT][NT][4] = {};
    for (int q = 0; q < tiles * CHUNKS; q++) {
        if (q + 1 < tiles * CHUNKS) begin_chunk(scored, q + 1, shared);
        close_group();
        await_groups<1>();
        __syncthreads();
        int at = q % CHUNKS;
#pragma unroll
        for (int n = 0; n < BK; n += 8) {
            const float *rows = x + at * BK + n, *columns = shared.clusters[q % 2] + c + n;
            if constexpr (split || CHAINED) {
                add_products<split>(sums, rows, columns);
            } else {
                add_products<split>(chain, rows, columns);
                if ((at * BK + n) / 8 % CHAIN == CHAIN - 1) add_up(sums, chain);
            }
        }
        __syncthreads();
        if (at < CHUNKS - 1) continue;
        if constexpr (!split && !CHAINED) add_up(sums, chain);
        rank(sums, task.half, q / CHUNKS * BN + wn * NT * 8, best);
#pragma unroll
        for (int m = 0; m < MT; m++)
#pragma unroll
            for (int n = 0; n < NT; n++)
#pragma unroll
                for (int j = 0; j < 4; j++) sums[m][n][j] = 0.0f;
    }
#pragma unroll
    for (int m = 0; m < MT; m++)
#pragma unroll
        for (int h = 0; h < 2; h++) {
            Best &mine = best[m][h];
#pragma unroll
            for (int step = 1; step < 4; step *= 2) {
                Best other;
                other.first = __shfl_xor_sync(~0u, mine.first, step);
                other.second = __shfl_xor_sync(~0u, mine.second, step);
                other.third = __shfl_xor_sync(~0u, mine.third, step);
                other.a = __shfl_xor_sync(~0u, mine.a, step);
                other.b = __shfl_xor_sync(~0u, mine.b, step);
                mine.merge(other);
            }
            if (lane % 4 == 0) shared.best[wn][(wm * MT + m) * 16 + h * 8 + lane / 4] = mine;
        }
    __syncthreads();
}

// Settle the points whose best is certain; list the others. `r`: the row of this thread.
template <bool split>
__device__ __forceinline__ void conclude(const Task &task, const Shared &shared, int r, bool inside,
                                         unsigned i) {
    Best best = shared.best[0][r];
#pragma unroll
    for (int w = 1; w < WN; w++) best.merge(shared.best[w][r]);
    const Trust &trust = task.trust[split ? SPLIT : TF32];
    float square = shared.squares[r], longer = square * (1.0f + (N / 8 + 40) * 0x1p-24f);
    float x = sqrtf(square) * (1.0f + 0x1p-10f) + 0x1p-60f;
    float error = sqrtf(shared.errors[r]) * (1.0f + 0x1p-10f) + 0x1p-60f;
    float doubt = margin(trust, x, error, task.reach[0], task.reach[1]);
    bool one = inside && best.second - best.first > doubt;
    bool two = inside && !one && best.third - best.first > doubt;
    double near = (double)longer + 2.0 * best.first + doubt;
    double more = 2.0 * ((double)best.second - best.first - doubt);
    settle(task, one, i, best.a, gap_of(fmax(near, 0.0), more, task.least));
    unsigned place = reserve(task.n_pairs, two);
    double rest = (double)square * (1.0 - (N / 8 + 40) * 0x1p-24) + 2.0 * best.third - doubt;
    if (two) {
        task.pairs[place] = {i, best.a, best.b, (float)(fmax(rest, 0.0) * (1.0 - 0x1p-22))};
    }
    const List &list = split ? task.left : task.open;
    bool more_than_two = inside && !one && !two;
    place = reserve(list.total, more_than_two);
    if (more_than_two) list.points[place] = i;
}

template <bool split> __device__ __forceinline__ void score(const Task &task) {
    extern __shared__ __align__(16) unsigned char memory[];
    Shared &shared = *(Shared *)memory;
    const float *scored = task.scored + (split ? (long long)task.KP * NP : 0);
    const unsigned *rows = split ? task.open.points : task.whole ? nullptr : task.todo.points;
    long long total = split ? *task.open.total : task.end;
    if (!split && !task.whole && *task.todo.total < total) total = *task.todo.total;
    for (long long at = (split ? 0 : task.begin) + (long long)blockIdx.x * BM; at < total;
         at += (long long)gridDim.x * BM) {
        begin_chunk(scored, 0, shared);
        close_group();
        load_points<!split>(task, rows, at, total, shared);
        score_points<split>(task, scored, shared);
        // Whole warps, though there may be fewer points.
        for (int r = threadIdx.x; r < (BM + 31) / 32 * 32; r += WARPS * 32) {
            bool inside = r < BM && at + r < total;
            unsigned i = inside ? (unsigned)number(rows, at + r) : 0;
            conclude<split>(task, shared, r % BM, inside, i);
        }
        __syncthreads();
    }
}

// Of the points of `todo`, settle those that TF32 tells apart; list others in `pairs` and `open`.
extern "C" __global__ void __launch_bounds__(WARPS * 32) score_tf32(const Task task) {
    score<false>(task);
}

// Of the points of `open`, settle those that three products tell apart; list others in `pairs` and
// `left`.
extern "C" __global__ void __launch_bounds__(WARPS * 32) score_split(const Task task) {
    score<true>(task);
}
