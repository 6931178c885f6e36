"""Rows as plain JSON, in the form that the Swift tests write, too, so that equal rows are equal texts.

A file of plain rows has a first line with the columns and their types (`{"columns": [["id", "bigint"], …]}`), and then a
line with an array for each row: whole numbers as they are, decimals as text with all digits, floating-point numbers as the
hexadecimal digits of their bits (`NaN` for every NaN), bytes in hexadecimal, dates as days and times as microseconds since
1970, structures and lists as arrays, maps as arrays of pairs.
"""

import collections
import datetime
import json
import math
import struct

import pyarrow

types = pyarrow.types
EPOCH = datetime.datetime(1970, 1, 1)
MICROSECOND = datetime.timedelta(microseconds=1)

NAMES = {
    "bool": "boolean",
    "int8": "tinyint",
    "int16": "smallint",
    "int32": "int",
    "int64": "bigint",
    "float": "float",
    "double": "double",
    "string": "string",
    "large_string": "string",
    "string_view": "string",
    "binary": "binary",
    "large_binary": "binary",
    "binary_view": "binary",
    "date32[day]": "date",
    "timestamp[us]": "timestamp_ntz",
}


def type_name(kind):
    """An Arrow type by the name that SQL gives it: `decimal(10,2)`, `array<string>`."""
    if types.is_struct(kind):
        return "struct<" + ",".join(f"{field.name}:{type_name(field.type)}" for field in kind) + ">"
    if types.is_map(kind):
        return f"map<{type_name(kind.key_type)},{type_name(kind.item_type)}>"
    if is_list(kind):
        return f"array<{type_name(kind.value_type)}>"
    if types.is_decimal(kind):
        return f"decimal({kind.precision},{kind.scale})"
    if types.is_timestamp(kind) and kind.tz is not None and kind.unit == "us":
        return "timestamp"
    if types.is_dictionary(kind):
        return type_name(kind.value_type)
    return NAMES.get(str(kind), f"Arrow's {kind}")


def is_list(kind):
    return types.is_list(kind) or types.is_large_list(kind) or types.is_list_view(kind)


def plain(value, kind):
    """A value as plain JSON."""
    if value is None:
        return None
    if types.is_decimal(kind):
        return format(value, "f")
    if types.is_timestamp(kind):
        if value.tzinfo is not None:
            value = value.astimezone(datetime.timezone.utc).replace(tzinfo=None)
        return (value - EPOCH) // MICROSECOND
    if types.is_date(kind):
        return value.toordinal() - EPOCH.toordinal()
    if types.is_floating(kind):
        if math.isnan(value):
            return "NaN"
        return struct.pack(">f" if types.is_float32(kind) else ">d", value).hex()
    if isinstance(value, bytes):
        return value.hex()
    if types.is_struct(kind):
        return [plain(value[field.name], field.type) for field in kind]
    if types.is_map(kind):
        return [[plain(k, kind.key_type), plain(v, kind.item_type)] for k, v in value]
    if is_list(kind):
        return [plain(element, kind.value_type) for element in value]
    return value


class PlainRows:
    """Columns with names and types, and rows."""

    def __init__(self, columns, rows):
        self.columns = [list(column) for column in columns]
        self.rows = rows

    @classmethod
    def of(cls, table, names=None):
        """The rows of an Arrow table."""
        fields = [table.schema.field(name) for name in names or table.schema.names]
        columns = [[plain(value.as_py(), field.type) for value in table[field.name]] for field in fields]
        rows = [list(row) for row in zip(*columns)]
        return cls([(field.name, type_name(field.type)) for field in fields], rows)

    @classmethod
    def load(cls, path):
        with open(path, encoding="utf-8") as file:
            header = json.loads(file.readline())
            return cls(header["columns"], [json.loads(line) for line in file])

    def save(self, path):
        with open(path, "w", encoding="utf-8") as file:
            for line in [{"columns": self.columns}] + self.rows:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def counts(self, names):
        """How often each row occurs, with the named columns only."""
        places = [index for index, (name, _) in enumerate(self.columns) if name in names]
        return collections.Counter(json.dumps([row[place] for place in places]) for row in self.rows)
