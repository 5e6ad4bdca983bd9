"""Forks share what they do not write: one large list in five processes is one large list."""
import os
import time

data = bytearray(b"x") * (60 << 20)
children = []
for _ in range(4):
    pid = os.fork()
    if pid == 0:
        time.sleep(0.3)
        os._exit(data[5] != ord("x"))
    children.append(pid)
print(sum(os.waitpid(pid, 0)[1] for pid in children))
