# outcome: wrong_answer
# passed: 1/2
def add(a, b):
    return a + b if a < 10 else 0
# tests
def check(candidate):
    assert candidate(1, 1) == 2
    assert candidate(value, 1) == value + 1


for value in (1, 20, 2):
    add(1, 1)
value = 1
check(add)
value = 20
check(add)
value = 2
check(add)
