# outcome: wrong_answer
# detail: test_output_is_in_another_process
# passed: 1/2
# framework: pytest
def hello():
    print('hello')
    return 1
# tests
from solution import hello


def test_value(capsys):
    assert hello() == 1


def test_output_is_in_another_process(capsys):
    hello()
    assert capsys.readouterr().out == "hello\n"
