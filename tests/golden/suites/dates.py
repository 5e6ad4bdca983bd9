# outcome: accepted
import datetime as dt


def day(text):
    return dt.date.fromisoformat(text)


def moment(text):
    return dt.datetime.fromisoformat(text)


def between(a, b):
    return b - a


def at(hour):
    return dt.time(hour, 30)
# tests
import datetime

assert day("2024-02-29") == datetime.date(2024, 2, 29)
assert moment("2024-01-01T10:00:00+02:00") == datetime.datetime(2024, 1, 1, 8, tzinfo=datetime.timezone.utc)
assert between(datetime.date(2024, 1, 1), datetime.date(2024, 3, 1)) == datetime.timedelta(days=60)
assert at(5) == datetime.time(5, 30)
assert day("2024-02-29").weekday() == 3
