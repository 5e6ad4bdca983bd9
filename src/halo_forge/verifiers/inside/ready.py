"""What the zygote imports before it forks: what nearly every suite and solution needs, so that it is there at once.

A solution can't tell: a module that it does not import itself has no name there, and none of these brings a part of
another package along that importing the package alone would not bring (which a test checks).
"""

import bisect
import cmath
import collections
import copy
import dataclasses
import datetime
import decimal
import fractions
import functools
import hashlib
import heapq
import itertools
import json
import math
import operator
import random
import re
import statistics
import string
import time
import typing

from . import assertions, entry, python_program, start

__all__ = [
    "assertions", "bisect", "cmath", "collections", "copy", "dataclasses", "datetime", "decimal", "entry", "fractions",
    "functools", "hashlib", "heapq", "itertools", "json", "math", "operator", "python_program", "random", "re", "start",
    "statistics", "string", "time", "typing",
]  # fmt: skip
