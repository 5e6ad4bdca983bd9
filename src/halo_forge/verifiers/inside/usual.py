"""What the zygote imports first: what suites and solutions need most, so that it is there at once.

A solution can't tell: a module that it does not import itself has no name there, and none of these brings a part of
another package along that importing the package alone would not bring (which a test checks). What is rarely needed is
left out: every page of memory that the zygote has makes each fork a little slower.

Among them, and after them, is what we need ourselves but for those modules that forks use most of: they come next, and
so lie close together.
"""

import _socket
import bisect
import collections
import contextlib
import copy
import ctypes
import functools
import heapq
import itertools
import json
import math
import mmap
import operator
import os
import re
import resource
import select
import string
import typing

from . import failures, remote, wire

__all__ = [
    "_socket", "bisect", "collections", "contextlib", "copy", "ctypes", "failures", "functools", "heapq", "itertools",
    "json", "math", "mmap", "operator", "os", "re", "remote", "resource", "select", "string", "typing", "wire",
]  # fmt: skip
