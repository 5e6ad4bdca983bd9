"""The closed vocabularies of RAFT, which the command line needs before anything else is imported."""

from __future__ import annotations

from enum import StrEnum


class Keep(StrEnum):
    """What a sample must have earned to be kept."""

    ACCEPTED = "accepted"  # everything was right
    BEST = "best"  # as much as any sample of its problem, and at least that it compiles without a warning


class Control(StrEnum):
    """What a gain is held against, besides the model as it was."""

    SHAM = "sham"  # the same training on samples that were kept at random


class Dropped(StrEnum):
    """Why a sample was not kept. The first reason that holds, in this order."""

    NOT_JUDGED = "not judged"
    NOT_GOOD_ENOUGH = "not good enough"
    CUT_OFF = "did not end by itself"
    SOLVED = "of a problem that is solved anyway"
    REPEATED = "the same program as another one"
    OVER_CAP = "more than enough of its problem"
