"""How LLVM is told of products of bytes: the other half of `kernels.screen`.

An instruction of AVX-512 VNNI multiplies 64 pairs of bytes and adds them up, 4 to a lane, one of
AVX-VNNI 32; of AVX2 it takes four for 32. 425 billion products a second and core (AMD Zen 5) stand
against 60 billion squared differences of float32.
"""

from llvmlite import binding, ir
from numba import types
from numba.core import cgutils, config

from kmeans_engine.runtime.llvm import WIDTH, filled, lane_numbers

__all__ = ["DIRECT", "FAST", "GROUP", "TILE", "multiply", "screen"]

TILE = 64
"""Points that are screened together: four vectors of lanes."""

_BYTE, _I16, _I32, _I64 = (ir.IntType(bits) for bits in (8, 16, 32, 64))
_LANES = ir.VectorType(_I32, WIDTH)
_VECTORS = TILE // WIDTH


def _features() -> set[str]:
    """Return what the processor that Numba compiles for is able to do."""
    # `config` makes its names as it is imported.
    features, name = (getattr(config, key) for key in ("CPU_FEATURES", "CPU_NAME"))
    if features is not None:
        return {feature[1:] for feature in features.split(",") if feature.startswith("+")}
    if name is not None:
        return set()
    return {name for name, there in binding.get_host_cpu_features().items() if there}


_ABLE = _features()
_WIDE = "avx512vnni" in _ABLE
DIRECT = _WIDE or "avxvnni" in _ABLE
"""Whether one instruction multiplies bytes and adds up: 7 times as fast as scores, or 3.5 times."""

FAST = DIRECT or "avx2" in _ABLE
"""Whether products of bytes are faster than scores at all: 1.6 times with AVX2."""

GROUP = 6 if _WIDE else 4
"""Centroids that are screened together; with the vectors beside them, they fill the registers."""
_BESIDE = 4 if _WIDE else 1


def _constant(kind, value):
    return ir.Constant(kind, [value] * kind.count)


def _intrinsic(builder, name, result, argument, count):
    kind = ir.FunctionType(result, [argument] * count)
    return cgutils.get_or_insert_function(builder.module, kind, name)


def _halves(builder, function, *vectors):
    """Return what a function makes of the lower and of the upper lanes of vectors."""
    pieces = []
    for first in (0, WIDTH // 2):
        half = lane_numbers(range(first, first + WIDTH // 2))
        pieces.append(function(*(builder.shuffle_vector(v, v, half) for v in vectors)))
    return builder.shuffle_vector(*pieces, lane_numbers(range(WIDTH)))


def _wide(builder, total, u, c):
    call = _intrinsic(builder, "llvm.x86.avx512.vpdpbusd.512", _LANES, _LANES, 3)
    return builder.call(call, [total, u, c])


def _half(builder, total, u, c):
    lanes = ir.VectorType(_I32, WIDTH // 2)
    call = _intrinsic(builder, "llvm.x86.avx512.vpdpbusd.256", lanes, lanes, 3)
    return _halves(builder, lambda *parts: builder.call(call, parts), total, u, c)


def _pairs(builder, total, u, c):
    """Add the products of the even bytes and those of the odd ones, as 16 bits, in pairs."""
    lanes, narrow = ir.VectorType(_I32, WIDTH // 2), ir.VectorType(_I16, WIDTH)
    eight = _constant(narrow, 8)
    call = _intrinsic(builder, "llvm.x86.avx2.pmadd.wd", lanes, narrow, 2)

    def add(total, u, c):
        u, c = builder.bitcast(u, narrow), builder.bitcast(c, narrow)
        even = builder.and_(u, _constant(narrow, 255)), builder.ashr(builder.shl(c, eight), eight)
        odd = builder.lshr(u, eight), builder.ashr(c, eight)
        sums = [builder.call(call, pair) for pair in (even, odd)]
        return builder.add(total, builder.add(*sums))

    return _halves(builder, add, total, u, c)


def _plain(builder, total, u, c):
    for shift in (0, 8, 16, 24):
        byte = builder.and_(builder.lshr(u, _constant(_LANES, shift)), _constant(_LANES, 255))
        signed = builder.ashr(builder.shl(c, _constant(_LANES, 24 - shift)), _constant(_LANES, 24))
        total = builder.add(total, builder.mul(byte, signed))
    return total


def _add_products(builder, total, u, c):
    """Return `total` plus the products of four unsigned and four signed bytes in each lane."""
    for name, add in (("avx512vnni", _wide), ("avxvnni", _half), ("avx2", _pairs)):
        if name in _ABLE:
            return add(builder, total, u, c)
    return _plain(builder, total, u, c)


def _arrays(context, builder, kinds, values, places):
    return [context.make_array(kinds[i])(context, builder, values[i]) for i in places]


def _lanes_at(builder, pointer, vector):
    at = builder.gep(pointer, [ir.Constant(_I64, WIDTH * vector)])
    return builder.bitcast(at, _LANES.as_pointer())


def _multiply(builder, x, words, base, rows, consume):
    """Call ``consume(v, totals)`` for each vector of lanes, with a total for each of `rows`."""
    n_words = cgutils.unpack_tuple(builder, words.shape, 2)[1]
    starts = [builder.gep(words.data, [builder.mul(row, n_words)]) for row in rows]
    first = [filled(builder, builder.load(builder.gep(base.data, [row]))) for row in rows]
    for start in range(0, _VECTORS, _BESIDE):
        vectors = range(start, start + _BESIDE)
        totals = {v: [cgutils.alloca_once(builder, _LANES) for _ in rows] for v in vectors}
        for v in vectors:
            for total, value in zip(totals[v], first, strict=True):
                builder.store(value, total)
        with cgutils.for_range(builder, n_words) as loop:
            row = builder.gep(x.data, [builder.mul(loop.index, ir.Constant(_I64, TILE))])
            u = {v: builder.load(_lanes_at(builder, row, v), align=4) for v in vectors}
            for k, begin in enumerate(starts):
                c = filled(builder, builder.load(builder.gep(begin, [loop.index])))
                for v in vectors:
                    total = totals[v][k]
                    builder.store(_add_products(builder, builder.load(total), u[v], c), total)
        for v in vectors:
            consume(v, [builder.load(total) for total in totals[v]])


def _group(context, builder, kind, first):
    first = context.cast(builder, first, kind, types.intp)
    return [builder.add(first, ir.Constant(_I64, k)) for k in range(GROUP)]


def screen(context, builder, kinds, values):
    x, words, base, bars, masks, rest, runner = _arrays(
        context, builder, kinds, values, (0, 1, 2, 4, 5, 6, 7)
    )
    rows = _group(context, builder, kinds[3], values[3])

    def consume(v, totals):
        bar = builder.load(_lanes_at(builder, bars.data, v), align=4)
        places = [_lanes_at(builder, array.data, v) for array in (rest, runner)]
        most, which = (builder.load(place, align=4) for place in places)
        for row, total in zip(rows, totals, strict=True):
            passed = builder.icmp_signed(">=", total, bar)
            mask = builder.bitcast(builder.gep(masks.data, [row]), _I16.as_pointer())
            mask = builder.gep(mask, [ir.Constant(_I64, v)])
            builder.store(builder.bitcast(passed, _I16), mask)
            more = builder.and_(builder.icmp_signed(">", total, most), builder.not_(passed))
            most = builder.select(more, total, most)
            which = builder.select(more, filled(builder, builder.trunc(row, _I32)), which)
        for value, place in zip((most, which), places, strict=True):
            builder.store(value, place, align=4)

    _multiply(builder, x, words, base, rows, consume)


def multiply(context, builder, kinds, values):
    x, words, base, out = _arrays(context, builder, kinds, values, (0, 1, 2, 4))
    rows = _group(context, builder, kinds[3], values[3])

    def consume(v, totals):
        for k, total in enumerate(totals):
            line = builder.gep(out.data, [ir.Constant(_I64, k * TILE)])
            builder.store(total, _lanes_at(builder, line, v), align=4)

    _multiply(builder, x, words, base, rows, consume)
