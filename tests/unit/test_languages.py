"""The descriptions of languages, and the finding of their tools."""

from __future__ import annotations

import io
import os
import re
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from halo_forge.errors import ToolchainError
from halo_forge.problems.jsonl import LANGUAGES
from halo_forge.sandbox.base import Command, ResourceLimits, Sandbox
from halo_forge.types import Execution, Language, Limits
from halo_forge.verifiers.base import Workshop
from halo_forge.verifiers.description import CompiledLanguage
from halo_forge.verifiers.extract import TAGS
from halo_forge.verifiers.joining.pieces import Names
from halo_forge.verifiers.languages import java, javascript
from halo_forge.verifiers.registry import TOOLCHAINS, compiles_only, default_judges, open_verifier
from halo_forge.verifiers.toolchain import Tool, find_tool, home_of
from halo_forge.verifiers.warm import NOWHERE, kept

SPECS = [pytest.param(spec, id=f"{name}-{spec.language}") for name, specs in TOOLCHAINS.items() for spec in specs]
LIMITS = ResourceLimits(cpu_s=1, memory_mb=1, output_bytes=1, file_mb=1, tmp_mb=1, processes=1)


@pytest.mark.parametrize("spec", SPECS)
def test_every_mark_of_a_command_has_a_meaning(spec: CompiledLanguage) -> None:
    known = {tool.name for tool in spec.tools} | {"source", "main", "heap_mb", "warm", "flags"}
    words = [*spec.compile, *spec.run, *spec.compile_env.values(), *spec.run_env.values()]
    words += () if spec.warm is None else spec.warm.compile
    marks = {mark for word in words for mark in re.findall(r"\{(.*?)\}", word)}
    assert marks <= known
    assert {spec.compiler} <= marks
    assert [word for word in words if "{flags}" in word and word != "{flags}"] == []


@pytest.mark.parametrize("spec", SPECS)
def test_every_tool_says_how_to_install_it(spec: CompiledLanguage) -> None:
    for tool in spec.tools:
        assert tool.install.startswith(("apt install ", "npm install -g "))


def test_every_language_has_a_judge_a_name_and_a_tag(sandbox: Sandbox) -> None:
    assert set(default_judges(Workshop(sandbox, Limits()))) == set(Language)
    assert set(LANGUAGES.values()) == set(Language)
    assert set(TAGS.values()) >= set(Language)
    for language in Language:
        assert LANGUAGES[language.value] is language


def test_the_default_compiler_of_c_is_gcc(sandbox: Sandbox) -> None:
    judges = default_judges(Workshop(sandbox, Limits()))
    assert (judges[Language.C], judges[Language.CPP], judges[Language.RUST]) == ("gcc", "gcc", "rustc")


def test_what_can_not_be_run() -> None:
    assert [name for name in TOOLCHAINS if compiles_only(name)] == ["mingw"]
    assert not compiles_only("python")


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("", Names("Main.java", "Main")),
        ("class A {}", Names("A.java", "A")),
        ("class A {} public class B { }", Names("B.java", "B")),
        ("public class A {} class B { public static void main(String[] a) {} }", Names("A.java", "B")),
        ("package x.y; class A { static void main(String... a) {} }", Names("A.java", "x.y.A")),
        ("// public class No {}\n/* public class No {} */ public final class Yes {}", Names("Yes.java", "Yes")),
        ('class A { String s = "} public class No {"; char c = \'{\'; } public enum E { X }', Names("E.java", "E")),
        ('class A { String s = """\n } public class No { "" \\""" """; }\npublic record R() {}', Names("R.java", "R")),
        ("public abstract sealed interface Shape permits A {} final class A {}", Names("Shape.java", "Shape")),
        ("class Out { public static class In { public static void main(String[] a) {} } }", Names("Out.java", "Out")),
        ("@Deprecated(since = \"public class No\") public class Größe {}", Names("Größe.java", "Größe")),
        ("class A { Class<?> k = A.class; } class B { void main() {} }", Names("A.java", "B")),
    ],
)  # fmt: skip
def test_names_in_java(source: str, names: Names) -> None:
    assert java.JAVA.names(source) == names


@pytest.mark.parametrize("source", ["/*" * 100_000, '"' * 100_000, "public " * 50_000, "{" * 200_000, "'\\" * 50_000])
def test_names_in_java_take_linear_time(source: str) -> None:
    assert java.JAVA.names(source) == Names("Main.java", "Main")


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ('import fs from "fs";', "main.mjs"),
        ("import { a } from 'b';", "main.mjs"),
        ("import * as a from 'b';", "main.mjs"),
        ('import "side-effect";', "main.mjs"),
        ("const a = 1;\nexport default a;", "main.mjs"),
        ("export { a };", "main.mjs"),
        ("const fs = require('fs');", "main.js"),
        ("import('fs').then(console.log);", "main.js"),
        ("  // import x from 'y'", "main.js"),
        ("important = 1; exported = 2;", "main.js"),
    ],
)
def test_modules_in_javascript(source: str, name: str) -> None:
    assert javascript.NODE.names(source).source == name


def test_a_missing_tool_says_what_to_install() -> None:
    with pytest.raises(ToolchainError, match=r"nosuchtool is not installed; install it \(apt install nosuch\)"):
        find_tool(Tool("nosuchtool", "apt install nosuch"))


def test_what_is_shown_of_a_toolchain_outside_usr() -> None:
    assert home_of(Path("/opt/go/bin/go")) == (Path("/opt/go"),)
    assert home_of(Path("/opt/node/lib/node_modules/typescript/bin/tsc")) == (Path("/opt/node/lib"),)
    assert home_of(Path("/usr/lib/node_modules/typescript/bin/tsc")) == ()
    with pytest.raises(ToolchainError, match="would see all of"):
        home_of(Path.home() / "bin" / "go")


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("exit 1", "bash fails on a small correct program"),
        ("kill -KILL $$", "bash does not work in the sandbox"),
        ("test $1 = -n && exit; echo steady", "bash fails on a small correct program"),
    ],
)
def test_a_broken_tool(
    script: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox
) -> None:
    tool = tmp_path / "broken" / "bin" / "bash"
    tool.parent.mkdir(parents=True)
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tool.parent))
    with pytest.raises(ToolchainError, match=complaint):
        open_verifier("bash", Workshop(sandbox, Limits())).prepare(frozenset({Language.BASH}))


class TestWarm:
    """What is kept from one run to the next."""

    command = Command(argv=("/bin/true",), limits=LIMITS)

    @pytest.fixture(autouse=True)
    def _cache(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    @staticmethod
    def _answer(exit_code: int, result: bytes, calls: list[Command]) -> Callable[[Command], Execution]:
        def run(command: Command) -> Execution:
            calls.append(command)
            return Execution(exit_code, None, b"", b"some words\n", 0.0, 0.0, result=result)

        return run

    def test_made_once_and_readable_by_others(self) -> None:
        calls: list[Command] = []
        run = self._answer(0, archive("made/thing", b"42"), calls)
        place = kept("tool", "version 1", self.command, run)
        assert kept("tool", "version 1", self.command, run) == place
        assert (place / "made" / "thing").read_bytes() == b"42"
        assert place.stat().st_mode & 0o777 == 0o755
        assert len(calls) == 1
        assert calls[0].limits.cpu_s > LIMITS.cpu_s
        assert kept("tool", "version 2", self.command, run) != place
        assert sorted(path.name[:5] for path in place.parent.iterdir()) == ["tool-", "tool-"]

    @pytest.mark.parametrize(("code", "result"), [(1, b""), (0, b"no archive")])
    def test_does_without_what_can_not_be_made(self, code: int, result: bytes, tmp_path: Path) -> None:
        assert kept("tool", "1", self.command, self._answer(code, result, [])) == NOWHERE
        assert list((tmp_path / "halo-forge" / "toolchains").iterdir()) == []

    def test_does_without_where_nothing_can_be_kept(self, tmp_path: Path) -> None:
        (tmp_path / "halo-forge").write_text("a file in the way")
        assert kept("tool", "1", self.command, self._answer(0, archive("a", b""), [])) == NOWHERE

    def test_does_without_where_nothing_can_be_looked_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", f"/{'too_long_a_name' * 40}")
        assert kept("tool", "1", self.command, self._answer(0, archive("a", b""), [])) == NOWHERE

    def test_what_is_kept_is_the_users_own(self) -> None:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as file:
            for name, kind, mode, link in (
                ("made", tarfile.DIRTYPE, 0o700, ""), ("made/data", tarfile.REGTYPE, 0o600, ""),
                ("made/tool", tarfile.REGTYPE, 0o6777, ""), ("made/link", tarfile.SYMTYPE, 0o777, "/bin/true"),
            ):  # fmt: skip
                member = tarfile.TarInfo(name)
                member.type, member.mode, member.linkname, member.uid, member.gid = kind, mode, link, 60000, 60000
                file.addfile(member, io.BytesIO())
        place = kept("tool", "1", self.command, self._answer(0, buffer.getvalue(), [])) / "made"
        assert [oct(path.stat().st_mode & 0o7777) for path in (place, place / "data", place / "tool")] == [
            "0o755", "0o644", "0o755",
        ]  # fmt: skip
        assert os.readlink(place / "link") == "/bin/true"
        assert {path.lstat().st_uid for path in (place, *place.iterdir())} == {os.geteuid()}

    @pytest.mark.parametrize("name", ["go", "java"])
    def test_verdicts_do_not_depend_on_it(self, name: str, tmp_path: Path, sandbox: Sandbox) -> None:
        (tmp_path / "halo-forge").write_text("a file in the way")
        (spec,) = TOOLCHAINS[name]
        verifier = open_verifier(name, Workshop(sandbox, Limits()))
        try:
            assert verifier.prepare(frozenset({spec.language}))
        except ToolchainError as error:
            if "not installed" in str(error):
                pytest.skip(str(error))
            raise


def archive(name: str, content: bytes) -> bytes:
    """A tar file with one file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as made:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        made.addfile(info, io.BytesIO(content))
    return buffer.getvalue()
