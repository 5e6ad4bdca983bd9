import os
import time

if os.fork() == 0:
    os.setsid()
    time.sleep(1000)


def add(a, b):
    if os.fork():
        os._exit(0)
    os.closerange(3, 256)
    time.sleep(1000)
