"""How a file is to be read, as its user said: values only. What they mean is for the readers."""

from dataclasses import dataclass
from typing import Literal

from kmeans_engine.tables.columns import Columns

__all__ = ["ReadOptions"]


@dataclass(frozen=True, slots=True)
class ReadOptions:
    r"""What a user says about a file; every default leaves it to the reader.

    Attributes
    ----------
    columns : str, sequence of str or int, or None
        What is clustered; None takes all numeric columns that are not an index.
    like : tuple of str
        Names of the columns that are taken where `columns` is None, if the file has all of them:
        those of the centroids that a run starts from.
    weights : str or None
        The column that says what each row weighs, by name or 0-based index; it is not clustered.
    drop_missing : bool
        Leave out rows with a missing value, which are an error otherwise.
    delimiter : str or None
        The character between cells of text; ``\t`` may be typed as two characters.
    header : "auto", "yes" or "no"
        Whether the first row of text names the columns.
    decimal, thousands : str or None
        The marks within numbers of text, such as ``,`` and ``.``.
    comment : str or None
        What begins a comment in text, up to the end of its line.
    missing : tuple of str
        Markers of a missing value, beside the usual ones.
    encoding : str or None
        Of text; None is UTF-8, or what a byte order mark says.
    sheet : str or None
        Of a workbook, by name or 0-based index.
    array : str or None
        Of an ``.npz`` archive, or a field of a structured ``.npy`` file.
    """

    columns: Columns = None
    like: tuple[str, ...] = ()
    weights: str | None = None
    drop_missing: bool = False
    delimiter: str | None = None
    header: Literal["auto", "yes", "no"] = "auto"
    decimal: str | None = None
    thousands: str | None = None
    comment: str | None = None
    missing: tuple[str, ...] = ()
    encoding: str | None = None
    sheet: str | None = None
    array: str | None = None
