// What a block holds in shared memory, and how it gets there: see scores.cu.
#pragma once
#include "task.h"

#define WARPS (WM * WN)
#define MT (BM / WM / 16)
#define NT (BN / WN / 8)
#define ROW (NP + 4)
#define CHUNK (BK + 4)
#define CHUNKS (NP / BK)
// Products of 8 features that tensor cores add up before float32 takes over: see margins.py.
#define CHAIN 32
#define CHAINED (NP / 8 <= CHAIN)
// Lanes that read one point, values of it for each of them, and how many a lane reads at a time;
// points that are read by all at a time, and how many of these a lane reads before it uses one: 32
// loads under way hide most of a latency.
#define LANES (NP >= 32 ? 32 : NP >= 16 ? 16 : 8)
#define EACH ((NP + LANES - 1) / LANES)
#define SPAN (EACH < 32 ? EACH : 32)
#define POINTS (WARPS * 32 / LANES)
#define MOST_AHEAD (EACH >= 32 ? 1 : 32 / EACH)
#define AHEAD (MOST_AHEAD < BM / POINTS ? MOST_AHEAD : BM / POINTS > 0 ? BM / POINTS : 1)

struct Best {
    float first, second, third;
    unsigned a, b;

    __device__ __forceinline__ void clear() {
        first = second = third = infinity();
        a = b = 0;
    }

    __device__ __forceinline__ void take(float s, unsigned k) {
        bool leads = s < first, follows = s < second;
        third = fminf(third, fmaxf(second, s));
        b = leads ? a : follows ? k : b;
        second = fminf(second, fmaxf(first, s));
        a = leads ? k : a;
        first = fminf(first, s);
    }

    __device__ __forceinline__ void merge(const Best &other) {
        take(other.first, other.a);
        take(other.second, other.b);
        third = fminf(third, other.third);
    }
};

struct Shared {
    float points[BM * ROW];
    float clusters[2][BN * CHUNK];
    float squares[BM], errors[BM];
    Best best[WN][BM];
};

__device__ __forceinline__ long long number(const unsigned *rows, long long at) {
    return rows == nullptr ? at : (long long)rows[at];
}

// Bring BM points, rounded to TF32 if `round`, with their squared lengths and errors.
template <bool round>
__device__ __forceinline__ void load_points(const Task &task, const unsigned *rows, long long at,
                                            long long total, Shared &shared) {
    const int lane = threadIdx.x % LANES;
#pragma unroll 1
    for (int first = threadIdx.x / LANES; first < BM; first += POINTS * AHEAD) {
        float square[AHEAD] = {}, error[AHEAD] = {};
#pragma unroll 1
        for (int from = lane; from < NP; from += SPAN * LANES) {
            POINT values[AHEAD][SPAN];
#pragma unroll
            for (int j = 0; j < AHEAD; j++) {
                long long place = at + first + j * POINTS;
                const POINT *x = task.X + (place < total ? number(rows, place) : 0) * N;
#pragma unroll
                for (int e = 0; e < SPAN; e++)
                    values[j][e] = from + e * LANES < N ? x[from + e * LANES] : (POINT)0;
            }
#pragma unroll
            for (int j = 0; j < AHEAD; j++) {
                const int r = first + j * POINTS;
                const bool inside = at + r < total;
#pragma unroll
                for (int e = 0; e < SPAN; e++) {
                    const int n = from + e * LANES;
                    float v = 0.0f;
                    if (inside && n < N)
                        v = (float)((values[j][e] - task.center[n]) * (POINT)task.scale);
                    float w = round ? tf32(v) : v;
                    if (r < BM && n < NP) shared.points[r * ROW + n] = w;
                    square[j] += v * v;
                    error[j] += (v - w) * (v - w);
                }
            }
        }
#pragma unroll
        for (int j = 0; j < AHEAD; j++) {
#pragma unroll
            for (int step = LANES / 2; step > 0; step /= 2) {
                square[j] += __shfl_xor_sync(~0u, square[j], step);
                error[j] += __shfl_xor_sync(~0u, error[j], step);
            }
            const int r = first + j * POINTS;
            if (lane == 0 && r < BM) {
                shared.squares[r] = square[j];
                shared.errors[r] = error[j];
            }
        }
    }
}

// Begin to bring chunk `q` of the centroids: BN of them, BK features.
__device__ __forceinline__ void begin_chunk(const float *scored, int q, Shared &shared) {
    const float *from = scored + (long long)(q / CHUNKS) * BN * NP + q % CHUNKS * BK;
    float *to = shared.clusters[q % 2];
    for (int p = threadIdx.x; p < BN * BK / 4; p += WARPS * 32) {
        int row = p / (BK / 4), column = p % (BK / 4) * 4;
        begin_copy(to + row * CHUNK + column, from + (long long)row * NP + column);
    }
}
