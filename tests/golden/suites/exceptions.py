# outcome: accepted
class BankError(Exception):
    pass


class Overdrawn(BankError):
    def __init__(self, missing):
        super().__init__(f"missing {missing}")
        self.missing = missing


def withdraw(balance, amount):
    if amount > balance:
        raise Overdrawn(amount - balance)
    return balance - amount


def fail(name):
    if name == "key":
        return {}["absent"]
    if name == "index":
        return [][1]
    if name == "zero":
        return 1 // 0
    if name == "type":
        return 1 + "1"
    if name == "two":
        raise ValueError("one", 2)
    if name == "unicode":
        return b"\xff".decode()
    if name == "file":
        return open("/nowhere/at/all")
    if name == "deep":
        return fail(name)
    raise NotImplementedError(name)


class Strange(BaseException):
    pass


def strange():
    raise Strange("odd")
# tests
def raised(kind, call, *args):
    try:
        call(*args)
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was expected")


error = raised(Overdrawn, withdraw, 1, 3)
assert error.missing == 2
assert str(error) == "missing 2"
assert isinstance(error, BankError)
raised(BankError, withdraw, 1, 3)
raised(Exception, withdraw, 1, 3)
assert withdraw(3, 1) == 2
assert raised(KeyError, fail, "key").args == ("absent",)
raised(LookupError, fail, "index")
raised(ZeroDivisionError, fail, "zero")
raised(TypeError, fail, "type")
assert raised(ValueError, fail, "two").args == ("one", 2)
raised(UnicodeDecodeError, fail, "unicode")
raised(FileNotFoundError, fail, "file")
raised(RecursionError, fail, "deep")
raised(NotImplementedError, fail, "other")
raised(BaseException, strange)
raised(TypeError, withdraw)
