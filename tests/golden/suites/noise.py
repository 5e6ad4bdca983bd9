# outcome: accepted
import sys

print("loaded")


def loud(n):
    for i in range(n):
        print("line", i)
    print("to stderr", file=sys.stderr)
    return n


def read():
    return sys.stdin.read()


if __name__ == "__main__":
    print(loud(int(input())))
    raise SystemExit(1)
# tests
assert loud(1000) == 1000
assert read() == ""
