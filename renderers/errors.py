"""The exceptions of the renderers.

::

    RenderError (RuntimeError)            a picture could not be made
    ├── RendererUnavailable               something is missing: a display, ffmpeg, a package
    └── RendererBroken                    a plug-in that cannot be imported or is not a renderer
    UnknownRenderer (ValueError)          no renderer has this name or writes this suffix
    InvalidOption (ValueError)            an option of a picture is outside its range
"""

__all__ = [
    "InvalidOption",
    "RenderError",
    "RendererBroken",
    "RendererUnavailable",
    "UnknownRenderer",
]


class RenderError(RuntimeError):
    """A picture could not be made."""


class RendererUnavailable(RenderError):
    """Something that the renderer needs is missing on this machine."""


class RendererBroken(RenderError):
    """A plug-in cannot be imported, or what it names is not a renderer."""


class UnknownRenderer(ValueError):
    """No renderer has this name or writes this suffix."""


class InvalidOption(ValueError):
    """An option of a picture is outside its range.

    Parameters
    ----------
    message : str
        In one line; begins with ``option=`` if it is about one option.
    option : str
        That option, as a keyword of `renderers.save`; a command line spells it as a flag.
    """

    def __init__(self, message: str, *, option: str = "") -> None:
        super().__init__(message)
        self.option = option
