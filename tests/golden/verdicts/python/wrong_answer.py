print("1")
print("3")
