"""Float64 operations that are rounded one by one, whatever the compiler contracts around them."""

from kmeans_engine.kernels.cuda.compiling import SIMULATED, device_function

__all__ = ["add", "multiply", "squared_distance"]

if SIMULATED:

    def add(a, b):
        """Return a + b, rounded."""
        return a + b

    def multiply(a, b):
        """Return a b, rounded."""
        return a * b

else:
    # These become add.rn.f64 and mul.rn.f64, which ptxas must not merge (PTX ISA, "mad" and "fma");
    # tests/kmeans_engine/strategies/cuda/test_ptx.py looks for FMAs.
    from numba.cuda.libdevice import dadd_rn as add
    from numba.cuda.libdevice import dmul_rn as multiply


@device_function
def squared_distance(X, i, C, k):
    """Return the distance of row `i` of `X` to row `k` of `C`: the definition."""
    d = 0.0
    for n in range(C.shape[1]):
        t = add(float(X[i, n]), -C[k, n])
        d = add(d, multiply(t, t))
    return d
