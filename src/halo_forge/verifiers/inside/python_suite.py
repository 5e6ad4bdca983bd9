"""Runs an assertion suite against a Python solution that lives in a process of its own.

Started in the sandbox as ``python -I python_suite.py PAYLOAD_FD RESULT_FD``. It forks. The child becomes the candidate:
it closes both descriptors, receives the solution and nothing of the tests, executes it, and answers calls. The parent
is the tester: it executes the tests, in which the solution's functions are stand-ins that send their arguments to the
candidate as plain data and get plain data back.

So a solution never sees an expected value, and cannot reach what decides: not the frames of the suite, nor its
builtins, its assertions or its exit status. An object that claims to equal everything arrives as a `Remote`, which equals
no plain value. A candidate that ends its process has failed.

Limits. Arguments and results travel as data: built-in types by their base type (a Counter arrives as the dict that it
is), iterators as what they yield, numbers of numpy, fractions and decimals as numbers, exceptions by the nearest built-in
class. Anything else is a `Remote`, on which calls, attributes, items, iteration and len work, and comparison works between
two of them. Identity is not kept, except that lists, dicts and sets passed in are changed in place when the candidate
changes them. What a suite can't tell apart, this can't either: a wrong function that its cases do not catch passes.
"""

import builtins
import collections
import ctypes
import decimal
import fractions
import itertools
import json
import os
import sys
import types

PR_SET_DUMPABLE = 4
MOST_BYTES = 64 * 1024 * 1024  # of one answer
MOST_ITEMS = 5_000_000  # that an iterator may yield before it counts as endless
DETAIL = 2000


class CandidateGone(BaseException):
    """The candidate's process ended while it was needed. No suite may catch this and go on to pass."""


# Plain data as JSON. Anything but null, booleans, numbers, strings and lists is {tag: content}.


def encode(value, remember):
    """`value` as JSON-ready data; `remember` gives a number to what is not plain. Goes by base type, never by what an
    object says of itself."""
    kind = type(value)
    if value is None or kind is bool or kind is int or kind is float or kind is str:
        return value
    for base, convert in BASES:
        if issubclass(kind, base):
            return convert(value, remember)
    if kind.__module__ == "numpy" and hasattr(kind, "dtype") and getattr(value, "ndim", None) == 0:
        return encode(kind.item(value), remember)
    if isinstance(value, ITERATORS):
        return {"iter": _items(_bounded(value), remember)}
    return {"remote": remember(value)}


def _items(values, remember):
    return [encode(item, remember) for item in values]


def _bounded(iterator):
    taken = list(itertools.islice(iterator, MOST_ITEMS + 1))
    if len(taken) > MOST_ITEMS:
        raise MemoryError(f"an iterator with more than {MOST_ITEMS} items")
    return taken


def _dict_items(value, remember):
    return {"dict": [[encode(k, remember), encode(v, remember)] for k, v in dict.items(value)]}


ITERATORS = (
    types.GeneratorType, map, filter, zip, enumerate, reversed, type(iter([])), type(iter(())), type(iter({})),
    type(iter(set())), type(iter(range(0))), type(iter("")), type({}.keys()), type({}.values()), type({}.items()),
    itertools.chain, itertools.islice,
)  # fmt: skip

BASES = (
    (bool, lambda v, r: bool(v)),
    (int, lambda v, r: int.__index__(v)),
    (float, lambda v, r: float.__float__(v)),
    (str, lambda v, r: str.__str__(v)),
    (list, lambda v, r: _items(list.__iter__(v), r)),
    (tuple, lambda v, r: {"tuple": _items(tuple.__iter__(v), r)}),
    (dict, _dict_items),
    (set, lambda v, r: {"set": _items(set.__iter__(v), r)}),
    (frozenset, lambda v, r: {"frozenset": _items(frozenset.__iter__(v), r)}),
    (bytes, lambda v, r: {"bytes": bytes.hex(v)}),
    (bytearray, lambda v, r: {"bytearray": bytearray.hex(v)}),
    (complex, lambda v, r: {"complex": [v.real, v.imag]}),
    (range, lambda v, r: {"range": [v.start, v.stop, v.step]}),
    (collections.deque, lambda v, r: {"deque": _items(collections.deque.__iter__(v), r)}),
    (fractions.Fraction, lambda v, r: {"fraction": [int(v.numerator), int(v.denominator)]}),
    (decimal.Decimal, lambda v, r: {"decimal": decimal.Decimal.__str__(v)}),
)


def decode(data, remote):
    """The value of JSON data; `remote` turns a number into what it stands for."""
    if isinstance(data, list):
        return [decode(item, remote) for item in data]
    if not isinstance(data, dict):
        return data
    ((tag, content),) = data.items()
    return DECODERS[tag](content, remote)


def _all(content, remote):
    return [decode(item, remote) for item in content]


DECODERS = {
    "tuple": lambda c, r: tuple(_all(c, r)),
    "dict": lambda c, r: {decode(k, r): decode(v, r) for k, v in c},
    "set": lambda c, r: set(_all(c, r)),
    "frozenset": lambda c, r: frozenset(_all(c, r)),
    "bytes": lambda c, r: bytes.fromhex(c),
    "bytearray": lambda c, r: bytearray.fromhex(c),
    "complex": lambda c, r: complex(*c),
    "range": lambda c, r: range(*c),
    "deque": lambda c, r: collections.deque(_all(c, r)),
    "fraction": lambda c, r: fractions.Fraction(*c),
    "decimal": lambda c, r: decimal.Decimal(c),
    "iter": lambda c, r: iter(_all(c, r)),
    "remote": lambda c, r: r(c),
}


class Channel:
    """Messages to the other process: four bytes of length, then JSON."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    def send(self, message):
        data = json.dumps(message).encode()
        data = len(data).to_bytes(4, "big") + data
        while data:
            data = data[os.write(self.writer, data) :]

    def receive(self):
        """The next message, or None at the end of the stream."""
        size = int.from_bytes(self._exactly(4), "big")
        if size > MOST_BYTES:
            raise CandidateGone("an answer of more than 64 MiB")
        data = self._exactly(size)
        return json.loads(data) if data else None

    def _exactly(self, size):
        chunks = []
        while size:
            chunk = os.read(self.reader, min(size, 1 << 20))
            if not chunk:
                return b""
            chunks.append(chunk)
            size -= len(chunk)
        return b"".join(chunks)


# The candidate's side


def solution_source(given):
    """Compile the solution; returns the list of code objects to execute, in order. SyntaxError when there is none."""
    import ast

    sys.setrecursionlimit(1000)
    code, prompt, entry_point = given["code"], given["prompt"], given["entry_point"]
    if prompt is None:
        return [compile(code, "solution.py", "exec", dont_inherit=True)]
    if given["form"] == "completion":
        return [compile(prompt + code, "solution.py", "exec", dont_inherit=True)]
    try:
        tree = ast.parse(code)
        complete = entry_point is None or any(getattr(node, "name", None) == entry_point for node in ast.walk(tree))
    except SyntaxError:
        complete = False
    if not complete:  # the answer may be the body alone
        try:
            whole = compile(prompt + code, "solution.py", "exec", dont_inherit=True)
        except SyntaxError:
            pass
        else:
            return [whole]
    return [*prelude(prompt, entry_point), compile(code, "solution.py", "exec", dont_inherit=True)]


def prelude(prompt, entry_point):
    """The imports and helper functions of a prompt that is code, without the function that has to be written."""
    import ast

    try:
        tree = ast.parse(prompt + "\n    pass\n")
    except SyntaxError:
        return []
    tree.body = [node for node in tree.body if getattr(node, "name", None) != entry_point]
    return [compile(tree, "prompt.py", "exec", dont_inherit=True)]


def be_candidate(channel):
    """Execute the solution, then answer calls until the tester hangs up."""
    given = channel.receive()
    try:
        codes = solution_source(given)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
        channel.send({"parsed": False, "why": f"{type(error).__name__}: {error}"[:DETAIL]})
        return
    channel.send({"parsed": True})
    module = types.ModuleType("solution")
    sys.modules["solution"] = module
    kept = []

    def remember(value):
        kept.append(value)
        return len(kept) - 1

    try:
        for code in codes:
            exec(code, module.__dict__)
    except BaseException as error:
        channel.send({"loaded": False, **described(error)})
        return
    names = [name for name in module.__dict__ if isinstance(name, str) and not name.startswith("__")]
    channel.send({"loaded": True, "names": names})
    while (request := channel.receive()) is not None:
        channel.send(answer(request, module, kept, remember))


def answer(request, module, kept, remember):
    """Do one thing for the tester and describe what came of it."""
    given = request["args"]
    try:
        args = decode(given, kept.__getitem__)
        kwargs = decode(request["kwargs"], kept.__getitem__)
        value = OPERATIONS[request["do"]](module, kept, request["on"], args, kwargs)
        reply = {"value": encode(value, remember)}
        changed = encode(args, remember)
        if changed != given:
            reply["args"] = changed
        return reply
    except BaseException as error:
        return described(error)


def described(error):
    """An exception as data: the names of its built-in classes, nearest first, and what it says."""
    classes = [c.__name__ for c in type(error).__mro__ if getattr(builtins, c.__name__, None) is c]
    try:
        words = str(error)
    except BaseException:
        words = ""
    return {"error": classes, "name": type(error).__name__, "why": words[:DETAIL]}


OPERATIONS = {
    "call": lambda module, kept, on, args, kwargs: module.__dict__[on](*args, **kwargs),
    "call_kept": lambda module, kept, on, args, kwargs: kept[on](*args, **kwargs),
    "get_name": lambda module, kept, on, args, kwargs: module.__dict__[on],
    "get": lambda module, kept, on, args, kwargs: getattr(kept[on], args[0]),
    "set": lambda module, kept, on, args, kwargs: setattr(kept[on], args[0], args[1]),
    "item": lambda module, kept, on, args, kwargs: kept[on][args[0]],
    "set_item": lambda module, kept, on, args, kwargs: kept[on].__setitem__(args[0], args[1]),
    "len": lambda module, kept, on, args, kwargs: len(kept[on]),
    "iter": lambda module, kept, on, args, kwargs: _bounded(iter(kept[on])),
    "contains": lambda module, kept, on, args, kwargs: args[0] in kept[on],
    "bool": lambda module, kept, on, args, kwargs: bool(kept[on]),
    "str": lambda module, kept, on, args, kwargs: str(kept[on]),
    "repr": lambda module, kept, on, args, kwargs: repr(kept[on]),
    "equal": lambda module, kept, on, args, kwargs: bool(kept[on] == args[0]),
    "less": lambda module, kept, on, args, kwargs: bool(kept[on] < args[0]),
    "hash": lambda module, kept, on, args, kwargs: hash(kept[on]),
}


# The tester's side


class Candidate:
    """The other process, as the suite sees it."""

    def __init__(self, channel):
        self.channel = channel
        self.gone = None
        self.blamed = None

    def hear(self):
        if self.gone is None:
            try:
                message = self.channel.receive()
            except (ValueError, RecursionError, MemoryError, OSError) as error:
                self.gone = f"sent nonsense ({type(error).__name__})"
            except CandidateGone as error:
                self.gone = str(error)
            else:
                if isinstance(message, dict):
                    return message
                self.gone = "ended its process"
        raise CandidateGone(self.gone)

    def ask(self, do, on, args=(), kwargs=None):
        """Have one thing done; returns its value or raises what it raised."""
        data = encode(list(args), self._number_of)
        try:
            self.channel.send({"do": do, "on": on, "args": data, "kwargs": encode(kwargs or {}, self._number_of)})
        except OSError:
            self.gone = self.gone or "ended its process"
        reply = self.hear()
        try:
            if "error" in reply:
                error = rebuilt(reply)
            else:
                value = decode(reply["value"], self._remote)
                if "args" in reply:
                    for target, now in zip(args, decode(reply["args"], self._remote)):
                        update(target, now)
                return value
        except Exception as problem:
            self.gone = f"sent nonsense ({type(problem).__name__})"
            raise CandidateGone(self.gone) from None
        self.blamed = error
        raise error

    def _remote(self, number):
        return Remote(self, int(number))

    @staticmethod
    def _number_of(value):
        if type(value) is Remote:
            return value._number
        raise TypeError(f"a test can't pass a {type(value).__name__} to the solution")


def update(target, now):
    """Make a list, dict or set of the suite what the candidate made of it."""
    if type(target) is list and type(now) is list:
        target[:] = now
    elif type(target) in (dict, set, collections.deque) and type(target) is type(now) and target != now:
        target.clear()
        (target.extend if type(target) is collections.deque else target.update)(now)
    elif type(target) is bytearray and type(now) is bytearray:
        target[:] = now


def rebuilt(reply):
    """The exception of the nearest built-in class."""
    for name in reply["error"]:
        kind = getattr(builtins, str(name), None)
        if isinstance(kind, type) and issubclass(kind, BaseException):
            try:
                return kind(str(reply.get("why", "")))
            except TypeError:
                continue
    return Exception(str(reply.get("why", "")))


class Function:
    """A function or class of the solution, by name."""

    def __init__(self, candidate, name):
        self._candidate, self.__name__ = candidate, name

    def __call__(self, *args, **kwargs):
        return self._candidate.ask("call", self.__name__, args, kwargs)

    def __getattr__(self, name):
        return getattr(self._candidate.ask("get_name", self.__name__), name)


class Remote:
    """An object of the candidate that is not plain data. Never equal to anything that is."""

    def __init__(self, candidate, number):
        object.__setattr__(self, "_candidate", candidate)
        object.__setattr__(self, "_number", number)

    def _ask(self, do, *args, **kwargs):
        return self._candidate.ask(do, self._number, args, kwargs)

    def __call__(self, *args, **kwargs):
        return self._candidate.ask("call_kept", self._number, args, kwargs)

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return self._ask("get", name)

    def __setattr__(self, name, value):
        self._ask("set", name, value)

    def __getitem__(self, key):
        return self._ask("item", key)

    def __setitem__(self, key, value):
        self._ask("set_item", key, value)

    def __len__(self):
        return size if type(size := self._ask("len")) is int else 0

    def __iter__(self):
        return iter(self._ask("iter"))

    def __contains__(self, item):
        return self._ask("contains", item) is True

    def __bool__(self):
        return self._ask("bool") is True

    def __str__(self):
        return str(self._ask("str"))

    def __repr__(self):
        return str(self._ask("repr"))

    def __eq__(self, other):
        return type(other) is Remote and self._ask("equal", other) is True

    def __lt__(self, other):
        if type(other) is not Remote:
            return NotImplemented
        return self._ask("less", other) is True

    def __gt__(self, other):
        return other < self if type(other) is Remote else NotImplemented

    def __hash__(self):
        return hash(self._ask("hash"))


def be_tester(channel, given):
    """Run the suite; returns (outcome, detail, whether the solution parsed)."""
    candidate = Candidate(channel)
    try:
        channel.send({key: given[key] for key in ("code", "prompt", "form", "entry_point")})
        first = candidate.hear()
    except (CandidateGone, OSError):
        return "compile_error", "the source is too much for the parser", False
    if first.get("parsed") is not True:
        return "compile_error", str(first.get("why", ""))[:DETAIL], False
    try:
        loaded = candidate.hear()
    except CandidateGone as error:
        return "runtime_error", f"the solution {error} before it was tested", True
    if loaded.get("loaded") is not True:
        return "runtime_error", f"{loaded.get('name')}: {loaded.get('why')}"[:DETAIL], True
    names = [name for name in loaded.get("names", ()) if isinstance(name, str)]
    return (*run_suite(candidate, given, names), True)


def run_suite(candidate, given, names):
    """Execute the tests and call ``check(entry_point)`` where they define it."""
    entry_point = given["entry_point"]
    suite = {"__name__": "tests"}
    for code in prelude(given["prompt"], entry_point) if given["prompt"] is not None else []:
        exec(code, suite)
    for name in names:  # a solution's name never takes the place of a built-in that the suite may rely on
        if name not in suite and not hasattr(builtins, name):
            suite[name] = Function(candidate, name)
    if entry_point is not None:
        suite[entry_point] = Function(candidate, entry_point)
    try:
        exec(compile(given["tests"], "tests.py", "exec", dont_inherit=True), suite)
        if entry_point is not None and callable(suite.get("check")) and type(suite["check"]) is types.FunctionType:
            suite["check"](suite[entry_point])
    except CandidateGone as error:
        return "runtime_error", f"the solution {error} while it was tested"
    except BaseException as error:
        if error is candidate.blamed:
            kind = "memory_limit" if isinstance(error, MemoryError) else "runtime_error"
            return kind, f"{type(error).__name__}: {error}"[:DETAIL]
        return "wrong_answer", f"{failed_line(error, given['tests'])}{type(error).__name__}: {error}"[:DETAIL]
    if candidate.gone is not None:
        return "runtime_error", f"the solution {candidate.gone} while it was tested"
    return "accepted", ""


def failed_line(error, tests):
    """The line of the suite that failed, for a reader."""
    number, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "tests.py":
            number = trace.tb_lineno
        trace = trace.tb_next
    lines = tests.splitlines()
    return f"{lines[number - 1].strip()}\n" if number and number <= len(lines) else ""


def read_whole(fd):
    chunks = []
    while chunk := os.read(fd, 1 << 20):
        chunks.append(chunk)
    return b"".join(chunks)


def main():
    payload_fd, result_fd = int(sys.argv[1]), int(sys.argv[2])
    os.write(result_fd, b'{"started": true}\n')
    sys.set_int_max_str_digits(0)
    to_candidate, to_tester = os.pipe(), os.pipe()
    if os.fork() == 0:
        for fd in (payload_fd, result_fd, to_candidate[1], to_tester[0]):
            os.close(fd)
        be_candidate(Channel(to_candidate[0], to_tester[1]))
        sys.stdout.flush()
        os._exit(0)
    os.close(to_candidate[0])
    os.close(to_tester[1])
    # From here on the candidate, which is the same user, can't read this process's memory or descriptors. It starts
    # with the solution, which it has not been sent yet.
    if ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
        raise OSError("prctl(PR_SET_DUMPABLE) failed")
    given = json.loads(read_whole(payload_fd))
    outcome, detail, parsed = be_tester(Channel(to_tester[0], to_candidate[1]), given)
    report = {"outcome": outcome, "detail": detail, "parsed": parsed}
    os.write(result_fd, json.dumps(report).encode() + b"\n")
    os._exit(0)


if __name__ == "__main__":
    main()
