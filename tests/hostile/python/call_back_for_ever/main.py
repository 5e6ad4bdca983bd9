def apply(f, x):
    while True:
        x = f(x)
