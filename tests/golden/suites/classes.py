# outcome: accepted
from collections import OrderedDict
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache, total_ordering


class LRUCache(OrderedDict):
    def __init__(self, capacity):
        super().__init__()
        self.capacity = capacity

    def get(self, key):
        if key not in self:
            return -1
        self.move_to_end(key)
        return self[key]

    def put(self, key, value):
        self[key] = value
        self.move_to_end(key)
        if len(self) > self.capacity:
            self.popitem(last=False)


class Stack(list):
    def push(self, value):
        self.append(value)


@dataclass
class Account:
    owner: str
    balance: float = 0.0
    log: list = field(default_factory=list)

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("amount must be positive")
        self.balance += amount
        self.log.append(amount)
        return self


@total_ordering
class Money:
    def __init__(self, cents):
        self.cents = cents

    def __add__(self, other):
        return Money(self.cents + other.cents)

    def __neg__(self):
        return Money(-self.cents)

    def __eq__(self, other):
        return isinstance(other, Money) and self.cents == other.cents

    def __lt__(self, other):
        return self.cents < other.cents

    def __hash__(self):
        return hash(self.cents)

    def __repr__(self):
        return f"Money({self.cents})"

    @property
    def dollars(self):
        return self.cents / 100

    @classmethod
    def of(cls, dollars):
        return cls(dollars * 100)

    @staticmethod
    def zero():
        return Money(0)


class Color(Enum):
    RED = 1
    GREEN = 2


class Node:
    def __init__(self, value, next=None):
        self.value, self.next = value, next

    def __iter__(self):
        node = self
        while node:
            yield node.value
            node = node.next


class Managed:
    def __enter__(self):
        self.open = True
        return self

    def __exit__(self, *error):
        self.open = False


class Grid:
    def __init__(self):
        self.cells = {}

    def __getitem__(self, key):
        return self.cells.get(key, 0)

    def __setitem__(self, key, value):
        self.cells[key] = value

    def __delitem__(self, key):
        del self.cells[key]

    def __len__(self):
        return len(self.cells)

    def __contains__(self, key):
        return key in self.cells

    def __call__(self, key):
        return self[key]


def reverse(node):
    previous = None
    while node:
        node.next, previous, node = previous, node, node.next
    return previous


@lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def paint(color):
    return Color.GREEN if color is Color.RED else Color.RED
# tests
cache = LRUCache(2)
cache.put(1, 1)
cache.put(2, 2)
assert cache.get(1) == 1
cache.put(3, 3)
assert cache.get(2) == -1
assert 3 in cache
assert len(cache) == 2
assert cache == {1: 1, 3: 3}

stack = Stack()
stack.push(1)
stack.push(2)
assert stack == [1, 2]
assert stack[-1] == 2
assert len(stack) == 2
assert stack
assert not Stack()

account = Account("ann")
assert account.deposit(5).balance == 5.0
assert account is account.deposit(1)
assert account.log == [5, 1]
assert account == Account("ann", 6.0, [5, 1])
assert repr(Account("b")) == "Account(owner='b', balance=0.0, log=[])"
account.owner = "bob"
assert account.owner == "bob"
assert hasattr(account, "balance")
assert not hasattr(account, "nothing")
try:
    account.deposit(-1)
except ValueError as error:
    assert str(error) == "amount must be positive"
else:
    raise AssertionError("ValueError was expected")

assert Money(1) + Money(2) == Money(3)
assert Money(1) < Money(2)
assert Money(2) >= Money(2)
assert max(Money(1), Money(5)) == Money(5)
assert sorted([Money(3), Money(1)])[0].cents == 1
assert -Money(1) == Money(-1)
assert {Money(1): "a"}[Money(1)] == "a"
assert len({Money(1), Money(1)}) == 1
assert Money.of(2).dollars == 2.0
assert Money.zero() == Money(0)
assert str(Money(7)) == "Money(7)"
assert Money(1) != 1
assert isinstance(Money(1), Money)
assert not isinstance(3, Money)

assert paint(Color.RED) == Color.GREEN
assert paint(Color.RED).name == "GREEN"
assert Color(1) is Color.RED
assert [color.value for color in Color] == [1, 2]

assert list(reverse(Node(1, Node(2, Node(3))))) == [3, 2, 1]
assert reverse(Node(1)).next is None

with Managed() as managed:
    assert managed.open
assert not managed.open

grid = Grid()
grid[1, 2] = 5
assert grid[1, 2] == 5
assert grid((1, 2)) == 5
assert grid[0, 0] == 0
assert (1, 2) in grid
del grid[1, 2]
assert len(grid) == 0

assert fib(80) == 23416728348467685
assert fib.cache_info().hits > 0
assert fib.__name__ == "fib"
