"""Tiny fonts, and machines that have no others."""

from __future__ import annotations

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

from renderers.picture import emoji, fonts, ink, script, text


def make_font(path, characters, *, family="Tiny", wide=700, bold=False):
    """Write a font whose letters are boxes as high as capitals, `wide` units of 1000 apart."""
    names = {character: f"u{ord(character):X}" for character in characters}
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", *names.values()])
    builder.setupCharacterMap({ord(character): name for character, name in names.items()})
    pen = TTGlyphPen(None)
    pen.moveTo((50, 0))
    for place in ((50, 700), (wide - 50, 700), (wide - 50, 0)):
        pen.lineTo(place)
    pen.closePath()
    box = pen.glyph()
    builder.setupGlyf({".notdef": box, **dict.fromkeys(names.values(), box)})
    builder.setupHorizontalMetrics(dict.fromkeys((".notdef", *names.values()), (wide, 50)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": family, "styleName": "Bold" if bold else "Regular"})
    builder.setupOS2(usWeightClass=700 if bold else 400, fsSelection=32 if bold else 64)
    builder.setupPost()
    builder.font["head"].macStyle = int(bold)
    builder.save(path)
    return path


def forget():
    """Forget what was found on another machine."""
    for module in (emoji, fonts, ink, script, text):
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()


def only(monkeypatch, folder):
    """Make fontconfig know the fonts of a folder alone."""
    settings = folder / "fonts.conf"
    settings.write_text(
        f"<fontconfig><dir>{folder}</dir><cachedir>{folder / 'cache'}</cachedir></fontconfig>"
    )
    monkeypatch.setenv("FONTCONFIG_FILE", str(settings))
    forget()
