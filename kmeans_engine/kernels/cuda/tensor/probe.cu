// Whether tensor cores add up as exactly as the margins take it.
#include "task.h"

// One warp writes 256 sums to `half`, each of 1 and 2^-23 alone: of two products, at all distances
// from one another, then of a product and the accumulator. 24 bits hold them all.
extern "C" __global__ void probe(const Task task) {
    const unsigned lane = threadIdx.x % 32, one = __float_as_int(1.0f);
    const unsigned little = __float_as_int(0x1p-23f);
    for (int with_sum = 0; with_sum < 2; with_sum++) {
        unsigned a[4];
        float d[4];
        for (unsigned i = 0; i < 4; i++) {
            unsigned row = lane / 4 + i % 2 * 8, k = lane % 4 + i / 2 * 4;
            unsigned next = (row + (row < 8 ? 1 : 4)) % 8;
            a[i] = k == next ? little : k == row % 8 && !with_sum ? one : 0;
            d[i] = with_sum ? 1.0f : 0.0f;
        }
        multiply(d, a, one, one);
        for (unsigned i = 0; i < 4; i++) task.half[with_sum * 128 + lane * 4 + i] = d[i];
    }
}
