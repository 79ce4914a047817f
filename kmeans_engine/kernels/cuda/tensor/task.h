// What the kernels share: the task, the margin of a score, lists that grow.
//
// Compiled for one shape, with -D: POINT, the type of points; LABEL, that of labels; N, features;
// NP, those filled up with zeros; BM, BN, WM, WN, BK: see scores.cu. Lengths are in the units of
// the scores, (x - center) * scale.
#pragma once
#include <device.h>

enum { TF32, SPLIT };  // the two kinds of score

// How far a score can be trusted: see strategies/cuda/margins.py, which derives it.
struct Trust {
    float residual, cross, own, definition, least;
};

// Points, counted from the first of the piece.
struct List {
    unsigned *points;
    unsigned *total;
};

// A point with two candidates; any third centroid is at least as far as `rest`, squared.
struct Pair {
    unsigned point, a, b;
    float rest;
};

struct Task {
    const POINT *X;       // (R, N)
    LABEL *labels;        // (R,) in and out
    float *expiry;        // (R,) in and out, when to look at each again
    LABEL *before;        // (R,) out, the labels that were of those in `changed`
    List changed;         // out, which changed their label
    List todo;            // which to look at, or if `whole` all
    List left;            // out, which only all distances can tell
    List open;            // scratch, which TF32 leaves
    Pair *pairs;          // (R,) scratch, which leave two candidates,
    unsigned *n_pairs;    // and how many
    const double *C;      // (K, N) the centroids
    const float *P;       // (K, N) as they are scored; inf: can't win
    const POINT *center;  // (N,)
    const double *spent;  // (K,) see kernels/bounds.py
    float *scored;        // (2, KP, NP) P as TF32 and as it is, and zeros
    float *half;          // (KP,) half their squared length, or inf: can't win
    float *reach;         // (2,) the greatest length, and the greatest error of TF32
    double scale;
    double least;         // what underflow may cost a squared distance of the definition
    long long begin, end; // of `todo` or, if `whole`, of the piece: which to look at
    int K, KP, whole, first_look;
    Trust trust[2];
};

__device__ __forceinline__ float infinity() { return __int_as_float(0x7f800000); }

// To 10 bits after the point, halves away from zero. The tensor cores ignore the other 13.
__device__ __forceinline__ float tf32(float x) {
    return __int_as_float((__float_as_int(x) + 0x1000) & ~0x1fff);
}

// At least the error of a difference of two scores, and of what the definition makes of it, for a
// point of length `x` that TF32 changed by `x_error`; `c` and `c_error` are those of centroids.
__device__ __forceinline__ float margin(const Trust &t, float x, float x_error, float c,
                                        float c_error) {
    float both = x + c;
    return (t.residual * (x_error * c + x * c_error) + t.cross * x * c + t.own * c * c +
            t.definition * both * both + t.least * (1.0f + both) * (1.0f + both)) *
           (1.0f + 0x1p-16f);
}

// Reserve places for those lanes that have an item; all lanes of the warp call this.
__device__ __forceinline__ unsigned reserve(unsigned *total, bool has) {
    unsigned lanes = __ballot_sync(~0u, has), lane = threadIdx.x % 32, base = 0;
    if (lanes == 0) return 0;
    if (lane == 0) base = atomicAdd(total, (unsigned)__popc(lanes));
    return __shfl_sync(~0u, base, 0) + __popc(lanes & ((1u << lane) - 1));
}

// At least sqrt(b) - sqrt(a), where b is at least a plus `more`, less what the definition may err.
__device__ __forceinline__ double gap_of(double a, double more, double least) {
    if (!(more > 0.0) || !(a < 1e300)) return 0.0;
    if (!(more < 1e300)) return 0x1p60;
    double sum = sqrt(a + more) + sqrt(a);
    return (more / sum - sum * (N + 2) * 0x1p-48) * (1.0 - 0x1p-40) - 2.0 * sqrt(least);
}

// Label the points of those lanes that have one: `a` is the definition's answer, and any other
// centroid is farther by `gap`. All lanes of the warp call this.
__device__ __forceinline__ void settle(const Task &task, bool has, unsigned i, unsigned a,
                                       double gap) {
    LABEL old = 0;
    bool changed = false;
    if (has) {
        old = task.labels[i];
        changed = !task.first_look && old != (LABEL)a;
        if (task.first_look || changed) task.labels[i] = (LABEL)a;
        task.expiry[i] = (float)((task.spent[a] + fmax(gap, 0.0)) * (1.0 - 0x1p-22));
    }
    unsigned place = reserve(task.changed.total, changed);
    if (changed) {
        task.changed.points[place] = i;
        task.before[place] = old;
    }
}
