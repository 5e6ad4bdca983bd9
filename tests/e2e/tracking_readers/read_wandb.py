"""The runs in the files that wandb wrote offline, as one line of JSON.

A file is seven bytes, then blocks of 32 KiB as LevelDB's log has them: checksum, size and kind before each piece, kind
1 a whole record, 2 to 4 its first, a middle and its last piece; less than seven bytes at the end of a block are none.
"""

import json
import struct
from collections.abc import Iterator
from pathlib import Path

from wandb.proto.wandb_internal_pb2 import Record

BLOCK, HEAD = 32768, 7


def records(data: bytes) -> Iterator[Record]:
    at, pieces = HEAD, b""
    while at + HEAD <= len(data):
        if BLOCK - at % BLOCK < HEAD:
            at += BLOCK - at % BLOCK
            continue
        _, size, kind = struct.unpack_from("<IHB", data, at)
        pieces += data[at + HEAD : at + HEAD + size]
        at += HEAD + size
        if kind in (1, 4):
            yield Record.FromString(pieces)
            pieces = b""


def read(path: Path) -> dict[str, object]:
    found: dict[str, object] = {}
    for record in records(path.read_bytes()):
        kind = record.WhichOneof("record_type")
        if kind == "run":
            found["id"] = record.run.run_id
            found["settings"] = {item.key: json.loads(item.value_json) for item in record.run.config.update}
        elif kind == "history":
            items = {item.nested_key[0]: json.loads(item.value_json) for item in record.history.item}
            found["step"] = items["_step"]
            found["metrics"] = {name: value for name, value in items.items() if not name.startswith("_")}
        elif kind == "artifact":
            (entry,) = record.artifact.manifest.contents
            found["files"] = [json.loads(Path(entry.local_path).read_text())]
    return found


runs = {}
for path in sorted(Path("wandb").glob("offline-run-*/run-*.wandb"), key=lambda path: path.stat().st_mtime):
    run = read(path)
    runs[run["id"]] = run  # later files go on with the same run
print(json.dumps(list(runs.values())))
