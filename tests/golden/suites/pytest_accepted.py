# outcome: accepted
# passed: 9/9
# framework: pytest
def add(a, b):
    return a + b
# tests
import pytest
from solution import add


@pytest.fixture
def numbers():
    return [1, 2, 3]


@pytest.fixture(scope="module", params=[0, 10])
def base(request):
    yield request.param


class TestAdd:
    def setup_method(self):
        self.one = 1

    def test_one(self):
        assert add(self.one, 1) == 2

    @pytest.mark.parametrize("a", [1, 2])
    @pytest.mark.parametrize("b", [3, 4])
    def test_product(self, a, b):
        assert add(a, b) == a + b


def test_fixture(numbers, base):
    assert add(base, sum(numbers)) == base + 6


def test_approx():
    assert add(0.1, 0.2) == pytest.approx(0.3)
    assert [add(0.1, 0.2)] == pytest.approx([0.3])


def test_built_in_fixtures(tmp_path, capsys, monkeypatch, caplog, recwarn, request):
    (tmp_path / "number").write_text("3")
    assert add(int((tmp_path / "number").read_text()), 1) == 4
    print("hello")
    assert capsys.readouterr().out == "hello\n"
    monkeypatch.setenv("NAME", "value")
