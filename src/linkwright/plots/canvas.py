"""What every picture shares: the library that draws, the colours, and how a file is written.

Matplotlib comes with the extra `report` and takes a second to load, so it is loaded when somebody draws.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from linkwright.errors import InvalidInput

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FORMATS: Final = (".svg", ".png")
# Okabe and Ito's colours, which people with any kind of sight can tell apart.
BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#999999"
_PANEL_INCHES: Final = 3.4
_DOTS_PER_INCH: Final = 144


def checked_path(path: Path) -> Path:
    """Return a path that a picture can be written to.

    Raises:
        InvalidInput: it ends in neither `.svg` nor `.png`, or its folder is not there.
    """
    if path.suffix.lower() not in FORMATS:
        raise InvalidInput("plot", f"must end in {' or '.join(FORMATS)}", str(path))
    if not path.parent.is_dir():
        raise InvalidInput("plot", "must be in a folder that is there", str(path))
    return path


def panels(count: int, *, across: int = 3) -> tuple[Figure, list[Axes]]:
    """Return a figure with so many square panels, row by row.

    Raises:
        InvalidInput: the extra that draws is not installed.
    """
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415  (an extra, and slow to load)
    except ImportError:
        raise InvalidInput("plot", 'needs matplotlib: pip install "linkwright[report]"') from None
    across = min(across, count)
    down = -(-count // across)
    figure = Figure(figsize=(_PANEL_INCHES * across, _PANEL_INCHES * down), layout="constrained")
    axes = [figure.add_subplot(down, across, place + 1) for place in range(count)]
    for one in axes:
        one.spines[["top", "right"]].set_visible(False)
        one.tick_params(labelsize=8)
    return figure, axes


def save(figure: Figure, path: Path) -> None:
    """Write a figure, the same bytes for the same figure."""
    import matplotlib as mpl  # noqa: PLC0415  (an extra, and slow to load)

    is_svg = path.suffix.lower() == ".svg"
    with mpl.rc_context({"svg.hashsalt": "linkwright"}):
        figure.savefig(path, dpi=_DOTS_PER_INCH, metadata={"Date": None} if is_svg else None)
