"""Compares Delta tables, as another program reads them, with the rows that they should have.

    compare_tables.py READER FOLDER

READER is delta-rs, duckdb or sail. FOLDER holds `tables.json`: a list of tables with `path` and `rows`, a file of
plain rows (see plain_rows.py), from the folder. Types and values of all columns in that file must be equal; columns of a
table that are not in the file are not looked at. Where the entry has `schema`, delta-rs must show that very schema.

Prints a line for each table. Faults of the readers are in KNOWN_FAULTS: what is there must differ, everything else must not.
"""

import json
import os
import pathlib
import socket
import sys

import pyarrow
from plain_rows import PlainRows

# By reader and table: columns that the reader gets wrong, and why; "*" for a table that it refuses.
KNOWN_FAULTS = {
    (reader, "tables/percent%20sign"): {"*": "decodes the path of the table's folder once too often"}
    for reader in ("delta-rs", "duckdb", "sail")
}
KNOWN_FAULTS["sail", "tables/odd folder ü"] = {"*": "finds no commits in a folder with a blank or a letter beyond ASCII"}


def delta_rs():
    from deltalake import DeltaTable, QueryBuilder

    def read(path):
        rows = QueryBuilder().register("t", DeltaTable(path)).execute("SELECT * FROM t").read_all()
        return pyarrow.table(rows)

    return read


def duckdb():
    import duckdb
    import duckdb_extensions

    duckdb_extensions.import_extension("delta")
    connection = duckdb.connect()
    connection.execute("LOAD delta")
    connection.execute("SET TimeZone = 'UTC'")

    def read(path):
        return connection.execute("SELECT * FROM delta_scan(?)", [path]).to_arrow_table()

    return read


def sail():
    from pysail.spark import SparkConnectServer
    from pyspark.sql import SparkSession

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = SparkConnectServer(ip="127.0.0.1", port=port)
    server.start()
    session = SparkSession.builder.remote(f"sc://127.0.0.1:{port}").getOrCreate()
    session.conf.set("spark.sql.session.timeZone", "UTC")

    def read(path):
        return session.read.format("delta").load(path).toArrow()

    read.server = server  # it runs as long as somebody knows it
    return read


READERS = {"delta-rs": delta_rs, "duckdb": duckdb, "sail": sail}


def differences(expected, actual, faults):
    """What is wrong, one line each."""
    wrong = []
    types = dict(map(tuple, actual.columns))
    for name, kind in expected.columns:
        if types.get(name) != kind and name not in faults:
            wrong.append(f"column {name} is {types.get(name)}, not {kind}")
    sound = [name for name, _ in expected.columns if name not in faults and name in types]
    want, have = expected.counts(sound), actual.counts(sound)
    if want != have:
        missing, surplus = sorted((want - have).elements()), sorted((have - want).elements())
        wrong.append(f"{sum(have.values())} rows instead of {sum(want.values())}, {len(missing)} are missing")
        for one, other in list(zip(missing, surplus))[:1]:
            pairs = zip(sound, json.loads(one), json.loads(other))
            wrong += [f"{name} is {found!r}, not {value!r}" for name, value, found in pairs if value != found]
    for name in faults:
        if types.get(name) == dict(map(tuple, expected.columns))[name] and expected.counts([name]) == actual.counts([name]):
            wrong.append(f"column {name} is right now; take it off the list of known faults")
    return wrong


def different_schema(path, expected):
    from deltalake import DeltaTable

    found = json.loads(DeltaTable(path).schema().to_json())
    return [] if found == expected else [f"the schema is {json.dumps(found)}, not {json.dumps(expected)}"]


def main(reader, folder):
    read = READERS[reader]()
    with open(os.path.join(folder, "tables.json"), encoding="utf-8") as file:
        tables = json.load(file)
    failures = 0
    for table in tables:
        faults = KNOWN_FAULTS.get((reader, table["path"]), {})
        expected = PlainRows.load(os.path.join(folder, table["rows"]))
        path = os.path.join(folder, table["path"])
        try:
            # As a URL, because DuckDB's extension loses letters beyond ASCII from a path.
            found = read(pathlib.Path(path).as_uri())
        except Exception as error:
            wrong = [] if "*" in faults else [f"{type(error).__name__}: {str(error)[:2000]}"]
        else:
            names = [name for name, _ in expected.columns]
            found = PlainRows.of(found, [name for name in found.schema.names if name in names])
            wrong = ["is read now; take it off the list of known faults"] if "*" in faults else []
            wrong += differences(expected, found, [name for name in faults if name != "*"])
            if reader == "delta-rs" and "schema" in table:
                wrong += different_schema(path, table["schema"])
        failures += bool(wrong)
        good = "not read" if "*" in faults else f"equal, {len(expected.rows)} rows"
        print(f"{table['path']}: {'; '.join(wrong) or good}")
        for name, reason in faults.items():
            print(f"    known fault of {reader}, {name}: {reason}")
    return 1 if failures or not tables else 0


if __name__ == "__main__":
    code = main(*sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # a server in a thread of its own would keep the program alive
