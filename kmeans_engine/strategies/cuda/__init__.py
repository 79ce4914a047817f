"""The same bits on a GPU: points, labels and times to look again stay there.

Which tool. One dependency, ``numba-cuda``, the house's own Numba for a device: it compiles the
plain kernels, has a simulator that runs them on any machine, so that every field of every snapshot
is tested against the oracle without a device, compiles PTX for any device without one, and brings
memory, streams and events. It depends on ``cuda-core`` and NVRTC, which compile what Numba cannot
say, the tensor cores' instructions, as CUDA C++, so these need nothing else. CuPy and torch would
be ten to a hundred times as large for the same calls; CUDA C++ alone would have no simulator.

How a step goes, piece by piece of the points (all of them are one piece if they fit):

1. `kernels.cuda.lists.sift` lists the points whose time to look again has come: see
   `kernels.bounds` for times, which are compared and not written.
2. Stages (`stages.Stage`) look at what is listed, from the fastest to the definition. Each settles
   the points that its margin decides, and lists the others for the next.
3. `kernels.cuda.sums.move` takes the points that changed from their old sums to the new ones, as
   64-bit integers, so in any order.
4. Counts, sums and totals go to the host, where the means are those of the CPU's own code.
"""
