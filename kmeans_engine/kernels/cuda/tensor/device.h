// What the kernels need of a GPU beyond C++: one instruction each. Compute capability 8.0 or later.
//
// tests/kmeans_engine/strategies/cuda/simulator/device.h has the same names for a processor,
// after the tables of the PTX ISA, so that the kernels run where there is no GPU.
#pragma once

// D += A B of a warp, 16 x 8 = (16 x 8) (8 x 8), in TF32: of lane 4 g + t, with 0 <= t < 4,
// a = A[g, t], A[g + 8, t], A[g, t + 4], A[g + 8, t + 4];  b = B[t, g], B[t + 4, g];
// d = D[g, 2 t], D[g, 2 t + 1], D[g + 8, 2 t], D[g + 8, 2 t + 1].
__device__ __forceinline__ void multiply(float (&d)[4], const unsigned (&a)[4], unsigned b0,
                                         unsigned b1) {
    asm("mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 "
        "{%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

// Four matrices of 8 rows of 4 words from shared memory: lane 8 j + i says where row i of matrix j
// begins, 16 bytes aligned, and lane 4 g + t gets word t of row g of matrix j in r[j].
__device__ __forceinline__ void load_matrices(unsigned (&r)[4], const float *row) {
    unsigned at = (unsigned)__cvta_generic_to_shared(row);
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(at)
                 : "memory");
}

// Begin to copy 16 bytes to shared memory, past the registers and the L1 cache.
__device__ __forceinline__ void begin_copy(float *to, const float *from) {
    unsigned at = (unsigned)__cvta_generic_to_shared(to);
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(at), "l"(from) : "memory");
}

// All copies that this thread began since the last call are one group.
__device__ __forceinline__ void close_group() {
    asm volatile("cp.async.commit_group;" ::: "memory");
}

// Wait until at most `newer` of the groups of this thread are under way.
template <int newer> __device__ __forceinline__ void await_groups() {
    asm volatile("cp.async.wait_group %0;" ::"n"(newer) : "memory");
}
