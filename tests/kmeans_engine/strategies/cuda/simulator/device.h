// A GPU for tests: what kernels/cuda/tensor/ needs of one, on a processor.
//
// The threads of a block take turns on one thread of the processor; a block has its shared memory,
// filled with NaN before. Instructions of a warp follow the tables of the PTX ISA, not the kernels.
// A copy arrives at once, or as late as it may: when its group is waited for. `rounding` says how tensor cores add up.
#pragma once
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <vector>

#include <setjmp.h>
#include <ucontext.h>

#define __device__
#define __global__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __shared__
#define __align__(n) __attribute__((aligned(n)))

namespace simulator {

struct Dim { unsigned x; };

enum Rounding { NEAREST, CUT_8, CUT_4, CUT_1, REVERSED, SHORT };

constexpr int MOST = 512;
inline Rounding rounding = NEAREST;
inline Dim block_index, grid_size, block_size;

struct Copy { float *to; const float *from; };

struct Thread {
    Dim index;
    jmp_buf where;
    ucontext_t context;
    std::vector<char> stack;
    bool started, done;
    unsigned turn;            // collective calls of its warp so far
    std::vector<std::vector<Copy>> groups;
    std::vector<Copy> open;
};

inline Thread threads[MOST];
inline Thread *now;
inline jmp_buf scheduler;
inline void (*body)();
// How often a thread has arrived somewhere.
inline unsigned moves;

struct Meeting { unsigned arrived, round; };
inline Meeting warps[MOST / 32], block;
// What the lanes of a warp bring to a call, twice: a lane may be one call ahead.
inline unsigned char brought[MOST / 32][2][32][64];

// A number below another, by chance, but the same in each process.
inline unsigned chance(unsigned below) {
    static unsigned state = 1;
    state = state * 1664525 + 1013904223;
    return (state >> 16) % below;
}

inline void rest() {
    if (_setjmp(now->where) == 0) _longjmp(scheduler, 1);
}

inline void meet(Meeting &meeting, unsigned members) {
    unsigned round = meeting.round;
    moves++;
    if (++meeting.arrived == members) {
        meeting.arrived = 0;
        meeting.round++;
        return;
    }
    while (meeting.round == round) rest();
}

// Bring a value to the warp; return those of all lanes, by lane.
template <typename T> struct All {
    const unsigned char (*values)[64];
    T operator[](unsigned lane) const {
        T value;
        std::memcpy(&value, values[lane], sizeof value);
        return value;
    }
};

template <typename T> All<T> bring(const T &value) {
    static_assert(sizeof(T) <= 64);
    unsigned warp = now->index.x / 32, lane = now->index.x % 32, side = now->turn++ % 2;
    std::memcpy(brought[warp][side][lane], &value, sizeof value);
    meet(warps[warp], 32);
    return {brought[warp][side]};
}

inline void enter() {
    body();
    now->done = true;
    _longjmp(scheduler, 1);
}

inline void resume(Thread &thread) {
    now = &thread;
    if (_setjmp(scheduler) != 0) return;
    if (thread.started) _longjmp(thread.where, 1);
    thread.started = true;
    getcontext(&thread.context);
    if (thread.stack.empty()) thread.stack.resize(1 << 17);
    thread.context.uc_stack.ss_sp = thread.stack.data();
    thread.context.uc_stack.ss_size = thread.stack.size();
    thread.context.uc_link = nullptr;
    makecontext(&thread.context, enter, 0);
    setcontext(&thread.context);
}

inline void run_block(unsigned size) {
    for (unsigned i = 0; i < size; i++) {
        Thread &t = threads[i];
        t.index.x = i, t.started = t.done = false, t.turn = 0;
        t.groups.clear(), t.open.clear();
    }
    std::memset(warps, 0, sizeof warps);
    block = {0, 0};
    // One warp goes on only where all others wait: barriers that are missing show.
    unsigned slow = 0, before = moves - 1;
    bool hopeless = false;
    for (unsigned left = size; left > 0;) {
        const bool stuck = moves == before;
        // Some threads wait for others that never come.
        if (stuck && hopeless) std::abort();
        if (stuck) slow = chance(size / 32 + 1);
        hopeless = stuck;
        before = moves;
        const unsigned there = left;
        for (unsigned i = 0; i < size; i++) {
            if (threads[i].done || (i / 32 == slow && !stuck)) continue;
            resume(threads[i]);
            left -= threads[i].done;
            moves += threads[i].done;
        }
        // A thread that leaves while others wait for it is a fault of the kernel.
        if (left != there && left != 0 && block.arrived == left) std::abort();
    }
}

// The exact value cut to a multiple of `unit`, towards zero.
inline double cut(double value, double unit) { return std::trunc(value / unit) * unit; }

// c + a[0] b[0] + ... of some numbers, cut as `kmeans_engine.strategies.cuda.margins` allows.
inline float add_cut(float c, const double *products, int count, int bits = 24) {
    double most = std::fabs(c);
    for (int j = 0; j < count; j++) most = std::fmax(most, std::fabs(products[j]));
    if (!(most > 0) || !std::isfinite(most)) {
        double sum = c;
        for (int j = 0; j < count; j++) sum += products[j];
        return (float)sum;
    }
    int exponent;
    std::frexp(most, &exponent);
    double unit = std::ldexp(1.0, exponent - bits), sum = cut(c, unit);
    for (int j = 0; j < count; j++) sum += cut(products[j], unit);
    if (sum == 0) return 0;
    std::frexp(sum, &exponent);
    return (float)cut(sum, std::ldexp(1.0, exponent - 24));
}

inline float accumulate(float c, const float *a, const float *b) {
    double products[8];
    for (int k = 0; k < 8; k++) products[k] = (double)a[k] * b[k];
    switch (rounding) {
    case NEAREST:
        for (int k = 0; k < 8; k++) c = (float)(c + products[k]);
        return c;
    case REVERSED:
        for (int k = 7; k >= 0; k--) c = (float)(c + products[k]);
        return c;
    case CUT_8:
        return add_cut(c, products, 8);
    case CUT_4:
        return add_cut(add_cut(c, products, 4), products + 4, 4);
    case SHORT:
        return add_cut(c, products, 8, 23);
    case CUT_1:
        for (int k = 0; k < 8; k++) c = add_cut(c, products + k, 1);
        return c;
    }
    std::abort();
}

}  // namespace simulator

#define threadIdx (simulator::now->index)
#define blockIdx (simulator::block_index)
#define gridDim (simulator::grid_size)
#define blockDim (simulator::block_size)

inline void __syncthreads() { simulator::meet(simulator::block, blockDim.x); }

inline void __syncwarp() { simulator::meet(simulator::warps[threadIdx.x / 32], 32); }

inline unsigned __ballot_sync(unsigned, bool vote) {
    auto all = simulator::bring(vote);
    unsigned bits = 0;
    for (unsigned lane = 0; lane < 32; lane++) bits |= (unsigned)all[lane] << lane;
    return bits;
}

template <typename T> T __shfl_sync(unsigned, T value, int lane) {
    return simulator::bring(value)[lane];
}

template <typename T> T __shfl_xor_sync(unsigned, T value, int mask) {
    return simulator::bring(value)[threadIdx.x % 32 ^ mask];
}

template <typename T> T atomicAdd(T *at, T value) {
    T before = *at;
    *at += value;
    return before;
}

inline int atomicMax(int *at, int value) {
    int before = *at;
    if (value > before) *at = value;
    return before;
}

inline int __popc(unsigned bits) { return __builtin_popcount(bits); }
inline double __dadd_rn(double a, double b) { return a + b; }
inline double __dsub_rn(double a, double b) { return a - b; }
inline double __dmul_rn(double a, double b) { return a * b; }

inline float __int_as_float(int bits) {
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
}

inline int __float_as_int(float value) {
    int bits;
    std::memcpy(&bits, &value, 4);
    return bits;
}

// mma.m16n8k8 for .tf32, PTX ISA, "Matrix Fragments for mma.m16n8k8": of lane l, with g = l / 4
// and t = l % 4, a_i is A[g + (i % 2) 8, t + (i / 2) 4], b_i is B[t + 4 i, g], and
// c_i is C[g + (i / 2) 8, 2 t + i % 2].
inline void multiply(float (&d)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
    struct Bits { unsigned a[4], b[2]; } mine = {{a[0], a[1], a[2], a[3]}, {b0, b1}};
    auto all = simulator::bring(mine);
    const unsigned lane = threadIdx.x % 32;
    auto value = [](unsigned bits) { return __int_as_float(bits & ~0x1fffu); };
    for (unsigned i = 0; i < 4; i++) {
        unsigned row = lane / 4 + i / 2 * 8, column = lane % 4 * 2 + i % 2;
        float x[8], y[8];
        for (unsigned k = 0; k < 8; k++) {
            x[k] = value(all[row % 8 * 4 + k % 4].a[row / 8 + k / 4 * 2]);
            y[k] = value(all[column * 4 + k % 4].b[k / 4]);
        }
        d[i] = simulator::accumulate(d[i], x, y);
    }
}

// ldmatrix .m8n8.x4.b16, PTX ISA: thread 8 j + i gives the address of row i of matrix j; thread l
// gets, of each matrix, elements 2 (l % 4) and the next, 16 bits each, of row l / 4.
inline void load_matrices(unsigned (&r)[4], const float *row) {
    if ((size_t)row % 16 != 0) std::abort();
    auto all = simulator::bring((const unsigned *)row);
    const unsigned lane = threadIdx.x % 32;
    for (unsigned j = 0; j < 4; j++) r[j] = all[8 * j + lane / 4][lane % 4];
}

inline void begin_copy(float *to, const float *from) {
    if ((size_t)to % 16 != 0 || (size_t)from % 16 != 0) std::abort();
    if (simulator::chance(2) == 0) std::memcpy(to, from, 16);
    simulator::now->open.push_back({to, from});
}

inline void close_group() {
    simulator::now->groups.push_back(std::move(simulator::now->open));
    simulator::now->open.clear();
}

template <int newer> void await_groups() {
    auto &groups = simulator::now->groups;
    while ((int)groups.size() > newer) {
        for (auto &copy : groups.front()) std::memcpy(copy.to, copy.from, 16);
        groups.erase(groups.begin());
    }
}
