import warnings

import numpy as np
import pytest
from pictures import state

from renderers.errors import InvalidOption
from renderers.plane.plane import BASE
from renderers.plane.view import View
from renderers.stage.scenes import make_scene


def test_two_features_are_the_plane_with_five_per_cent_around():
    points = np.array([[0.0, -10.0], [4.0, 10.0], [1.0, 3.0]])
    view = View(points)
    assert np.array_equal(view.plane.project(points), points)
    assert view.limits == pytest.approx((-0.2, 4.2, -11.0, 11.0))
    assert view.labels == ("", "")
    assert not view.plane.is_line


def test_one_feature_lies_along_a_line_with_a_steady_spread():
    points = np.arange(50.0)
    view = View(points, names=["weight"])
    rows = np.arange(50)
    xy = view.plane.project(points[:, None], rows)
    assert np.array_equal(xy[:, 0], points)
    assert len(np.unique(xy[:, 1])) == 50 and xy[:, 1].min() > 0 and xy[:, 1].max() < 1
    assert np.array_equal(view.plane.project(points[7:9, None], rows[7:9]), xy[7:9])
    assert np.array_equal(view.plane.project(np.array([[3.0]])), [[3.0, BASE]])
    assert view.labels == ("weight", "") and view.limits[2:] == (0.0, 1.0)
    assert view.plane.is_line


def test_many_features_are_two_principal_components():
    rng = np.random.default_rng(0)
    points = rng.normal(size=(500, 4)) * [10.0, 3.0, 0.1, 0.1] + [1e6, 0, 5, 0]
    view = View(points)
    xy = view.plane.project(points)
    centred = points - points.mean(axis=0)
    _, s, vt = np.linalg.svd(centred, full_matrices=False)
    expected = centred @ vt[:2].T
    assert np.allclose(np.abs(xy), np.abs(expected), atol=1e-6)
    share = s**2 / (s**2).sum()
    assert view.labels == (
        f"principal component 1 ({share[0]:.0%})",
        f"principal component 2 ({share[1]:.0%})",
    )


def test_the_sign_of_a_component_follows_its_largest_loading():
    rng = np.random.default_rng(1)
    points = rng.normal(size=(200, 3)) * [5.0, 2.0, 1.0]
    a, b = View(points), View(points[::-1])
    assert np.allclose(a.plane.project(points), b.plane.project(points))
    xy = a.plane.project(points)
    assert np.corrcoef(xy[:, 0], points[:, 0])[0, 1] > 0.9
    assert np.corrcoef(xy[:, 1], points[:, 1])[0, 1] > 0.9


def test_a_row_has_the_same_place_in_any_company():
    points = np.random.default_rng(2).normal(size=(999, 17)).astype(np.float32)
    view = View(points)
    whole = view.plane.project(points)
    rows = np.array([0, 5, 6, 7, 500, 998])
    assert np.array_equal(view.plane.project(points[rows], rows), whole[rows])
    parts = view.plane.project(points[:400]), view.plane.project(points[400:])
    assert np.array_equal(np.vstack(parts), whole)


def test_any_two_features_can_be_chosen():
    points = np.arange(12.0).reshape(3, 4)
    view = View(points, axes=(3, 1), names=["a", "b", "c", "d"])
    assert np.array_equal(view.plane.project(points), points[:, [3, 1]])
    assert view.labels == ("d", "b")
    assert View(points, axes=(0, 2)).labels == ("feature 0", "feature 2")


def test_the_picture_is_in_drawn_units():
    points = np.array([[-1.0, 2.0], [1.0, 0.0]])
    view = View(points, offset=[100.0, 0.0], scale=[10.0, -1.0])
    assert np.array_equal(view.plane.project(points), [[90.0, -2.0], [110.0, 0.0]])
    assert view.limits == pytest.approx((89.0, 111.0, -2.1, 0.1))
    scaled = View(np.random.default_rng(0).normal(size=(9, 3)), scale=[1.0, 2.0, 3.0])
    assert "component 1 of the scaled features (" in scaled.labels[0]


@pytest.mark.parametrize(
    ("axes", "features", "words"),
    [
        ((0, 4), 4, r"two different features of 0\.\.3"),
        ((-1, 0), 4, r"two different features of 0\.\.3"),
        ((1, 1), 4, "two different features"),
        ((0, 1, 2), 4, "two column numbers"),
        (("a", "b"), 4, "two column numbers"),
        ((0, 1), 1, "the points have 1: leave axes out"),
    ],
)
def test_axes_that_cannot_be_drawn(axes, features, words):
    with pytest.raises(InvalidOption, match=words) as caught:
        View(np.zeros((3, features)), axes=axes)
    assert "\n" not in str(caught.value)


# With the scale of the picture: an engine takes no points whose squared distances overflow.
DEGENERATE = {
    "one point": ([[3.0, 4.0]], 1.0),
    "zeros": (np.zeros((5, 2)), 1.0),
    "constant column": ([[1e6, 0.0], [1e6, 1.0]], 1.0),
    "huge": ([[1e150, -1e150], [-1e150, 1e150]], 1e150),
    "largest": ([[1.7e150, 0.0], [-1.7e150, 1.0]], 1e158),
    "huge constant": ([[1e150, 0.0], [1e150, 1.0]], -1e150),
    "denormal": ([[5e-324, 0.0], [0.0, 1e-310]], 1.0),
    "nearly constant": ([[1.0, 1.0], [1.0 + 2e-16, 1.0]], 1.0),
    "three features": (np.zeros((4, 3)), 1.0),
    "three huge features": ([[1e150, 0, 1], [-1e150, 1, 2], [3, 4, 5]], 1.0),
    "three denormal features": (np.full((4, 3), 5e-324) * np.arange(4)[:, None], 1.0),
    "one feature": ([[7.0]], 1.0),
    "integers": (np.array([[1, 2], [3, 4]], dtype=np.uint8), -2.0),
    "fortran": (np.asfortranarray(np.arange(12.0).reshape(6, 2)), 1.0),
    "strided": (np.arange(24.0).reshape(6, 4)[::-2, ::-2], -1.0),
}


@pytest.mark.parametrize("name", DEGENERATE)
def test_degenerate_data_has_sound_limits(name):
    points, scale = DEGENERATE[name]
    points = np.asarray(points)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        view = View(points, scale=np.full(points.shape[1], scale))
        xy = view.plane.project(points, np.arange(len(points)))
    xmin, xmax, ymin, ymax = view.limits
    assert np.isfinite([xmin, xmax, ymin, ymax, xmax - xmin, ymax - ymin]).all()
    assert xmin < xmax and ymin < ymax
    if name != "largest":  # clamped, so that the width of the axis is a float64
        assert (xy[:, 0] >= xmin).all() and (xy[:, 0] <= xmax).all()
        assert (xy[:, 1] >= ymin).all() and (xy[:, 1] <= ymax).all()


def test_points_on_disk_stay_there(tmp_path):
    path = tmp_path / "points.npy"
    np.save(path, np.random.default_rng(0).normal(size=(1000, 2)).astype(np.float32))
    mapped = np.load(path, mmap_mode="r")
    view = View(mapped)
    assert np.shares_memory(view.points.parts[0].points, mapped)
    assert view.limits == View(np.array(mapped)).limits


def test_a_scene_has_one_panel():
    points = np.random.default_rng(0).normal(size=(10, 3))
    scene = make_scene(
        state(points, np.zeros(10), points[:4]), title="t", axes=(2, 0), names=["a", "b", "c"]
    )
    (panel,) = scene.panels
    assert scene.title == "t" and panel.k == 4 and panel.title == ""
    assert panel.view.labels == ("c", "a")


@pytest.mark.parametrize(
    ("features", "axes"), [(1, None), (2, None), (2, (1, 0)), (5, None), (5, (3, 1))]
)
def test_a_value_is_moved_to_a_place_and_no_farther_than_needed(features, axes):
    rng = np.random.default_rng(features)
    points = rng.normal(size=(200, features))
    scaled = (
        {}
        if features == 5 and axes is None
        else {"offset": np.arange(1.0, features + 1), "scale": np.full(features, 3.0)}
    )
    view = View(points, axes=axes, **scaled)
    place = np.array([0.4, BASE])
    moved = view.plane.moved(points[0], place)
    assert np.allclose(view.plane.project(moved[None])[0], place)
    step = moved - points[0]
    # At right angles to every direction that the picture does not show.
    project = view.plane.project
    turn = project(np.eye(features)) - project(np.zeros((1, features)))
    back = turn @ np.linalg.lstsq(turn, step, rcond=None)[0]
    assert np.allclose(back, step)


def test_other_axes_of_the_same_points_in_the_same_units():
    points = np.random.default_rng(0).normal(size=(30, 4))
    names, offset, scale = ["a", "b", "c", "d"], np.arange(4.0), np.full(4, 2.0)
    view = View(points, names=names, offset=offset, scale=scale)
    other = view.with_axes((3, 1))
    assert other.points is view.points
    assert (other.axes, other.labels) == ((3, 1), ("d", "b"))
    drawn = other.plane.project(points[:5])
    np.testing.assert_array_equal(drawn, points[:5, [3, 1]] * 2 + [3, 1])
    assert other.with_axes(None).labels == view.labels
