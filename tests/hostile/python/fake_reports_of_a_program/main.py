print("1..1\nok 1 - prints 42\nall tests passed")
print("Expected: 42, got: 42")
