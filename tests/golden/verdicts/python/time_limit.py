import itertools

for choice in itertools.product(range(100), repeat=50):
    pass
