"""The live window: a run on the screen while it is computed. Loads a toolkit only when driven."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from renderers.live.menu import start_menu
    from renderers.live.renderer import LiveRenderer

__all__ = ["LiveRenderer", "start_menu"]

_HOMES = {"LiveRenderer": "renderer", "start_menu": "menu"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
