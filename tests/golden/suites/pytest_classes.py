# outcome: wrong_answer
# detail: test_no_error: with pytest.raises(solution.Overdrawn)
# passed: 2/3
# framework: pytest
class Overdrawn(ValueError):
    def __init__(self, missing):
        super().__init__(f"missing {missing}")
        self.missing = missing


class Account:
    def __init__(self, balance=0):
        self.balance = balance

    def withdraw(self, amount):
        if amount > self.balance:
            raise Overdrawn(amount - self.balance)
        self.balance -= amount
        return self

    def __eq__(self, other):
        return isinstance(other, Account) and self.balance == other.balance
# tests
import pytest
import solution
from solution import Account


@pytest.fixture
def account():
    return Account(10)


def test_withdraw(account):
    assert account.withdraw(3).balance == 7
    assert account == Account(7)
    assert isinstance(account, Account)


def test_overdrawn(account):
    with pytest.raises(solution.Overdrawn, match="missing 5") as caught:
        account.withdraw(15)
    assert caught.value.missing == 5
    with pytest.raises(ValueError):
        account.withdraw(15)


def test_no_error(account):
    with pytest.raises(solution.Overdrawn):
        account.withdraw(1)
