"""Tiles fit the shared memory that there is, and the kernel's loops come out even."""

import pytest

from kmeans_engine.strategies.cuda.tiles import tiles_for

# Bytes that a block may have: on GPUs for games, and on Ampere's and Hopper's for data centres.
ROOMS = [99 << 10, 163 << 10, 227 << 10]


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("k", [1, 33, 65, 1000])
def test_loops_come_out_even(room, k):
    for n in range(1, 4000):
        tiles = tiles_for(n, k, room)
        if tiles is None:
            assert n > room // (16 * 4) - 230
            continue
        assert tiles.shared <= room
        assert 0 <= tiles.np - n < tiles.bk
        assert tiles.np % tiles.bk == 0 == tiles.bk % 8
        assert tiles.bm % (16 * tiles.wm) == 0 == tiles.bn % (16 * tiles.wn)
        assert tiles.bn * tiles.bk % 4 == 0
        assert 64 <= tiles.threads <= 128


def test_more_room_is_used():
    points = [tiles_for(128, 1024, room).bm for room in ROOMS]
    assert points == sorted(points)
    assert points[-1] == 128
    assert tiles_for(768, 1000, ROOMS[-1]).bm == 64
    assert tiles_for(3072, 1000, ROOMS[-1]).bm == 16
    assert tiles_for(5000, 10, ROOMS[-1]) is None


def test_few_features_are_not_filled_up_by_much():
    for n, width in ((9, 16), (16, 16), (20, 24), (100, 104), (128, 128), (768, 768)):
        assert tiles_for(n, 300, 227 << 10).np - width <= 16
