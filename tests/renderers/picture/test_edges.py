import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from renderers.picture.borders import Borders
from renderers.picture.edges import border_lines, voronoi
from renderers.plane.placement import Box
from renderers.plane.view import View

LOW, HIGH = np.array([0.0, 0.0]), np.array([4.0, 3.0])


def test_two_sites_are_parted_halfway():
    (edge,) = voronoi(np.array([[1.0, 1.0], [3.0, 1.0]]), LOW, HIGH)
    assert sorted(edge.round(9).tolist()) == [[2.0, 0.0], [2.0, 3.0]]


def test_four_corners_meet_in_the_middle():
    sites = np.array([[1, 1], [3, 1], [1, 2], [3, 2]], dtype=float)
    edges = voronoi(sites, LOW, HIGH)
    assert len(edges) == 4
    assert all(any(np.allclose(end, [2, 1.5]) for end in edge) for edge in edges)


@given(st.integers(0, 10**6), st.integers(2, 12))
def test_an_edge_is_as_far_from_two_sites_and_from_no_other_nearer(seed, k):
    rng = np.random.default_rng(seed)
    sites = rng.random((k, 2)) * (4, 3)
    edges = voronoi(sites, LOW, HIGH)
    assert len(edges) >= 1
    middles = edges.mean(axis=1)
    distances = np.sort(np.linalg.norm(middles[:, None] - sites, axis=2), axis=1)
    assert np.allclose(distances[:, 0], distances[:, 1])
    assert (edges >= LOW - 1e-9).all() and (edges <= HIGH + 1e-9).all()


@pytest.mark.parametrize(
    "sites",
    [
        [[1.0, 1.0], [1.0, 1.0]],
        [[np.nan, 1.0], [1.0, 1.0]],
        [[np.inf, 0.0], [1.0, 1.0]],
        [[1.0, 1.0]],
    ],
)
def test_sites_without_borders(sites):
    assert voronoi(np.array(sites), LOW, HIGH).shape == (0, 2, 2)


@pytest.mark.parametrize("axes", [None, (1, 0)])
@pytest.mark.parametrize("scale", [None, [3.0, 0.2]])
def test_lines_lie_where_the_mask_has_its_borders(axes, scale):
    rng = np.random.default_rng(0)
    points = rng.normal(size=(200, 2))
    view = View(points, axes=axes, scale=scale)
    box = Box(30, 20, 400, 300)
    placed = view.placed(box)
    pixels, cover = Borders(view, placed, 1.0).mask(points[:9])
    lines = border_lines(points[:9], view.plane, placed)
    steps = np.linspace(0.01, 0.99, 99)[None, :, None]
    xy = (lines[:, :1] * (1 - steps) + lines[:, 1:] * steps).reshape(-1, 2) - box[:2]
    mask = np.zeros((300, 400), bool)
    mask.reshape(-1)[pixels[cover > 0]] = True
    grown = mask.copy()
    grown[1:] |= mask[:-1]
    grown[:-1] |= mask[1:]
    grown[:, 1:] |= grown[:, :-1].copy()
    grown[:, :-1] |= grown[:, 1:].copy()
    inside = ((xy >= 1) & (xy < (399, 299))).all(axis=1)
    x, y = xy[inside].astype(int).T
    assert grown[y, x].mean() > 0.99
    # And nothing is missing: each pixel of the mask is near a line.
    rows, columns = np.nonzero(mask)
    away = np.abs(xy[:, None] - np.stack([columns, rows], axis=1)[None, ::17] - 0.5).max(axis=2)
    assert (away.min(axis=0) < 6).mean() > 0.98


def test_values_on_a_line_are_parted_by_uprights():
    points = np.array([[0.0], [1.0], [4.0]])
    view = View(points)
    placed = view.placed(Box(0, 0, 300, 100))
    lines = border_lines(points, view.plane, placed)
    assert lines.shape == (2, 2, 2)
    assert np.allclose(lines[:, 0, 0], lines[:, 1, 0])
    assert np.allclose(np.sort(lines[:, :, 1]), [[0, 100]] * 2)
    wanted = [placed.pixel(x, 0.5)[0] for x in (0.5, 2.5)]
    assert np.allclose(sorted(lines[:, 0, 0]), wanted, atol=1)


def test_too_many_clusters_are_left_to_pixels():
    points = np.random.default_rng(0).random((600, 2))
    view = View(points)
    assert border_lines(points, view.plane, view.placed(Box(0, 0, 300, 100))) is None
