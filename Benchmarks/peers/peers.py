#!/usr/bin/env python3
"""What a user would use instead: peers.py CASE FOLDER prints CPU seconds, wall seconds and peak memory as JSON.

The folder holds orders.parquet, changes.parquet and delta/, made by cdc-bench; CDC_BENCH_SERVER says where its server is. Each
call measures one case once.
"""
import json
import os
import resource
import shutil
import sys
import time


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def forget_peak():
    try:
        with open("/proc/self/clear_refs", "w") as file:
            file.write("5")
    except OSError:
        pass


def peak_megabytes():
    try:
        with open("/proc/self/status") as status:
            return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1048576


def measure(work, round_trips=None):
    try:
        import pandas  # noqa: F401  pyarrow imports it on first use where it is installed: not a part of the work
    except ImportError:
        pass
    forget_peak()
    start_cpu, start = cpu(), time.perf_counter()
    work()
    figures = {"wall": time.perf_counter() - start, "cpu": cpu() - start_cpu, "memory": peak_megabytes()}
    if round_trips:
        figures["roundTrips"] = round_trips
    print(json.dumps(figures))


def one_thread():
    import pyarrow as pa

    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)


def parquet_write(folder):
    import pyarrow.parquet as pq

    one_thread()
    table = pq.read_table(f"{folder}/orders.parquet", use_threads=False)
    measure(lambda: pq.write_table(table, f"{folder}/peer-written.parquet", compression="snappy"))


def prepare(folder):
    """A file as pyarrow writes it, which both sides read."""
    import pyarrow.parquet as pq

    if not os.path.exists(f"{folder}/peer-orders.parquet"):
        table = pq.read_table(f"{folder}/orders.parquet")
        pq.write_table(table, f"{folder}/peer-orders.parquet", compression="snappy")


def parquet_read(folder):
    import pyarrow.parquet as pq

    one_thread()
    tables = []
    measure(lambda: tables.append(pq.read_table(f"{folder}/peer-orders.parquet", use_threads=False)))
    assert tables[0].num_rows == 1_000_000


def merge(folder):
    import pyarrow.parquet as pq
    from deltalake import DeltaTable

    target = f"{folder}/peer-merge"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(f"{folder}/delta", target)
    changes = pq.read_table(f"{folder}/changes.parquet")
    values = {name: f"s.{name}" for name in changes.schema.names if name != "op"}
    measure(
        lambda: DeltaTable(target)
        .merge(changes, "t.order_id = s.order_id", source_alias="s", target_alias="t")
        .when_matched_delete("s.op = 'D'")
        .when_matched_update(values, "s.op <> 'D'")
        .when_not_matched_insert(values, "s.op <> 'D'")
        .execute()
    )


def server():
    return json.loads(os.environ["CDC_BENCH_SERVER"])


def fetch_all(cursor, query):
    cursor.execute(query)
    rows = 0
    while batch := cursor.fetchmany(10_000):
        rows += len(batch)
    assert rows == 500_000


def drain_pymssql(folder):
    import pymssql

    address = server()
    connection = pymssql.connect(
        server="127.0.0.1", port=address["port"], user="sa", password=address["password"], database="RetailDB"
    )
    cursor = connection.cursor()
    measure(lambda: fetch_all(cursor, "SELECT * FROM [dbo].[orders] AS t"))


def drain_mssql_python(folder):
    import mssql_python

    address = server()
    connection = mssql_python.connect(
        f"Server=127.0.0.1,{address['port']};Database=RetailDB;UID=sa;PWD={address['password']};Encrypt=no"
    )
    cursor = connection.cursor()
    measure(lambda: fetch_all(cursor, "SELECT * FROM [dbo].[orders] AS t"))


def idle_pymssql(folder):
    import pymssql

    address = server()
    connection = pymssql.connect(
        server="127.0.0.1", port=address["port"], user="sa", password=address["password"], database="IdleDB"
    )
    cursor = connection.cursor()

    def poll():
        for number in range(1, 1001):
            cursor.execute(f"SELECT MAX(__$start_lsn) FROM cdc.dbo_idle_{number}_CT")
            assert cursor.fetchone()[0] is None

    measure(poll, round_trips=1000)


CASES = {
    "prepare": prepare,
    "parquet-write": parquet_write,
    "parquet-read": parquet_read,
    "merge": merge,
    "drain-pymssql": drain_pymssql,
    "drain-mssql-python": drain_mssql_python,
    "idle-pymssql": idle_pymssql,
}

if __name__ == "__main__":
    CASES[sys.argv[1]](sys.argv[2])
