"""The ``halo-forge`` command: its verbs, and the one place where a mistake becomes one line and an exit status."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from typing import Annotated

import typer

from halo_forge import __version__
from halo_forge.cli.console import err
from halo_forge.cli.interrupt import STOPPED
from halo_forge.cli.verbs import (
    benchmark_compare,
    benchmark_full,
    benchmark_report,
    benchmark_run,
    benchmark_score,
    data,
    doctor,
    models,
    raft,
    sft,
    verifiers,
)
from halo_forge.errors import Cancelled, HaloForgeError, UserError

USERS_MISTAKE, NOT_DONE = 2, 3
_STDOUT, _STDERR = 1, 2
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)

app = typer.Typer(
    name="halo-forge",
    help="How good is a language model at writing code? Measured with real compilers, in a sandbox, with error bars.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: importing what draws boxes would take a third of the time
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="First steps: halo-forge doctor, then halo-forge benchmark run --model smollm2-135m --prompts demo",
)
benchmark = typer.Typer(no_args_is_help=True, help="Measure models.")
benchmark.command("run", help=benchmark_run.EXAMPLES)(benchmark_run.run)
benchmark.command("score", help=benchmark_score.EXAMPLES)(benchmark_score.score)
benchmark.command("full", help=benchmark_full.EXAMPLES)(benchmark_full.full)
benchmark.command("compare", help=benchmark_compare.EXAMPLES)(benchmark_compare.compare)
benchmark.command("report", help=benchmark_report.EXAMPLES)(benchmark_report.report)
app.add_typer(benchmark, name="benchmark")
app.add_typer(sft.app, name="sft")
app.add_typer(raft.app, name="raft")
app.add_typer(data.app, name="data")
app.add_typer(models.app, name="models")
app.add_typer(verifiers.app, name="verifiers")
app.command("doctor")(doctor.doctor)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"halo-forge {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line and end the process with its exit status."""
    _open_standard_streams()
    sys.exit(_status())


def _open_standard_streams() -> None:
    """Where one of them was closed, its number would go to the next pipe, and a program's output into it."""
    while (fd := os.open(os.devnull, os.O_RDWR)) <= _STDERR:
        pass
    os.close(fd)


def _status() -> int:
    try:
        status = app(standalone_mode=False) or 0
        if sys.stdout is not None:  # it was closed
            sys.stdout.flush()  # now, when a full disk can still be reported
        return status
    except UserError as error:
        return _complain(str(error), USERS_MISTAKE)
    except Cancelled:
        return STOPPED
    except HaloForgeError as error:
        return _complain(str(error), NOT_DONE)
    except typer.TyperException as error:  # an unknown option, a missing one, no arguments at all
        words = error.format_message()
        return _complain(f"{words} (--help shows what there is)", USERS_MISTAKE) if words else USERS_MISTAKE
    except (typer.Abort, KeyboardInterrupt):
        return STOPPED
    except BrokenPipeError:  # whoever read our output had enough
        _discard_output()
        return 0
    except OSError as error:
        if error.errno not in _NO_ROOM or error.filename is not None:
            raise
        _discard_output()
        return _complain(f"the output cannot be written: {error.strerror}; make room and run it again", USERS_MISTAKE)


def _discard_output() -> None:
    """Let nothing that is still in a buffer fail once more at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), _STDOUT)


def _complain(text: str, status: int) -> int:
    """One line, whatever is in it; the status alone where standard error can't be written either."""
    with contextlib.suppress(OSError):
        err().print("error: ", end="", style="bold red")
        err().print(" ".join(text.split()), markup=False, soft_wrap=True)
    return status
