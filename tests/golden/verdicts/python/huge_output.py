for i in range(200_000):
    print(i)
