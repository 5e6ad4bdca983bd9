"""The words of halo-forge: the frozen types that travel from a problem to a report.

``Problem -> Sample -> Verdict -> Report``. Everything here is plain data from the standard library: nothing is
read, run or printed. Values are checked once, where they enter (`halo_forge.problems`, `halo_forge.store`,
`halo_forge.cli`); inside, these types are trusted.

Units are in the names: ``_s`` seconds, ``_mb`` mebibytes, ``_bytes`` bytes. ``None`` means "not known" or "not
measured", never zero.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

UNCATEGORIZED = "uncategorized"  # what problems without a category are shown under


class Language(StrEnum):
    """Programming languages a problem can ask for."""

    C = "c"
    CPP = "cpp"
    PYTHON = "python"
    RUST = "rust"
    GO = "go"
    JAVA = "java"
    JAVASCRIPT = "javascript"
    TYPESCRIPT = "typescript"
    CSHARP = "csharp"
    BASH = "bash"


class TestStyle(StrEnum):
    """How a problem decides whether a program is right."""

    __test__ = False  # not a test case, whatever pytest makes of the name

    COMPILE = "compile"  # no tests: compiling is all that is asked
    OUTPUT = "output"  # run it, compare standard output
    ASSERTS = "asserts"  # Python: call it from a suite of assertions
    PYTEST = "pytest"  # Python: a file of pytest tests that imports it
    UNITTEST = "unittest"  # Python: a file of unittest test cases that imports it
    PROGRAM = "program"  # the tests are the end of the program: a main that calls it and asserts
    CUSTOM = "custom"  # the user's own command looks at it


class Framework(StrEnum):
    """What runs the tests of a Python problem."""

    ASSERTS = "asserts"
    PYTEST = "pytest"
    UNITTEST = "unittest"


class Match(StrEnum):
    """How what a program printed is compared with what is expected."""

    EXACT = "exact"  # byte for byte
    LINES = "lines"  # blanks at the end of lines and newlines at the end of the text do not count
    TOKENS = "tokens"  # words between blanks and newlines, however they are spread over lines
    NUMERIC = "numeric"  # line by line the same words, where numbers may differ by a tolerance


class SampleForm(StrEnum):
    """What the text of a sample is."""

    SOLUTION = "solution"  # an answer that holds a whole program, perhaps with prose around it
    COMPLETION = "completion"  # the continuation of the problem's prompt, character for character


class PromptStyle(StrEnum):
    """How a problem's prompt is put to a model."""

    AUTO = "auto"
    CHAT = "chat"
    COMPLETION = "completion"


class FinishReason(StrEnum):
    """Why a model stopped."""

    STOP = "stop"  # by itself, or at a stop sequence
    LENGTH = "length"  # at the token limit
    CONTEXT = "context"  # the prompt did not fit, so nothing was generated
    FILTERED = "content_filter"  # a hosted server cut or withheld it
    UNKNOWN = "unknown"  # the file or the server that it comes from does not say


class Outcome(StrEnum):
    """What became of one sample. Exactly one of them is a pass."""

    ACCEPTED = "accepted"
    WRONG_ANSWER = "wrong_answer"
    RUNTIME_ERROR = "runtime_error"
    TIME_LIMIT = "time_limit"
    MEMORY_LIMIT = "memory_limit"
    OUTPUT_LIMIT = "output_limit"
    COMPILE_ERROR = "compile_error"
    NO_CODE = "no_code"
    JUDGE_ERROR = "judge_error"  # our fault or the machine's, never the model's: left out of every rate


class KilledBy(StrEnum):
    """Which limit ended a run before the program did."""

    CPU = "cpu"
    WALL = "wall"
    MEMORY = "memory"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one sample may use. The result file records them, because they decide verdicts."""

    compile_cpu_s: float = 20.0
    compile_memory_mb: int = 2048
    cpu_s: float = 5.0
    memory_mb: int = 512
    output_bytes: int = 4 * 1024 * 1024  # for each of stdout and stderr
    file_mb: int = 64  # largest single file, and what /tmp holds is bounded too
    processes: int = 64


@dataclass(frozen=True, slots=True)
class LimitOverrides:
    """A problem's own limits; ``None`` leaves the run's limit as it is."""

    cpu_s: float | None = None
    memory_mb: int | None = None

    def apply(self, limits: Limits) -> Limits:
        """The run's `limits` with this problem's own in their place."""
        if self == _NO_OVERRIDES:
            return limits
        given = {f.name: v for f in fields(self) if (v := getattr(self, f.name)) is not None}
        return replace(limits, **given)


_NO_OVERRIDES = LimitOverrides()


@dataclass(frozen=True, slots=True)
class SamplingOverrides:
    """How a problem wants to be sampled; ``None`` leaves the run's setting as it is.

    Where completions of it are cut is `Problem.stop`.
    """

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    system_prompt: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """How the output of a problem is compared.

    Attributes:
        tolerance: for `Match.NUMERIC`: largest absolute difference, or relative to the expected number where that is
            above 1. 0 takes 1 and 1.0 for equal, and no more.
    """

    match: Match = Match.LINES
    tolerance: float = 0.0


@dataclass(frozen=True, slots=True)
class CustomTest:
    """A command of the user's that decides about an answer (contract: docs/verdicts.md).

    Attributes:
        command: for ``/bin/sh -c``.
        files: what it finds in its working directory beside the answer: text by name.
    """

    command: str
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """One run of a program: what it reads and what it has to print."""

    stdin: str
    expected_output: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One task for a model.

    Attributes:
        id: unique in its set.
        prompt: what the model is asked, or the code that it has to go on with.
        language: what the answer has to be written in.
        category: for the breakdown; ``None`` is shown as `UNCATEGORIZED`.
        concept: what is to be learnt from it, for splits: problems of one concept never stand on both sides of one.
        difficulty: free text, shown by ``data show``.
        cases: runs with their expected output (`TestStyle.OUTPUT`), compared as `comparison` says.
        tests: Python: source of a suite for `framework`. Other languages: the end of the program
            (`TestStyle.PROGRAM`); where the prompt is code, what follows the completion.
        entry_point: the function that the tests are about.
        custom: the user's own test (`TestStyle.CUSTOM`).
        preamble: Python: source that is executed before the solution, whose names it may use.
        prompt_is_code: the prompt is the beginning of the program (HumanEval), not a request in words.
        stop: where a completion is cut, if the user does not say.
        sampling: this problem's own settings of sampling.
        solution: a reference answer, for ``data check`` and as an example for other problems.
        solution_form: how `solution` is to be read.
        limits: this problem's own limits.
    """

    id: str
    prompt: str
    language: Language
    category: str | None = None
    difficulty: str | None = None
    cases: tuple[Case, ...] = ()
    comparison: Comparison = Comparison()
    tests: str | None = None
    framework: Framework = Framework.ASSERTS
    entry_point: str | None = None
    custom: CustomTest | None = None
    preamble: str | None = None
    prompt_is_code: bool = False
    stop: tuple[str, ...] = ()
    sampling: SamplingOverrides = SamplingOverrides()
    solution: str | None = None
    solution_form: SampleForm = SampleForm.SOLUTION
    limits: LimitOverrides = field(default_factory=LimitOverrides)
    concept: str | None = None

    @property
    def test_style(self) -> TestStyle:
        """How an answer is judged."""
        if self.custom is not None:
            return TestStyle.CUSTOM
        if self.tests is not None:
            return TestStyle(self.framework) if self.language is Language.PYTHON else TestStyle.PROGRAM
        return TestStyle.OUTPUT if self.cases else TestStyle.COMPILE

    @property
    def hash(self) -> str:
        """SHA-256 (first 16 hex digits) of all that decides a verdict or a generation.

        Category, concept, difficulty and the reference solution are left out: changing them changes no sample's
        verdict. What has its default is left out too, so that a problem keeps its hash when problems can say more.
        """
        ignored = ("category", "concept", "difficulty", "solution", "solution_form")
        decisive = [f for f in fields(self) if f.name not in ignored]
        content = {f.name: value for f in decisive if (value := getattr(self, f.name)) != f.default}
        text = json.dumps(content, sort_keys=True, ensure_ascii=True, default=asdict)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer of a model to one problem.

    Attributes:
        index: 0, 1, … within its problem.
        n_tokens: generated tokens, ``None`` when the engine or the file does not say.
        think_tokens: of them, those of the thinking before the answer, tags included; ``None`` likewise.
        prompt_tokens: tokens of the rendered prompt.
        token_ids: the generated tokens, where the engine gives them.
        seed: the seed of this very sample.
    """

    problem_id: str
    index: int
    text: str
    form: SampleForm = SampleForm.SOLUTION
    finish_reason: FinishReason = FinishReason.UNKNOWN
    n_tokens: int | None = None
    prompt_tokens: int | None = None
    token_ids: tuple[int, ...] | None = None
    seed: int | None = None
    think_tokens: int | None = None

    @property
    def key(self) -> SampleKey:
        """What tells this sample from every other of its run."""
        return (self.problem_id, self.index)


SampleKey = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Execution:
    """What happened when a command ran in a sandbox.

    Attributes:
        exit_code: ``None`` when the sandbox had to kill it.
        signal: the signal that ended it by itself (SIGSEGV is 11), or ``None``.
        cpu_s: user and system time of the whole process tree.
        peak_rss_mb: largest resident size of the tree that was seen, ``None`` when it ended before one look.
        killed_by: the limit that it hit, if any.
        truncated: stdout or stderr was cut at the output limit.
        kept_waiting_s: set when it hit the wall limit: how long it was ready to run and got no processor.
        result: what it wrote to the descriptor that only trusted code gets: a compiled program, a tester's report.
    """

    exit_code: int | None
    signal: int | None
    stdout: bytes
    stderr: bytes
    cpu_s: float
    wall_s: float
    peak_rss_mb: float | None = None
    killed_by: KilledBy | None = None
    truncated: bool = False
    kept_waiting_s: float = 0.0
    result: bytes = b""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found out about one sample.

    Attributes:
        compiled: ``None`` when that could not be found out (`Outcome.JUDGE_ERROR`).
        tests_passed: of `tests_total`; both ``None`` where there is nothing to count.
        detail: one line to a screenful for a reader: the compiler's words, the difference, the exception.
        cpu_s: CPU seconds of the program, compilation not included; ``None`` when it never ran.
        wall_s: seconds that judging took, compilation included.
        warned: it compiled, and the compiler warned about it, as far as its flags let it; ``None`` when not known.
        case: number, from 1, of the first of the problem's cases that failed; ``None`` where none did.
        stdout: what the program printed on it, the beginning of a long text; ``None`` where `case` is.
        program: digest of the program that was judged, the same for the same program of the same problem; ``None``
            where programs are not told apart, or where there is none.
        same_as: index of the sample of the same problem with the same program that was judged in place of this one;
            ``None`` when this one was judged.
    """

    problem_id: str
    index: int
    outcome: Outcome
    compiled: bool | None
    tests_passed: int | None = None
    tests_total: int | None = None
    detail: str = ""
    cpu_s: float | None = None
    wall_s: float | None = None
    warned: bool | None = None
    case: int | None = None
    stdout: str | None = None
    program: str | None = None
    same_as: int | None = None

    @property
    def passed(self) -> bool:
        """Whether the sample counts as right."""
        return self.outcome is Outcome.ACCEPTED


@dataclass(frozen=True, slots=True)
class Estimate:
    """A rate with its 95% interval.

    Attributes:
        value: ``None`` when it is undefined (pass@k with fewer than k samples of some problem).
        low, high: bounds of the interval, ``None`` when there is none.
        problems: how many problems stand behind it.
        samples: how many samples stand behind it.
    """

    value: float | None
    low: float | None
    high: float | None
    problems: int
    samples: int


@dataclass(frozen=True, slots=True)
class ProblemCount:
    """One problem's samples, so that runs can be paired.

    Attributes:
        n, c: judged samples, and those that passed.
        hash: the problem's; ``None`` in files of tools that have none.
        compiled: samples that compiled, ``None`` where the file does not say.
        category: the problem's.
    """

    n: int
    c: int
    hash: str | None
    compiled: int | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class CategoryCount:
    """Problems of one category: scored, passed by their first sample, passed by any sample."""

    total: int
    passed: int
    solved: int


@dataclass(frozen=True, slots=True)
class SampleCount:
    """Samples that were judged, that compiled, that passed; and those whose verdict is that of the same program."""

    total: int
    compiled: int
    passed: int
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class TokenCount:
    """Tokens of all samples; ``None`` where the engine or the file did not count them.

    Attributes:
        prompt: a prompt counts once for each of its samples.
        thinking: of `completion`, those of thinking.
        truncated: samples that ended at the token limit.
        thinking_cut: samples that ended before their thinking did, whatever ended them: there is no answer in them.
    """

    prompt: int | None
    completion: int | None
    truncated: int
    thinking: int | None = None
    thinking_cut: int = 0


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars for a million tokens."""

    prompt: float
    completion: float


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run's tokens cost, in US dollars; ``None`` where tokens were not counted.

    Attributes:
        total: of all samples, also of those that could not be judged.
        per_solved: `total` by the problems that were solved; ``None`` when none was.
    """

    prices: Prices
    prompt_tokens: int | None
    completion_tokens: int | None
    total: float | None
    per_solved: float | None


@dataclass(frozen=True, slots=True)
class HardwareFigures:
    """What a run, or a phase of it, took of its machine; ``None`` where that was not measured. GB are GiB.

    Attributes:
        seconds: that were measured.
        gpu_peak_memory_gb: memory of the GPUs that is in use, by whomever.
        gpu_power_avg_w: of all GPUs together, as energy.
        gpu_utilization_pct, cpu_utilization_pct: mean, 0 to 100; of the machine's processors all together.
        cpu_energy_wh: of the processors' packages.
        peak_memory_gb: resident memory of the run's processes, the programs that it judges among them.
        system_peak_memory_gb: memory of the machine that was not available.
    """

    seconds: float
    gpu_peak_memory_gb: float | None
    gpu_power_avg_w: float | None
    gpu_energy_wh: float | None
    gpu_utilization_pct: float | None
    gpu_temperature_max_c: float | None
    cpu_power_avg_w: float | None
    cpu_energy_wh: float | None
    cpu_utilization_pct: float | None
    peak_memory_gb: float | None
    system_peak_memory_gb: float | None


@dataclass(frozen=True, slots=True)
class Hardware:
    """All that was measured of the machine. Definitions: docs/hardware.md.

    Attributes:
        total: of all sessions of the run.
        phases: the same while it generated and while it judged, by name; they overlap.
        energy_wh: of GPUs and processors, as far as the machine can say.
        wh_per_solved: by the problems that were solved; ``None`` when none was.
        tokens_per_wh: generated tokens.
        energy_source: by ``gpu`` and ``cpu``.
        devices: one object for each device that was measured.
        series: columns of equal length for a chart; a column of which nothing is known is ``None``.
        notes: what a reader has to know, one line each.
        reasons: why a figure is ``None``, by its key.
    """

    total: HardwareFigures
    phases: Mapping[str, HardwareFigures | None]
    energy_wh: float | None
    wh_per_solved: float | None
    tokens_per_wh: float | None
    energy_source: Mapping[str, str | None]
    devices: tuple[JSONObject, ...]
    series: Mapping[str, list[float | None] | None]
    notes: tuple[str, ...]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Report:
    """All that is known about a run, ready to be shown. Definitions: docs/results.md.

    Attributes:
        total: problems with at least one judged sample.
        passed: of them, those whose first judged sample passed.
        solved: of them, those with any sample that passed.
        unscored: samples that could not be judged; they are in no rate.
        missing: samples that the run was to have and has not: it ended early.
        judged_by: ``tests``, ``compile`` (no problem has tests), or ``mixed``.
        generation_s: wall seconds of generation, ``None`` when the samples came from a file.
        verification_s: wall seconds from the first to the last judgement.
        run: settings and versions, as they are written to the result file.
        cost: ``None`` where no prices were given.
        metrics: what was asked for beside pass@k, by name (``pass^4``).
        hardware: ``None`` where nothing was measured.
    """

    total: int
    passed: int
    solved: int
    pass_rate: Estimate
    compile_rate: Estimate
    pass_at_k: dict[int, Estimate]
    samples: SampleCount
    unscored: int
    missing: int
    outcomes: dict[Outcome, int]
    by_category: dict[str, CategoryCount]
    problems: dict[str, ProblemCount]
    judged_by: str
    tokens: TokenCount
    generation_s: float | None
    verification_s: float | None
    run: JSONObject
    cost: Cost | None = None
    metrics: dict[str, Estimate] = field(default_factory=dict)
    hardware: Hardware | None = None


JSONObject = dict[str, Any]
