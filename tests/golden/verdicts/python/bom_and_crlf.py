def f(x):
	return x

print(f("""a
b"""))