"""Compares what `cdc-demo cat` prints of Delta tables with what delta-rs reads.

    compare_cat.py CDC_DEMO FOLDER_OF_TABLES

Every table that both can read must have the same rows. Prints one line for each that has not, then the counts.
"""

import base64
import datetime
import json
import math
import os
import subprocess
import sys

import pyarrow
from deltalake import DeltaTable, QueryBuilder

types = pyarrow.types
UTC = datetime.timezone.utc
LARGEST = 50_000


def plain(value, kind):
    """A value as `cat` writes it."""
    if value is None:
        return None
    if types.is_decimal(kind):
        return format(value, "f")
    if types.is_timestamp(kind):
        if kind.tz is None:
            return value.isoformat(timespec="microseconds")
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    if types.is_date(kind):
        return value.isoformat()
    if str(kind).startswith(("binary", "large_binary", "fixed_size_binary")):
        return base64.b64encode(value).decode()
    if types.is_floating(kind):
        if not math.isfinite(value):
            return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        return single(value) if types.is_float32(kind) else value
    if types.is_struct(kind):
        return {field.name: plain(value[field.name], field.type) for field in kind}
    if types.is_map(kind):
        return [{"key": plain(k, kind.key_type), "value": plain(v, kind.item_type)} for k, v in value]
    if "list" in str(kind):
        return [plain(element, kind.value_type) for element in value]
    return value


def single(value):
    """The shortest number that is the same in 32 bits."""
    for digits in range(1, 18):
        text = f"{value:.{digits}g}"
        if pyarrow.scalar(float(text), pyarrow.float32()).as_py() == value:
            return float(text)
    return value


def sorted_lines(rows):
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def main(program, folder):
    equal = different = 0
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name, "delta")
        printed = subprocess.run([program, "cat", path], capture_output=True)
        if printed.returncode not in (0, 65, 66):
            print(f"{name}: exit code {printed.returncode}: {printed.stderr.decode()}")
            different += 1
        if printed.returncode != 0:
            continue
        try:
            table = pyarrow.table(QueryBuilder().register("t", DeltaTable(path)).execute("SELECT * FROM t").read_all())
        except Exception:
            continue  # delta-rs has its limits, too
        if table.num_rows > LARGEST:
            continue
        names = table.schema.names
        columns = [[plain(value.as_py(), table.schema.field(n).type) for value in table[n]] for n in names]
        expected = sorted_lines(dict(zip(names, row)) for row in zip(*columns))
        found = sorted_lines(json.loads(line) for line in printed.stdout.splitlines())
        if expected == found:
            equal += 1
        else:
            different += 1
            first = next((pair for pair in zip(found, expected) if pair[0] != pair[1]), (len(found), len(expected)))
            print(f"{name}: cat has {first[0]}, delta-rs {first[1]}")
    print(f"equal {equal}, different {different}")
    return 0 if equal > 0 and different == 0 else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
