"""Programs without their looks, to tell whether two answers say the same.

Python goes by its syntax tree, without comments, docstrings and blanks. Other languages go by their text without
comments and blanks. Limits: two programs with other names are two programs; a text in quotes that holds what looks
like a comment may lose it, which at worst drops an answer as repeated.
"""

from __future__ import annotations

import ast
import re
import warnings

from halo_forge.types import Language, Problem, Sample, SampleForm
from halo_forge.verifiers.extract import extract_code

_C_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_WITH_DOCSTRING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)
_HASH_COMMENT = re.compile(r"(?m)^\s*#(?!include|define|if|endif|else|pragma)[^\n]*")


def bare_program(problem: Problem, sample: Sample) -> str | None:
    """The program of an answer without its looks; ``None`` where there is no code in it."""
    if sample.form is SampleForm.COMPLETION:
        code: str | None = problem.prompt + sample.text
    else:
        code = extract_code(sample.text, problem.language.value, problem.entry_point)
    if code is None:
        return None
    return _python(code) if problem.language is Language.PYTHON else _other(code, problem.language)


def _python(code: str) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a backslash that means nothing
            tree = ast.parse(code)
        for node in ast.walk(tree):
            if isinstance(node, _WITH_DOCSTRING) and _has_docstring(node):
                node.body = node.body[1:] or [ast.Pass()]
        return ast.dump(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a tree can be too deep to be written down
        return _other(code, Language.PYTHON)


def _has_docstring(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Module) -> bool:
    first = node.body[0] if node.body else None
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)


def _other(code: str, language: Language) -> str:
    comment = _HASH_COMMENT if language in (Language.PYTHON, Language.BASH) else _C_COMMENT
    return " ".join(comment.sub(" ", code).split())
