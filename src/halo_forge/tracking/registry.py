"""The trackers there are. A new one is a file beside this one, a line in `TRACKERS` and an extra."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib.util import find_spec

from halo_forge.errors import UserError
from halo_forge.tracking.base import Tracker


def _mlflow() -> Tracker:
    from halo_forge.tracking.mlflow import MlflowTracker

    return MlflowTracker()


def _tensorboard() -> Tracker:
    from halo_forge.tracking.tensorboard import TensorboardTracker

    return TensorboardTracker()


def _trackio() -> Tracker:
    from halo_forge.tracking.trackio import TrackioTracker

    return TrackioTracker()


def _wandb() -> Tracker:
    from halo_forge.tracking.wandb import WandbTracker

    return WandbTracker()


TRACKERS: Mapping[str, Callable[[], Tracker]] = {  # by the name of the package, which is that of the extra too
    "mlflow": _mlflow,
    "tensorboard": _tensorboard,
    "trackio": _trackio,
    "wandb": _wandb,
}


def check_trackers(names: Iterable[str]) -> tuple[str, ...]:
    """The trackers that are asked for, each once. Nothing of them is imported.

    Raises:
        UserError: there is no such tracker, or it is not installed.
    """
    wanted = tuple(dict.fromkeys(names))
    for name in wanted:
        if name not in TRACKERS:
            raise UserError(f"--track {name}: there is no such tracker; write one of {', '.join(TRACKERS)}")
    if missing := [name for name in wanted if find_spec(name) is None]:
        raise UserError(
            f"--track {missing[0]}: not installed; run: pip install 'halo-forge[{','.join(missing)}]', or leave it out"
        )
    return wanted
