kept = []
try:
    while True:
        kept.append(bytearray(1 << 22))
except MemoryError:
    kept.clear()
    print("recovered")
