"""A run of RAFT on a terminal: a row for each cycle, the test before and after, and the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from halo_forge.types import JSONObject

if TYPE_CHECKING:
    from rich.console import RenderableType


def render(summary: JSONObject) -> RenderableType:
    """The summary, as `halo_forge.raft.summary` makes it."""
    import json

    from rich.text import Text

    return Text(json.dumps(summary["test"]["differences"], indent=1))
