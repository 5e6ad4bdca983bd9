# outcome: accepted
def twice(value):
    return value + value


def half_of_a_pair():
    return "\ud83d"


def encoded(text):
    return text.encode("utf-8")


def view(data):
    return bytes(memoryview(data)[1:3])


def nul():
    return "a\0b"
# tests
assert twice("é😀") == "é😀é😀"
assert twice(b"\x00\xff") == b"\x00\xff\x00\xff"
assert twice(bytearray(b"a")) == bytearray(b"aa")
assert half_of_a_pair() == "\ud83d"
assert encoded("é") == b"\xc3\xa9"
assert view(b"abcd") == b"bc"
assert nul() == "a\0b"
assert twice("\ud83d") == "\ud83d\ud83d"
