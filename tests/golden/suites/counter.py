# outcome: accepted
from collections import Counter, OrderedDict, defaultdict


def counted(text):
    return Counter(text)


def ordered(pairs):
    return OrderedDict(pairs)


def grouped(words):
    groups = defaultdict(list)
    for word in words:
        groups[len(word)].append(word)
    return groups


def nested(words):
    return {"counts": [Counter(word) for word in words]}
# tests
assert counted("aab") == {"a": 2, "b": 1}
assert counted("aab")["z"] == 0
assert counted("aab").most_common(1) == [("a", 2)]
assert ordered([("b", 1), ("a", 2)]) == {"a": 2, "b": 1}
assert list(ordered([("b", 1), ("a", 2)])) == ["b", "a"]
assert grouped(["a", "bb", "c"]) == {1: ["a", "c"], 2: ["bb"]}
assert grouped([])[5] == []
assert nested(["aa"]) == {"counts": [{"a": 2}]}
