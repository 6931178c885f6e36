#!/usr/bin/env python3
"""What a user would use instead: peers.py CASE FOLDER prints CPU seconds, wall seconds and peak memory as JSON.

The folder holds orders.parquet, changes.parquet and delta/, made by cdc-bench; each call measures one case once.
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


def measure(work):
    try:
        import pandas  # noqa: F401  pyarrow imports it on first use where it is installed: not a part of the work
    except ImportError:
        pass
    forget_peak()
    start_cpu, start = cpu(), time.perf_counter()
    work()
    print(json.dumps({"wall": time.perf_counter() - start, "cpu": cpu() - start_cpu, "memory": peak_megabytes()}))


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


if __name__ == "__main__":
    {"prepare": prepare, "parquet-write": parquet_write, "parquet-read": parquet_read, "merge": merge}[sys.argv[1]](sys.argv[2])
