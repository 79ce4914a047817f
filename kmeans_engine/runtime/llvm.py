"""How LLVM is told of vectors of sixteen lanes: the other half of `kernels.vector`.

After the helpers, each function writes the instructions of the operation of that name there. Numba
calls it with its context and builder, the types of the arguments (`kinds`), and their values.
"""

import os

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

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


FLOATS, INTEGERS = _Vector("float32"), _Vector("int32")
FLOAT, BITS, COUNT = types.float32, types.uint32, types.int64
_I32, _I64 = ir.IntType(32), ir.IntType(64)


def operation(result, emit):
    """Replace a function by instructions: ``emit(context, builder, types, values)``.

    `result` is the type returned, or what tells it by the types of the arguments, or None.
    """

    def decorate(plain):
        if _DISABLED:
            return plain

        def typed(*arguments):
            def generate(context, builder, signature, values):
                value = emit(context, builder, signature.args, values)
                return context.get_dummy_value() if value is None else value

            kind = types.void if result is None else result
            if not isinstance(kind, types.Type):
                kind = kind(*arguments)
            return kind(*arguments), generate

        # Numba passes the typing context first, and takes no *arguments.
        wrapper = {
            1: lambda _, a: typed(a),
            2: lambda _, a, b: typed(a, b),
            3: lambda _, a, b, c: typed(a, b, c),
            4: lambda _, a, b, c, d: typed(a, b, c, d),
            5: lambda _, a, b, c, d, e: typed(a, b, c, d, e),
            8: lambda _, a, b, c, d, e, f, g, h: typed(a, b, c, d, e, f, g, h),
        }[plain.__code__.co_argcount]
        wrapper.__name__, wrapper.__doc__ = plain.__name__, plain.__doc__
        return intrinsic(wrapper)

    return decorate


def filled(builder, value):
    kind = ir.VectorType(value.type, WIDTH)
    empty = ir.Constant(kind, ir.Undefined)
    first = builder.insert_element(empty, value, ir.Constant(_I32, 0))
    return builder.shuffle_vector(first, empty, lane_numbers([0] * WIDTH))


def lane_numbers(numbers):
    return ir.Constant(ir.VectorType(_I32, len(numbers)), list(numbers))


def _address(context, builder, kinds, values):
    """Return a pointer to the element of an array, ``values[0]``, at the indices that follow."""
    kind, array, indices = kinds[0], values[0], values[1:]
    fields = context.make_array(kind)(context, builder, array)
    strides = cgutils.unpack_tuple(builder, fields.strides, kind.ndim)
    if kind.layout == "C":  # known, so that a loop over a row becomes one over vectors
        size = context.get_abi_sizeof(context.get_data_type(kind.dtype))
        strides[-1] = ir.Constant(strides[-1].type, size)
    offset = ir.Constant(strides[0].type, 0)
    for of, index, stride in zip(kinds[1:], indices, strides, strict=True):
        index = context.cast(builder, index, of, types.intp)
        offset = builder.add(offset, builder.mul(index, stride))
    start = builder.bitcast(fields.data, ir.IntType(8).as_pointer())
    return builder.bitcast(builder.gep(start, [offset]), fields.data.type)


def _vector_at(builder, pointer):
    return builder.bitcast(pointer, ir.VectorType(pointer.type.pointee, WIDTH).as_pointer())


def _bits(builder, lanes):
    return builder.zext(builder.bitcast(lanes, ir.IntType(WIDTH)), _I32)


def _choose(builder, a, b, yes, no):
    """Return `yes` where a < b, else `no`."""
    return builder.select(builder.fcmp_ordered("<", a, b), yes, no)


def _halve(builder, sign, value):
    """Compare half of the lanes with the other until one is left."""
    lanes = WIDTH
    while lanes > 1:
        lanes //= 2
        numbers = [lane + lanes if lane < lanes else 0 for lane in range(WIDTH)]
        empty = ir.Constant(value.type, ir.Undefined)
        other = builder.shuffle_vector(value, empty, lane_numbers(numbers))
        value = builder.select(builder.fcmp_ordered(sign, other, value), other, value)
    return builder.extract_element(value, ir.Constant(_I32, 0))


def fill(context, builder, kinds, values):
    return filled(builder, values[0])


def load(context, builder, kinds, values):
    pointer = _address(context, builder, kinds, values)
    return builder.load(_vector_at(builder, pointer), align=kinds[0].dtype.bitwidth // 8)


def value(context, builder, kinds, values):
    held = builder.load(_address(context, builder, kinds, values))
    kind = kinds[0].dtype
    if kind == types.int16:
        # The exponent counts from 15 in place of 127; denormal numbers come right as well.
        bits = builder.zext(held, _I32)
        sign = builder.shl(builder.and_(bits, ir.Constant(_I32, 0x8000)), ir.Constant(_I32, 16))
        size = builder.shl(builder.and_(bits, ir.Constant(_I32, 0x7FFF)), ir.Constant(_I32, 13))
        size = builder.fmul(
            builder.bitcast(size, ir.FloatType()), ir.Constant(ir.FloatType(), 2.0**112)
        )
        bits = builder.or_(sign, builder.bitcast(size, _I32))
        return builder.bitcast(bits, ir.FloatType())
    if kind == types.uint16:
        bits = builder.shl(builder.zext(held, _I32), ir.Constant(_I32, 16))
        return builder.bitcast(bits, ir.FloatType())
    result = types.float64 if kind == types.float64 else types.float32
    return context.cast(builder, held, kind, result)


def spread(context, builder, kinds, values):
    return filled(builder, builder.load(_address(context, builder, kinds, values)))


def store(context, builder, kinds, values):
    pointer = _address(context, builder, kinds[:2], values[:2])
    builder.store(values[2], _vector_at(builder, pointer), align=4)


def prefetch(context, builder, kinds, values):
    byte = ir.IntType(8).as_pointer()
    kind = ir.FunctionType(ir.VoidType(), [byte] + [_I32] * 3)
    function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
    pointer = builder.bitcast(_address(context, builder, kinds, values), byte)
    # For reading, into all caches, of data.
    builder.call(function, [pointer] + [ir.Constant(_I32, number) for number in (0, 3, 1)])


def add_square(context, builder, kinds, values):
    s, u, c = values
    t = builder.fsub(u, c, flags=_CONTRACT)
    return builder.fadd(s, builder.fmul(t, t, flags=_CONTRACT), flags=_CONTRACT)


def lower(context, builder, kinds, values):
    a, b = values
    return _choose(builder, a, b, a, b)


def larger(context, builder, kinds, values):
    a, b = values
    return _choose(builder, a, b, b, a)


def pick(context, builder, kinds, values):
    return _choose(builder, *values)


def least(context, builder, kinds, values):
    return _halve(builder, "<", values[0])


def greatest(context, builder, kinds, values):
    return _halve(builder, ">", values[0])


def due_bits(context, builder, kinds, values):
    times, labels, limits, start = values
    time = load(context, builder, (kinds[0], kinds[3]), (times, start))
    label = load(context, builder, (kinds[1], kinds[3]), (labels, start))
    wide = ir.VectorType(_I64, WIDTH)
    label = label if label.type == wide else builder.zext(label, wide)
    first = _address(context, builder, (kinds[2], types.intp), (limits, ir.Constant(_I64, 0)))
    limit = ir.Constant(ir.VectorType(ir.FloatType(), WIDTH), ir.Undefined)
    for lane in range(WIDTH):
        at = ir.Constant(_I32, lane)
        value = builder.load(builder.gep(first, [builder.extract_element(label, at)]))
        limit = builder.insert_element(limit, value, at)
    return _bits(builder, builder.not_(builder.fcmp_ordered(">", time, limit)))


def late_bits(context, builder, kinds, values):
    times, start, limit = values
    time = load(context, builder, kinds[:2], (times, start))
    return _bits(builder, builder.not_(builder.fcmp_ordered(">", time, filled(builder, limit))))


def lowest_bit(context, builder, kinds, values):
    return builder.cttz(values[0], ir.Constant(ir.IntType(1), 1))


def reserve(context, builder, kinds, values):
    total, count = values
    pointer = _address(context, builder, (kinds[0], types.intp), (total, ir.Constant(_I64, 0)))
    count = context.cast(builder, count, kinds[1], types.int64)
    return builder.atomic_rmw("add", pointer, count, "monotonic")
