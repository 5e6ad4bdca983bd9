# outcome: accepted
import math
from decimal import Decimal
from fractions import Fraction


def power(base, exponent):
    return base**exponent


def digits(n):
    return 10**n - 1


def special(name):
    return float(name)


def exact():
    return Decimal("0.1") + Decimal("0.2"), Fraction(1, 3) + Fraction(1, 6)


def root(z):
    return complex(z) ** 0.5


def negative_zero():
    return -0.0


def is_even(n):
    return n % 2 == 0
# tests
import math

assert power(2, 100) == 2**100
assert power(3, 20_000) == 3**20_000
assert digits(9_000) == 10**9_000 - 1
assert -digits(9_000) == 1 - 10**9_000
assert digits(2) == 99
assert math.isnan(special("nan"))
assert special("inf") == float("inf")
assert special("-inf") < 0
from decimal import Decimal
from fractions import Fraction

assert exact() == (Decimal("0.3"), Fraction(1, 2))
assert abs(root(-4) - 2j) < 1e-9
assert math.copysign(1, negative_zero()) == -1
assert is_even(4) is True
assert is_even(3) is False
assert is_even(10**5_000) is True
