"""A judged line read without making objects of it: several times as quick, for those who go through all of them.

A line passes here exactly when `decode_judged` takes it. The schema below says so of nearly every line, and is made of
the same tables; a line that it refuses (there may be half a surrogate pair in a text) is given to `decode_judged`.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from halo_forge.store.lines import (
    FORMS,
    MAX_NUMBER,
    MOMENTS,
    OUTCOMES,
    REASONS,
    SAMPLE,
    SESSIONS,
    VERDICT,
    decode_judged,
    decode_line,
)
from halo_forge.types import JSONObject

if TYPE_CHECKING:
    from pydantic_core import SchemaValidator

_NEEDED = ("problem_id", "index", "text", "form", "finish_reason", "outcome", "detail")


def glance(raw: bytes) -> JSONObject:
    """The fields of a line, by their names in the file.

    Raises:
        ValueError: there is no judged sample in it.
    """
    try:
        fields: JSONObject = _validator().validate_json(raw)
    except ValueError:
        decode_judged(raw)
        return decode_line(raw)
    return fields


@functools.cache
def _validator() -> SchemaValidator:
    from pydantic_core import SchemaValidator, core_schema  # here, because those who only write need not wait for it

    whole, text = core_schema.int_schema(strict=True), core_schema.str_schema(strict=True)
    kinds = {int: whole, str: text, bool: core_schema.bool_schema(strict=True), list: core_schema.list_schema(whole)}
    number = core_schema.float_schema(strict=True, allow_inf_nan=False, gt=-MAX_NUMBER, lt=MAX_NUMBER)

    def optional(schema: core_schema.CoreSchema) -> core_schema.TypedDictField:
        return core_schema.typed_dict_field(core_schema.nullable_schema(schema), required=False)

    times = {name: optional(kinds[kind]) for name, kind in SESSIONS} | {name: optional(number) for name in MOMENTS}
    special: dict[str, core_schema.CoreSchema] = {
        "index": core_schema.int_schema(strict=True, ge=0),
        **{
            name: core_schema.literal_schema(list(words))
            for name, words in (("form", FORMS), ("finish_reason", REASONS), ("outcome", OUTCOMES))
        },
    }
    fields = {name: optional(kinds[kind]) for name, kind in (*SAMPLE, *VERDICT)}
    fields |= {name: core_schema.typed_dict_field(special.get(name, text)) for name in _NEEDED}
    fields |= {name: optional(number) for name in ("cpu_s", "wall_s")}
    fields["times"] = core_schema.typed_dict_field(core_schema.typed_dict_schema(times))
    return SchemaValidator(core_schema.typed_dict_schema(fields))
