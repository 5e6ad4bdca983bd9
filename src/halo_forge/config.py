"""A run's settings, checked: what the command line says becomes one frozen object, or one clear complaint."""

from __future__ import annotations

import math
import shlex
from dataclasses import dataclass, replace

from halo_forge.errors import UserError
from halo_forge.models.base import SamplingSettings
from halo_forge.requested import Metric
from halo_forge.types import Limits, Prices

DEFAULT_SAMPLES = 20
DEFAULT_KS = (1, 5, 10)
DEFAULT_TEMPERATURE = 0.7
_MOST_SAMPLES = 1_000_000
_MOST_AT_ONCE = 1024


@dataclass(frozen=True, slots=True)
class SamplePlan:
    """How many samples a problem gets, for which k pass@k is reported, and what beside it."""

    samples: int
    ks: tuple[int, ...]
    metrics: tuple[Metric, ...] = ()


def parse_ks(text: str) -> tuple[int, ...]:
    """``"1,5,10"`` as numbers, in order, without repeats.

    Raises:
        UserError: not a list of whole numbers from 1 up.
    """
    return tuple(sorted(ks_as_given(text)))


def ks_as_given(text: str) -> tuple[int, ...]:
    """As `parse_ks`, in the order in which they were written.

    Raises:
        UserError: not a list of whole numbers from 1 up.
    """
    try:
        ks = tuple(dict.fromkeys(int(part) for part in text.split(",")))
    except ValueError:
        raise UserError(f"--k {text!r} is not a list of numbers; write for example --k 1,5,10") from None
    if min(ks) < 1:
        raise UserError(f"--k {min(ks)}: k counts tries, so it starts at 1")
    return ks


def parse_metrics(text: str | None) -> tuple[Metric, ...]:
    """``"pass^4,g-pass@8_0.5"`` as metrics.

    Raises:
        UserError: not a list of them.
    """
    try:
        return tuple(dict.fromkeys(Metric.parse(part) for part in text.split(","))) if text is not None else ()
    except ValueError as fault:
        raise UserError(f"--metrics: {fault}; write for example --metrics pass^4,g-pass@8_0.5") from None


def sample_plan(samples: int | None, ks: str | None, metrics: str | None = None, *, greedy: bool) -> SamplePlan:
    """Samples, ks and metrics, with their defaults.

    Raises:
        UserError: an explicit k above the samples, or greedy with several samples.
    """
    if greedy and samples not in (None, 1):
        raise UserError("--greedy gives every problem the same single sample; leave --samples out")
    count = 1 if greedy else DEFAULT_SAMPLES if samples is None else samples
    if not 1 <= count <= _MOST_SAMPLES:
        raise UserError(f"--samples {count} is out of range; give 1 to {_MOST_SAMPLES}")
    further = parse_metrics(metrics)
    wanted = DEFAULT_KS if ks is None else parse_ks(ks)
    given = () if ks is None else wanted
    asked = [(f"pass@{k}", k, "--k") for k in given] + [(metric.name, metric.k, "--metrics") for metric in further]
    for name, k, option in asked:
        if k > count:
            raise UserError(f"{name} needs {k} samples a problem and --samples is {count}; raise it or lower {option}")
    return SamplePlan(count, wanted, further)


def check_temperature(temperature: float | None, *, greedy: bool) -> float:
    """The temperature, with its default.

    Raises:
        UserError: a temperature above 0 beside --greedy.
    """
    if greedy and temperature not in (None, 0.0):
        raise UserError(f"--greedy is temperature 0; leave out --greedy or --temperature {temperature:g}")
    if temperature is None:
        return 0.0 if greedy else DEFAULT_TEMPERATURE
    return temperature


def check_sampling(settings: SamplingSettings) -> SamplingSettings:
    """The settings, if a model can sample so.

    Raises:
        UserError: a number out of its range.
    """
    if not 0 <= settings.temperature <= 10:
        raise UserError(f"--temperature {settings.temperature} is out of range; give 0 (greedy) to 10")
    if not 0 < settings.top_p <= 1:
        raise UserError(f"--top-p {settings.top_p} is out of range; give a number above 0, up to 1")
    if settings.max_tokens < 1:
        raise UserError(f"--max-tokens {settings.max_tokens} leaves no room for an answer; give 1 or more")
    if settings.think_budget is not None and settings.think_budget < 1:
        raise UserError(f"--think-budget {settings.think_budget} leaves no room for a thought; give 1 or more")
    if any(not stop for stop in settings.stop):
        raise UserError("--stop must not be empty")
    return settings


def check_prices(price_in: float | None, price_out: float | None) -> Prices | None:
    """What tokens cost, ``None`` where nobody says.

    Raises:
        UserError: one of the two is missing, or no price.
    """
    if price_in is None and price_out is None:
        return None
    for name, price in (("--price-in", price_in), ("--price-out", price_out)):
        if price is None:
            raise UserError(f"{name} is missing; give both prices (0 is one), in US dollars for a million tokens")
        if not 0 <= price < math.inf:
            raise UserError(f"{name} {price:g} is no price; give US dollars for a million tokens, 0 or more")
    assert price_in is not None
    assert price_out is not None
    return Prices(price_in, price_out)


def check_limits(time_limit: float | None, memory_limit: int | None) -> Limits:
    """The default limits with the user's in their place.

    Raises:
        UserError: a number out of its range.
    """
    limits = Limits()
    if time_limit is not None:
        if not 0.1 <= time_limit <= 3600:
            raise UserError(f"--time-limit {time_limit:g} is out of range; give 0.1 to 3600 seconds of CPU time")
        limits = replace(limits, cpu_s=time_limit)
    if memory_limit is not None:
        if not 16 <= memory_limit <= 1_048_576:
            raise UserError(f"--memory-limit {memory_limit} is out of range; give 16 to 1048576 MB")
        limits = replace(limits, memory_mb=memory_limit)
    return limits


def parse_flags(text: str | None) -> tuple[str, ...] | None:
    """Compiler flags as a shell would split them; ``None`` stays the default.

    Raises:
        UserError: a quote that is not closed.
    """
    try:
        return None if text is None else tuple(shlex.split(text))
    except ValueError as error:
        raise UserError(f"--compile-flags {text!r}: {str(error).lower()}; quote it for the shell as a whole") from None


def check_workers(workers: int | None, default: int) -> int:
    """How many samples are judged at once.

    Raises:
        UserError: below 1.
    """
    if workers is not None and workers < 1:
        raise UserError(f"--workers {workers}: give 1 or more")
    return default if workers is None else workers


def check_concurrency(concurrency: int | None) -> int | None:
    """How many samples are under way at a server; ``None`` leaves it to the engine.

    Raises:
        UserError: out of its range.
    """
    if concurrency is not None and not 1 <= concurrency <= _MOST_AT_ONCE:
        raise UserError(f"--concurrency {concurrency} is out of range; give 1 to {_MOST_AT_ONCE}")
    return concurrency


def check_engine_options(given: tuple[str, ...]) -> dict[str, str]:
    """``KEY=VALUE`` each; the engine knows which there are.

    Raises:
        UserError: there is no ``=``, or a key comes twice.
    """
    options: dict[str, str] = {}
    for text in given:
        key, equals, value = text.partition("=")
        if not (key and equals):
            raise UserError(f"--engine-option {text!r}: give KEY=VALUE")
        if key in options:
            raise UserError(f"--engine-option {key} is given twice; give it once")
        options[key] = value
    return options


def safe_name(*parts: str) -> str:
    """Parts of a file name joined by dashes, with everything unusual replaced."""
    text = "-".join(parts)
    kept = "".join(c if c.isalnum() or c in "._-" else "-" for c in text)
    return kept.strip("-.") or "run"
