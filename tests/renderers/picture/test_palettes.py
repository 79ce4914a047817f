import pytest

from renderers.errors import InvalidOption
from renderers.picture.palettes import parse_palette


def test_colours_by_name_and_number():
    expected = ((0, 114, 178), (255, 165, 0), (255, 0, 0))
    assert parse_palette("#0072b2, orange,ff0000") == expected
    assert parse_palette(["#0072B2", "Orange", "#f00"]) == expected
    assert parse_palette("red") == ((255, 0, 0),)


def test_a_colour_map_with_steps_is_taken_as_it_is():
    colours = parse_palette("tab10")
    assert len(colours) == 10 and colours[0] == (31, 119, 180)
    assert parse_palette("Set1") == parse_palette("set1")


def test_of_a_map_without_steps_any_number_is_spread_over_it():
    colours = parse_palette("gray")
    assert colours[:5] == ((0, 0, 0), (255, 255, 255), (128,) * 3, (64,) * 3, (192,) * 3)
    assert len(set(colours)) == len(colours) > 200


def test_a_file_has_a_colour_in_each_line(tmp_path):
    path = tmp_path / "colours.txt"
    path.write_text("#0072b2\n\n  orange \n", encoding="utf-8")
    assert parse_palette(str(path)) == ((0, 114, 178), (255, 165, 0))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("virids", r"'virids' is not a colour map, a file or a list of colours: did you mean viri"),
        ("red,orage", r"'orage' is not a colour: did you mean orange"),
        ("", r"is not a colour map"),
        ("red,", r"'' is not a colour"),
        ([], r"palette= has no colours; give one at least"),
        (["red", 3], r"'3' is not a colour"),
    ],
)
def test_what_is_not_a_palette_is_told_in_one_line(given, words):
    with pytest.raises(InvalidOption, match=words) as caught:
        parse_palette(given)
    assert caught.value.option == "palette" and "\n" not in str(caught.value)


def test_a_file_without_colours_is_told(tmp_path):
    for content, words in ((b"\n", "has no colours"), (b"red\nrde\n", "line 2: 'rde'"),
                           (b"\xff\xfe\x00", "cannot be read as text")):  # fmt: skip
        path = tmp_path / "colours.txt"
        path.write_bytes(content)
        with pytest.raises(InvalidOption, match=words):
            parse_palette(str(path))
