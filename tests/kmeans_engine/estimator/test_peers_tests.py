"""Scikit-learn's own tests of its KMeans, run against ours.

They are those of the installed version, whose file is loaded with one import replaced. What is left
out is said below, with the reason; a new test of theirs runs by itself.
"""

import ast
import functools
import inspect
import types

import numpy as np
import pytest
from sklearn.cluster import MiniBatchKMeans
from sklearn.cluster.tests import test_k_means as theirs

from kmeans_engine.estimator import KMeans

_FUNCTION = "a function of scikit-learn's, not the class"
_PRIVATE = "calls what is private in scikit-learn's class; tested by what it is for in test_kmeans"
LEFT_OUT = {
    "test_relocate_empty_clusters": _FUNCTION,
    "test_minibatch_update_consistency": _FUNCTION,
    "test_minibatch_reassign": _FUNCTION,
    "test_k_means_function": _FUNCTION,
    "test_euclidean_distance": _FUNCTION,
    "test_inertia": _FUNCTION,
    "test_kmeans_plusplus_wrong_params": _FUNCTION,
    "test_kmeans_plusplus_output": _FUNCTION,
    "test_kmeans_plusplus_norms": _FUNCTION,
    "test_kmeans_plusplus_dataorder": _FUNCTION,
    "test_is_same_clustering": _FUNCTION,
    "test_sample_weight_init": _PRIVATE,
    "test_sample_weight_zero": _PRIVATE,
}
# These expect a cluster without points to be given another one, which is an option of ours.
RELOCATED = {
    "test_kmeans_relocated_clusters",
    "test_kmeans_empty_cluster_relocated",
    "test_kmeans_predict",
    "test_kmeans_init_auto_with_initial_centroids",
}


def loaded(kmeans):
    """Return the tests as a module in which `KMeans` is another."""
    tree = ast.parse(inspect.getsource(theirs))
    replaced = 0
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "sklearn.cluster":
            node.names = [name for name in node.names if name.name != "KMeans"]
            replaced += 1
    assert replaced == 1
    module = types.ModuleType("their_tests")
    module.__dict__.update(KMeans=kmeans, __file__=theirs.__file__)
    exec(compile(tree, theirs.__file__, "exec"), module.__dict__)
    return module


def parts(value):
    return value if isinstance(value, tuple) else (value,)


def without_mini_batches(test):
    """Return a test without the parameters that are another class; None if nothing is left."""
    marks = []
    for mark in getattr(test, "pytestmark", []):
        if mark.name == "parametrize":
            names, values = mark.args
            values = [
                value
                for value in values
                if not any(part is MiniBatchKMeans for part in parts(value))
            ]
            if not values:
                return None
            mark = pytest.mark.parametrize(names, values, **mark.kwargs).mark
        marks.append(mark)
    test.pytestmark = marks
    return test


def chosen():
    plain, relocating = loaded(KMeans), loaded(functools.partial(KMeans, empty="relocate"))
    for name, test in vars(plain).items():
        about_others = "minibatch" in name and name not in LEFT_OUT
        if name.startswith("test_") and name not in LEFT_OUT and not about_others:
            test = vars(relocating)[name] if name in RELOCATED else test
            if (test := without_mini_batches(test)) is not None:
                yield name, test


globals().update(chosen())


@pytest.fixture
def global_random_seed():
    return 42


@pytest.fixture(params=[np.float32, np.float64])
def global_dtype(request):
    return request.param


def test_what_is_left_out_exists():
    names = set(vars(theirs))
    assert set(LEFT_OUT) | RELOCATED <= names
