"""Sixteen float32 values that stay in a register: what Numba's own loops cannot be told to do.

LLVM turns a loop over points into vector instructions, but keeps nothing in registers across an
outer loop. With a vector as a value, the sums of 16 points against 4 centroids live in registers
from the first feature to the last, and so do the best and the second best: 35 to 44 billion
differences a second and core (AMD Zen 4), where loops over a block in the cache made 15 to 30.
LLVM splits the 16 lanes as the processor wants them (one AVX-512 register, two of AVX2, four of
NEON).

Each operation stands here twice: as a line of NumPy, which is what it means and what runs under
``NUMBA_DISABLE_JIT=1``, and as LLVM instructions. None checks bounds.
"""

import os

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

__all__ = [
    "WIDTH",
    "add_square",
    "due_bits",
    "floats",
    "greatest",
    "integers",
    "larger",
    "late_bits",
    "least",
    "load",
    "load_row",
    "lower",
    "lowest_bit",
    "pick",
    "prefetch",
    "spread",
    "store",
]

WIDTH = 16

_DISABLED = os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")
_LANE = {"float32": ir.FloatType(), "int32": ir.IntType(32)}
# A product and a sum may become one FMA; the bounds of `kernels.assign` hold with and without.
_CONTRACT = ("contract",)


class _Vector(types.Type):
    """WIDTH lanes of one type."""

    def __init__(self, lane):
        self.lane = lane
        super().__init__(name=f"vector({WIDTH} x {lane})")


@register_model(_Vector)
class _VectorModel(models.PrimitiveModel):
    def __init__(self, manager, kind):
        super().__init__(manager, kind, ir.VectorType(_LANE[kind.lane], WIDTH))


_F, _I = _Vector("float32"), _Vector("int32")


def _operation(result, emit):
    """Replace a function by instructions: ``emit(context, builder, types, values)``.

    `result` is the type returned, or None.
    """

    def decorate(plain):
        if _DISABLED:
            return plain

        def typed(*arguments):
            def generate(context, builder, signature, values):
                value = emit(context, builder, signature.args, values)
                return context.get_dummy_value() if value is None else value

            return (result or types.void)(*arguments), generate

        # Numba passes the typing context first, and takes no *arguments.
        wrapper = {
            1: lambda _, a: typed(a),
            2: lambda _, a, b: typed(a, b),
            3: lambda _, a, b, c: typed(a, b, c),
            4: lambda _, a, b, c, d: typed(a, b, c, d),
        }[plain.__code__.co_argcount]
        wrapper.__name__, wrapper.__doc__ = plain.__name__, plain.__doc__
        return intrinsic(wrapper)

    return decorate


def _fill(builder, value):
    kind = ir.VectorType(value.type, WIDTH)
    empty = ir.Constant(kind, ir.Undefined)
    first = builder.insert_element(empty, value, ir.Constant(ir.IntType(32), 0))
    lanes = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
    return builder.shuffle_vector(first, empty, lanes)


def _address(context, builder, kinds, values):
    """Return a pointer to the element of an array, ``values[0]``, at the indices that follow."""
    kind, array, indices = kinds[0], values[0], values[1:]
    fields = context.make_array(kind)(context, builder, array)
    strides = cgutils.unpack_tuple(builder, fields.strides, kind.ndim)
    offset = ir.Constant(strides[0].type, 0)
    for of, index, stride in zip(kinds[1:], indices, strides, strict=True):
        index = context.cast(builder, index, of, types.intp)
        offset = builder.add(offset, builder.mul(index, stride))
    start = builder.bitcast(fields.data, ir.IntType(8).as_pointer())
    return builder.bitcast(builder.gep(start, [offset]), fields.data.type)


def _vector_at(builder, pointer):
    return builder.bitcast(pointer, ir.VectorType(pointer.type.pointee, WIDTH).as_pointer())


def _emit_load(context, builder, kinds, values):
    pointer = _address(context, builder, kinds, values)
    return builder.load(_vector_at(builder, pointer), align=4)


def _emit_spread(context, builder, kinds, values):
    return _fill(builder, builder.load(_address(context, builder, kinds, values)))


def _emit_store(context, builder, kinds, values):
    pointer = _address(context, builder, kinds[:2], values[:2])
    builder.store(values[2], _vector_at(builder, pointer), align=4)


def _emit_prefetch(context, builder, kinds, values):
    byte = ir.IntType(8).as_pointer()
    kind, i32 = ir.FunctionType(ir.VoidType(), [byte] + [ir.IntType(32)] * 3), ir.IntType(32)
    function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
    pointer = _address(context, builder, kinds, values)
    # For reading, into all caches, of data.
    constants = [ir.Constant(i32, 0), ir.Constant(i32, 3), ir.Constant(i32, 1)]
    builder.call(function, [builder.bitcast(pointer, byte), *constants])


def _emit_due(context, builder, kinds, values):
    times, labels, limits, start = values
    time = _emit_load_1d(context, builder, kinds[0], times, start, kinds[3])
    label = _emit_load_1d(context, builder, kinds[1], labels, start, kinds[3])
    wide = ir.VectorType(ir.IntType(64), WIDTH)
    lanes = builder.zext(label, wide) if label.type != wide else label
    first = _address(
        context, builder, (kinds[2], types.intp), (limits, ir.Constant(ir.IntType(64), 0))
    )
    limit = ir.Constant(ir.VectorType(ir.FloatType(), WIDTH), ir.Undefined)
    for lane in range(WIDTH):
        at = ir.Constant(ir.IntType(32), lane)
        value = builder.load(builder.gep(first, [builder.extract_element(lanes, at)]))
        limit = builder.insert_element(limit, value, at)
    later = builder.fcmp_ordered(">", time, limit)
    bits = builder.bitcast(builder.not_(later), ir.IntType(WIDTH))
    return builder.zext(bits, ir.IntType(32))


def _emit_late(context, builder, kinds, values):
    times, start, limit = values
    time = _emit_load_1d(context, builder, kinds[0], times, start, kinds[1])
    later = builder.fcmp_ordered(">", time, _fill(builder, limit))
    bits = builder.bitcast(builder.not_(later), ir.IntType(WIDTH))
    return builder.zext(bits, ir.IntType(32))


def _emit_load_1d(context, builder, kind, array, start, of):
    pointer = _address(context, builder, (kind, of), (array, start))
    return builder.load(_vector_at(builder, pointer), align=kind.dtype.bitwidth // 8)


def _emit_lowest(context, builder, kinds, values):
    return builder.cttz(values[0], ir.Constant(ir.IntType(1), 1))


def _emit_add_square(context, builder, kinds, values):
    s, u, c = values
    t = builder.fsub(u, c, flags=_CONTRACT)
    return builder.fadd(s, builder.fmul(t, t, flags=_CONTRACT), flags=_CONTRACT)


def _emit_extreme(builder, sign, values):
    """Halve the lanes until one is left."""
    value, lanes = values[0], WIDTH
    empty = ir.Constant(value.type, ir.Undefined)
    while lanes > 1:
        lanes //= 2
        order = [lane + lanes if lane < lanes else 0 for lane in range(WIDTH)]
        order = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), order)
        other = builder.shuffle_vector(value, empty, order)
        value = builder.select(builder.fcmp_ordered(sign, other, value), other, value)
    return builder.extract_element(value, ir.Constant(ir.IntType(32), 0))


def _emit_choice(context, builder, kinds, values):
    a, b, yes, no = values
    return builder.select(builder.fcmp_ordered("<", a, b), yes, no)


@_operation(_F, lambda context, builder, kinds, values: _fill(builder, values[0]))
def floats(value):
    """Return a float32 in every lane."""
    return np.full(WIDTH, value, dtype=np.float32)


@_operation(_I, lambda context, builder, kinds, values: _fill(builder, values[0]))
def integers(value):
    """Return an int32 in every lane."""
    return np.full(WIDTH, value, dtype=np.int32)


@_operation(_F, _emit_load)
def load(array, start):
    """Return WIDTH values of `array` (in, 1-d float32, contiguous)."""
    return array[start : start + WIDTH]


@_operation(_F, _emit_load)
def load_row(array, row, column):
    """Return WIDTH values of a row (in, 2-d float32, columns side by side)."""
    return array[row, column : column + WIDTH]


@_operation(None, _emit_prefetch)
def prefetch(array, row, column):
    """Have the cache line of an element (in, 2-d) fetched, to be there when it is read."""


@_operation(_F, _emit_spread)
def spread(array, row, column):
    """Return one value of `array` (in, 2-d float32) in every lane."""
    return np.full(WIDTH, array[row, column], dtype=np.float32)


@_operation(types.uint32, _emit_due)
def due_bits(times, labels, limits, start):
    """Return a bit for each lane j with not times[start + j] > limits[labels[start + j]].

    `times`, `limits` (in, 1-d float32, contiguous); `labels` (in, 1-d unsigned, contiguous).
    """
    part = slice(start, start + WIDTH)
    late = ~(times[part] > limits[labels[part]])
    return np.uint32(sum(int(bit) << j for j, bit in enumerate(late)))


@_operation(types.uint32, _emit_late)
def late_bits(times, start, limit):
    """Return a bit for each lane j with not times[start + j] > limit, see `due_bits`."""
    late = ~(times[start : start + WIDTH] > limit)
    return np.uint32(sum(int(bit) << j for j, bit in enumerate(late)))


@_operation(types.uint32, _emit_lowest)
def lowest_bit(bits):
    """Return the number of the lowest bit that is set in a uint32 other than 0."""
    return np.uint32((int(bits) & -int(bits)).bit_length() - 1)


@_operation(None, _emit_store)
def store(array, start, values):
    """Write lanes to `array` (out, 1-d of their type, contiguous) from `start` on."""
    array[start : start + WIDTH] = values


@_operation(_F, _emit_add_square)
def add_square(s, u, c):
    """Return s + (u - c)^2, lane by lane."""
    return s + (u - c) * (u - c)


@_operation(_F, lambda c, b, kinds, v: _emit_choice(c, b, kinds, (v[0], v[1], v[0], v[1])))
def lower(a, b):
    """Return the lesser of two values, lane by lane."""
    return np.where(a < b, a, b)


@_operation(_F, lambda c, b, kinds, v: _emit_choice(c, b, kinds, (v[0], v[1], v[1], v[0])))
def larger(a, b):
    """Return the greater of two values, lane by lane."""
    return np.where(a < b, b, a)


@_operation(types.float32, lambda context, builder, kinds, v: _emit_extreme(builder, ">", v))
def greatest(values):
    """Return the greatest of the lanes."""
    return values.max()


@_operation(types.float32, lambda context, builder, kinds, v: _emit_extreme(builder, "<", v))
def least(values):
    """Return the least of the lanes."""
    return values.min()


@_operation(_I, _emit_choice)
def pick(a, b, yes, no):
    """Return `yes` where a < b, else `no`: lanes of int32."""
    return np.where(a < b, yes, no)
