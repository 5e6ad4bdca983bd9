# outcome: accepted
# passed: 1/1
def add(a, b):
    return a + b
# tests
class Tests:
    def check(self):
        if add(1, 1) != 2:
            raise ValueError


Tests().check()
