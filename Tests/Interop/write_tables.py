"""Writes Delta tables with delta-rs, and what rows they have.

    write_tables.py FOLDER

Makes FOLDER/NAME, a Delta table, and FOLDER/NAME.rows, its rows in plain form (see plain_rows.py), for every table. All of
them have a column `id`, which tells their rows apart, `name`, and more.
"""

import datetime
import decimal
import os
import sys

import pyarrow
from deltalake import DeltaTable, QueryBuilder, WriterProperties, write_deltalake
from plain_rows import PlainRows

SCHEMA = pyarrow.schema(
    [
        pyarrow.field("id", pyarrow.int64(), nullable=False),
        pyarrow.field("name", pyarrow.string()),
        pyarrow.field("small", pyarrow.int16()),
        pyarrow.field("amount", pyarrow.decimal128(38, 10)),
        pyarrow.field("ratio", pyarrow.float32()),
        pyarrow.field("day", pyarrow.date32()),
        pyarrow.field("at", pyarrow.timestamp("us", "UTC")),
        pyarrow.field("data", pyarrow.binary()),
        pyarrow.field("tags", pyarrow.list_(pyarrow.string())),
        pyarrow.field("place", pyarrow.struct([("x", pyarrow.float64()), ("label", pyarrow.string())])),
        pyarrow.field("counts", pyarrow.map_(pyarrow.string(), pyarrow.int32())),
    ]
)


def row(i):
    if i % 7 == 0:
        return {"id": i}
    return {
        "id": i,
        "name": "" if i % 5 == 0 else f"name {i} ü€𝄞",
        "small": i - 50,
        "amount": decimal.Decimal(i) * decimal.Decimal("-12345678901234567.0123456789"),
        "ratio": float("nan") if i % 11 == 0 else i / 3,
        "day": datetime.date(1, 1, 1) + datetime.timedelta(days=i * 10_000),
        "at": datetime.datetime(1969, 12, 31, 23, 59, 59, i, tzinfo=datetime.timezone.utc),
        "data": bytes([i % 256, 0, 255]),
        "tags": [None, f"tag {i}"][: i % 3],
        "place": {"x": i * 0.1, "label": None},
        "counts": [("a", i), ("b", None)][: i % 3],
    }


def batch(numbers, schema=SCHEMA):
    return pyarrow.Table.from_pylist([row(i) for i in numbers], schema=schema)


def appended(path):
    for start in range(0, 60, 20):
        write_deltalake(path, batch(range(start, start + 20)), mode="append")


def local_times(path):
    names = ["id", "name", "seen"]
    rows = [
        {"id": i, "name": f"n{i}", "seen": None if i == 3 else datetime.datetime(2024, 2, 29, 12, 0, 0, i)} for i in range(9)
    ]
    kinds = [pyarrow.int64(), pyarrow.string(), pyarrow.timestamp("us")]
    write_deltalake(path, pyarrow.Table.from_pylist(rows, schema=pyarrow.schema(list(zip(names, kinds)))))


def partitioned(path):
    schema = SCHEMA.append(pyarrow.field("region", pyarrow.string())).append(pyarrow.field("on", pyarrow.date32()))
    regions = ["north", "a b", "x=y", "50%", "ü/ö", None, "col:on", "q?#&+"]
    for start in (0, 30):
        table = batch(range(start, start + 30))
        table = table.append_column("region", pyarrow.array([regions[i % 8] for i in range(30)], pyarrow.string()))
        days = [None if i % 9 == 0 else datetime.date(2024, 1, 1 + i % 2) for i in range(30)]
        table = table.append_column("on", pyarrow.array(days, pyarrow.date32())).cast(schema)
        write_deltalake(path, table, mode="append", partition_by=["region", "on"])


def merged(path):
    appended(path)
    merge = DeltaTable(path).merge(batch(range(50, 80)), "t.id = s.id", source_alias="s", target_alias="t")
    merge.when_matched_update({"name": "'merged'"}).when_not_matched_insert_all().execute()


def deleted(path):
    appended(path)
    DeltaTable(path).delete("id % 3 = 0")
    DeltaTable(path).update(updates={"name": "'updated'"}, predicate="id > 40")


def checkpointed(path):
    for start in range(0, 120, 10):
        write_deltalake(path, batch(range(start, start + 10)), mode="append")
        if start == 80:
            DeltaTable(path).create_checkpoint()
    DeltaTable(path).delete("id = 5")


def only_checkpoint(path):
    checkpointed(path)
    table = DeltaTable(path)
    table.create_checkpoint()
    log = os.path.join(path, "_delta_log")
    for name in os.listdir(log):  # what a clean-up of the log leaves: the checkpoint and the commit of its version
        version = name.split(".")[0]
        if version.isdigit() and int(version) < table.version():
            os.remove(os.path.join(log, name))


def optimized(path):
    appended(path)
    DeltaTable(path).optimize.compact()


def overwritten(path):
    appended(path)
    properties = WriterProperties(compression="ZSTD", max_row_group_size=7)
    write_deltalake(path, batch(range(200, 230)), mode="overwrite", writer_properties=properties)


TABLES = [
    appended, local_times, partitioned, merged, deleted, checkpointed, only_checkpoint, optimized, overwritten,
]


def main(folder):
    for make in TABLES:
        path = os.path.join(folder, make.__name__)
        make(path)
        rows = QueryBuilder().register("t", DeltaTable(path)).execute("SELECT * FROM t").read_all()
        PlainRows.of(pyarrow.table(rows)).save(f"{path}.rows")


if __name__ == "__main__":
    main(*sys.argv[1:])
