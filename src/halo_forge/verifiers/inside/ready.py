"""What the zygote imports before it forks: what suites and solutions need most, so that it is there at once.

A solution can't tell: a module that it does not import itself has no name there, and none of these brings a part of
another package along that importing the package alone would not bring (which a test checks). What is rarely needed is
left out: every page of memory that the zygote has makes each fork a little slower.
"""

import bisect
import collections
import copy
import functools
import heapq
import itertools
import math
import operator
import os
import re
import string
import typing

from . import assertions, entry
from .rehearsal import rehearse

__all__ = [
    "assertions", "bisect", "collections", "copy", "entry", "functools", "heapq", "itertools", "math", "operator", "os",
    "re", "rehearse", "string", "typing",
]  # fmt: skip


def be_ready(variable: str) -> None:
    """Rehearse, and take a variable of the environment away that was for the zygote alone."""
    for name in entry.PROGRAMS:
        entry.entry(name)
    rehearse()
    os.environ.pop(variable, None)
