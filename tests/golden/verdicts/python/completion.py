print(n + 1)
