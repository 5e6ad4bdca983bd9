# outcome: accepted
# passed: 1/1
# framework: pytest
def push(items, value):
    items.append(value)
# tests
from solution import push


def test_push():
    items = [1]
    push(items, 2)
    assert items == [1, 2]
