# outcome: accepted
import multiprocessing
import os
import subprocess
import sys
import threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor


def square(x):
    return x * x


def by_threads(values):
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(square, values))


def by_processes(values):
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork")) as pool:
        return list(pool.map(square, values))


def by_fork(x):
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.write(writer, str(square(x)).encode())
        os._exit(0)
    os.waitpid(pid, 0)
    return int(os.read(reader, 100))


def by_subprocess(x):
    return int(subprocess.run([sys.executable, "-c", f"print({x}**2)"], capture_output=True, check=True).stdout)


def leave_threads_behind():
    threading.Thread(target=threading.Event().wait, daemon=False).start()
    return True


def call_from_thread(f):
    found = []
    thread = threading.Thread(target=lambda: found.append(f(2)))
    thread.start()
    thread.join()
    return found
# tests
assert by_threads([1, 2, 3]) == [1, 4, 9]
assert by_processes([1, 2, 3]) == [1, 4, 9]
assert by_fork(7) == 49
assert by_subprocess(5) == 25
assert leave_threads_behind()
assert call_from_thread(lambda x: x + 1) == [3]
