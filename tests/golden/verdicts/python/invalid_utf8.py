def f(x):
    return x


print(f("ÿş"))
