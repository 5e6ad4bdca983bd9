"""The few classes of ``org.javatuples`` that published Java problems use, so that nothing has to be downloaded.

Written anew: ``with``, ``getValueN`` and ``setAtN``, equality by values, and the same words as a list.
"""

from __future__ import annotations

_NAMES = ("Unit", "Pair", "Triplet", "Quartet", "Quintet")
_IMPORT = "org.javatuples"
_CLASS = """\
package org.javatuples;
public final class {name}<{types}> {{
    private final Object[] values;
    public {name}({parameters}) {{ values = new Object[] {{{arguments}}}; }}
    public static <{types}> {name}<{types}> with({parameters}) {{ return new {name}<>({arguments}); }}
{members}
    public int getSize() {{ return values.length; }}
    public Object getValue(int at) {{ return values[at]; }}
    public java.util.List<Object> toList() {{ return java.util.Arrays.asList(values.clone()); }}
    @Override public boolean equals(Object other) {{
        return other instanceof {name} && java.util.Arrays.equals(values, (({name}<{wild}>) other).values);
    }}
    @Override public int hashCode() {{ return toList().hashCode(); }}
    @Override public String toString() {{ return toList().toString(); }}
}}
"""
_MEMBERS = """\
    @SuppressWarnings("unchecked") public {type} getValue{at}() {{ return ({type}) values[{at}]; }}
    public <X> {name}<{types}> setAt{at}(X value{at}) {{ return new {name}<>({arguments}); }}
"""


def javatuples(source: str) -> dict[str, str]:
    """The files of the package, by their paths, if `source` speaks of it."""
    if _IMPORT not in source:
        return {}
    return {f"org/javatuples/{name}.java": _class(name, size) for size, name in enumerate(_NAMES, 1)}


def _class(name: str, size: int) -> str:
    types = [chr(ord("A") + number) for number in range(size)]
    return _CLASS.format(
        name=name,
        types=", ".join(types),
        wild=", ".join("?" for _ in types),
        parameters=", ".join(f"{kind} value{at}" for at, kind in enumerate(types)),
        arguments=", ".join(f"value{at}" for at in range(size)),
        members="".join(_members(name, types, at) for at in range(size)),
    )


def _members(name: str, types: list[str], at: int) -> str:
    others = ", ".join("X" if number == at else kind for number, kind in enumerate(types))
    values = ", ".join(f"value{at}" if number == at else f"getValue{number}()" for number in range(len(types)))
    return _MEMBERS.format(name=name, type=types[at], at=at, types=others, arguments=values)
