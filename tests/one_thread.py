"""The kernels of a GPU as machine code of the processor: one block of one thread.

The simulator runs them as Python, whose integers have no size. Here Numba compiles their source,
with the types that it gives them on a device, and with products and sums contracted wherever they
may be; a barrier is nothing, and an atomic addition an addition. So they run on many points, too.
"""

import ast
import importlib
import sys
import types
from pathlib import Path

import numba
import numpy as np

import kmeans_engine.kernels.cuda as package

PLACES = {"threadIdx": 0, "blockIdx": 0, "gridDim": 1}


@numba.njit
def add_to(array, index, value):
    """Add to a place of an array, and return what it held."""
    old = array[index]
    array[index] = old + value
    return old


@numba.njit
def dadd_rn(a, b):
    return a + b


@numba.njit
def dmul_rn(a, b):
    return a * b


@numba.njit
def double_as_longlong(x):
    return np.array([np.float64(x)]).view(np.int64)[0]


@numba.njit
def mul64hi(a, b):
    """Return the upper word of a product of two numbers of at most 62 bits."""
    a_high, a_low, b_high, b_low = a >> 31, a & 0x7FFFFFFF, b >> 31, b & 0x7FFFFFFF
    middle = a_high * b_low + a_low * b_high + ((a_low * b_low) >> 31)
    return (a_high * b_high + (middle >> 31)) >> 2


class _OneThread(ast.NodeTransformer):
    """Replaces what asks for other threads."""

    def visit_Name(self, node):
        return ast.Constant(1) if node.id in ("THREADS", "TEAM") and _is_read(node) else node

    def visit_Attribute(self, node):
        self.generic_visit(node)
        inner = node.value
        if isinstance(inner, ast.Attribute) and inner.attr in PLACES and node.attr == "x":
            return ast.Constant(PLACES[inner.attr])
        return node

    def visit_Call(self, node):
        self.generic_visit(node)
        match ast.unparse(node.func):
            case "cuda.syncthreads":
                return ast.Constant(0)
            case "cuda.syncthreads_count":
                return node.args[0]
            case "cuda.atomic.add":
                return ast.Call(ast.Name("add_to", ast.Load()), node.args, [])
            case "cuda.shared.array" | "cuda.local.array":
                shape, kind = node.args
                dtype = ast.Attribute(ast.Name("np", ast.Load()), kind.id, ast.Load())
                return ast.Call(ast.parse("np.empty", mode="eval").body, [shape, dtype], [])
        return node


def _is_read(node):
    return isinstance(node.ctx, ast.Load)


def _compiling(contract):
    """Return what stands for `kernels.cuda.compiling`."""
    made = types.ModuleType("compiling")

    def compiled(function):
        flags = {"contract"} if contract else False
        return numba.njit(function, fastmath=flags, error_model="numpy")

    made.SIMULATED, made.THREADS = False, 1
    made.kernel = made.device_function = compiled
    return made


def load():
    """Return the modules of the kernels, by name, made for one thread."""
    made, folder = {}, Path(package.__file__).parent
    device = types.SimpleNamespace(
        dadd_rn=dadd_rn, dmul_rn=dmul_rn, double_as_longlong=double_as_longlong, mul64hi=mul64hi
    )
    for name in ("arithmetic", "lists", "settle", "products", "look", "define", "sums", "rows"):
        tree = _OneThread().visit(ast.parse((folder / f"{name}.py").read_text("utf-8")))
        module = types.ModuleType(f"one_thread_{name}")
        module.__dict__.update(add_to=add_to, np=np)
        known = {
            **{f"{package.__name__}.{other}": there for other, there in made.items()},
            f"{package.__name__}.compiling": _compiling(name not in ("arithmetic", "products")),
            "numba.cuda.libdevice": device,
        }
        before = {key: sys.modules.get(key) for key in known}
        sys.modules.update(known)
        try:
            exec(compile(ast.fix_missing_locations(tree), name, "exec"), module.__dict__)
        finally:
            for key, there in before.items():
                if there is None:
                    del sys.modules[key]
                else:
                    sys.modules[key] = there
        made[name] = module
    return made


class Launcher:
    """A kernel as the host launches it, on the arrays of the simulator."""

    def __init__(self, function):
        self.function = function

    def __getitem__(self, _):
        return self

    def __call__(self, *args):
        self.function(*(getattr(arg, "_ary", arg) for arg in args))


def use(monkeypatch, strategy="kmeans_engine.strategies.cuda"):
    """Let the strategy launch these kernels."""
    made = load()
    cascade, sums, assigner = (
        importlib.import_module(f"{strategy}.{name}") for name in ("cascade", "sums", "assigner")
    )
    look = made["look"].look_kernel
    monkeypatch.setattr(cascade, "look_kernel", lambda n: Launcher(look(n)))
    monkeypatch.setattr(cascade, "define", Launcher(made["define"].define))
    monkeypatch.setattr(sums, "accumulate", Launcher(made["sums"].accumulate))
    monkeypatch.setattr(sums, "move", Launcher(made["sums"].move))
    monkeypatch.setattr(sums, "gather", Launcher(made["rows"].gather))
    monkeypatch.setattr(sums, "is_shared_memory_enough", lambda size: False)
    monkeypatch.setattr(assigner, "sift", Launcher(made["lists"].sift))
