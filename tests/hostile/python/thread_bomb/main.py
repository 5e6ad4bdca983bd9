import os
import threading

started = 0
try:
    while True:
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        started += 1
except RuntimeError:
    print("bounded" if started < 64 else "unbounded", flush=True)
os._exit(0)
