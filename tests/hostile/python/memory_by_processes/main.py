import os

for _ in range(8):
    if os.fork() == 0:
        break
kept = []
while True:
    try:
        kept.append(bytearray(1 << 22))
    except MemoryError:
        pass
