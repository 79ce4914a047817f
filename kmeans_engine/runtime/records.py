"""Records: many arrays and numbers as one argument of a kernel.

A record takes its arrays apart once, when it is made, into words of native memory; a call passes
their address, whatever is in the record. A kernel reads ``record.field``, as plain Python does.
Arrays read so have no counter: kernels with ``counted=False`` can read them, and threads in those
with ``counted=True`` do not wait for one another. Whoever calls holds the record, and the record
holds the arrays, so no kernel may return one of them, or a view of one, to Python.

A call with one nested record takes 0.5 us, whatever is in it; with thirty arguments it took 0.8 us
without counting references and 1.3 us with. Named tuples take 4 us, and Numba's `structref` cannot
be read without counting. Making a record costs 1 us for each array, so it is made once for a run.

A field may be None: a kernel is compiled anew for that, and a function that it gives the field to
as an argument without the branches for anything else.
Guarded by tests/kmeans_engine/runtime/test_records.py.
"""

import ctypes
import hashlib
import inspect
import os
import struct
from typing import Any, ClassVar, NoReturn, dataclass_transform

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import typeof, types
from numba.core.typing.templates import AttributeTemplate, infer_getattr
from numba.extending import NativeValue, lower_getattr_generic, models, register_model, unbox
from numba.np.arrayobj import populate_array

__all__ = ["Record"]

_DISABLED = os.environ.get("NUMBA_DISABLE_JIT", "0") not in ("", "0")
_WORD = ir.IntType(64)


_HEAD, _at = object.__basicsize__, ctypes.c_ssize_t.from_address


def _address(array: npt.NDArray[Any]) -> int:
    """Return where an array begins: `ctypes.data` takes 0.8 us to tell, this 0.3.

    The pointer is the first member of NumPy's C struct, which its ABI promises.
    """
    return _at(id(array) + _HEAD).value


@dataclass_transform(eq_default=False, kw_only_default=True, frozen_default=True)
class Record:
    """Base of records: frozen, of arrays, numbers, None and other records, given by their names."""

    # By types of the fields: the type of the record, and how its words are packed.
    _plans: ClassVar[dict[tuple[Any, ...], tuple["_RecordType", struct.Struct]]]
    _names: ClassVar[tuple[str, ...]]

    def __init_subclass__(cls) -> None:
        cls._plans = {}
        cls._names = tuple(inspect.get_annotations(cls))

    def __init__(self, **fields: Any) -> None:
        # A dataclass would take twice as long.
        names, own = self._names, self.__dict__
        try:
            for name in names:
                own[name] = fields[name]
        except KeyError:
            fields = {}
        if len(fields) != len(names):
            raise TypeError(f"{type(self).__name__} needs the fields {', '.join(names)}")
        if not _DISABLED:
            self._pack()

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a record is frozen: {name} cannot be set")

    def _pack(self) -> None:
        facts: list[Any] = []
        words: list[Any] = []
        for value in self.__dict__.values():
            if isinstance(value, np.ndarray):
                facts += (value.dtype, value.ndim, value.flags.num)
                words.append(_address(value))
                words += value.shape
                words += value.strides
            elif isinstance(value, Record):
                facts.append(value.__dict__["_numba_type_"])
                words.append(value.__dict__["_address"])
            elif value is None:
                facts.append(None)
                words.append(0)
            else:
                facts.append(value.dtype if isinstance(value, np.generic) else type(value))
                words.append(value)
        plan = self._plans.get(tuple(facts))
        if plan is None:
            plan = self._plans.setdefault(tuple(facts), self._plan())
        kind, form = plan
        memory = np.empty(len(words), dtype=np.int64)
        form.pack_into(memory.data, 0, *words)
        # Numba looks for `_numba_type_`, and `_unbox` for `_address`; `_memory` keeps that valid.
        self.__dict__.update(_numba_type_=kind, _address=memory.ctypes.data, _memory=memory)

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a record holds addresses: make another one, it cannot be copied")

    def _plan(self) -> tuple["_RecordType", struct.Struct]:
        kind = _RecordType(
            f"{type(self).__module__}.{type(self).__qualname__}",
            tuple((name, typeof(value)) for name, value in self.__dict__.items()),
        )
        form = ""
        for name, value in self.__dict__.items():
            field = kind.at[name][0]
            if isinstance(field, types.Array):
                form += f"{1 + 2 * field.ndim}q"
            elif isinstance(field, _RecordType | types.NoneType):
                form += "q"
            elif isinstance(field, types.Number | types.Boolean):
                dtype = np.asarray(value).dtype
                form += f"{dtype.char}{8 - dtype.itemsize}x"
            else:
                raise TypeError(f"{name}={value!r} cannot be a field of a record")
        return kind, struct.Struct(form)


class _RecordType(types.Type):
    """What a kernel is compiled for: name of the class, names and types of the fields."""

    def __init__(self, label: str, fields: tuple[tuple[str, types.Type], ...]) -> None:
        self.label = label
        self.at: dict[str, tuple[types.Type, int]] = {}  # type of a field, and its first word
        word = 0
        for name, kind in fields:
            self.at[name] = kind, word
            word += 1 + 2 * kind.ndim if isinstance(kind, types.Array) else 1
        super().__init__(name=f"{label}({', '.join(f'{name}: {kind}' for name, kind in fields)})")

    @property
    def mangling_args(self) -> tuple[str, tuple[()]]:
        """A short name, alike in each process: symbols of kilobytes would take their time."""
        return f"{self.label}_{hashlib.blake2s(self.name.encode(), digest_size=8).hexdigest()}", ()


@register_model(_RecordType)
class _RecordModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: _RecordType) -> None:
        super().__init__(manager, kind, _WORD.as_pointer())


@unbox(_RecordType)
def _unbox(kind: _RecordType, record: Any, c: Any) -> NativeValue:
    number = c.pyapi.object_getattr_string(record, "_address")
    address = c.pyapi.long_as_voidptr(number)
    c.pyapi.decref(number)
    return NativeValue(c.builder.bitcast(address, _WORD.as_pointer()))


@infer_getattr
class _Fields(AttributeTemplate):
    key = _RecordType

    def generic_resolve(  # type: ignore[override]
        self, kind: _RecordType, name: str
    ) -> types.Type | None:
        return kind.at[name][0] if name in kind.at else None


@lower_getattr_generic(_RecordType)
def _read(context: Any, builder: Any, kind: _RecordType, record: Any, name: str) -> Any:
    field, first = kind.at[name]
    if isinstance(field, types.NoneType):
        return context.get_dummy_value()

    def load(word: int, of: Any = _WORD) -> Any:
        place = builder.gep(record, [ir.Constant(_WORD, first + word)], inbounds=True)
        value = builder.load(builder.bitcast(place, of.as_pointer()))
        # Nothing that a kernel stores changes it: LLVM need not read it again.
        value.set_metadata("invariant.load", builder.module.add_metadata([]))
        return value

    if not isinstance(field, types.Array):
        model = context.data_model_manager[field]
        return model.from_data(builder, load(0, model.get_data_type()))
    array, n = context.make_array(field)(context, builder), field.ndim
    size = context.get_abi_sizeof(context.get_data_type(field.dtype))
    populate_array(
        array,
        data=builder.inttoptr(load(0), array.data.type),
        shape=[load(1 + axis) for axis in range(n)],
        strides=[load(1 + n + axis) for axis in range(n)],
        itemsize=context.get_constant(types.intp, size),
        meminfo=None,  # no counter
    )
    return array._getvalue()
