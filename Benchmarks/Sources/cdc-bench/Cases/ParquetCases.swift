import Columnar
import Parquet

extension Benchmark {
    /// A million orders from memory into a Parquet file.
    static let parquetWrite = Benchmark(
        name: "parquet-write-orders-1m",
        ours: { bench in
            let batches = try Orders.table(Workbench.rows)
            return { try bench.write(batches, Orders.schema, to: "\(bench.folder)/written.parquet") }
        },
        peers: [Benchmark.Peer(name: "pyarrow write_table, one thread", kind: .python("parquet-write"))],
        items: (Workbench.rows, "rows")
    )

    /// The same from the file into memory.
    static let parquetRead = Benchmark(
        name: "parquet-read-orders-1m",
        ours: { bench in
            {
                let file = try await ParquetFile(FileInput(path: "\(bench.folder)/peer-orders.parquet"))
                var batches: [RecordBatch] = []
                for group in file.metadata.rowGroups.indices { batches.append(try await file.readRowGroup(group)) }
                precondition(batches.reduce(0) { $0 + $1.rowCount } == Workbench.rows)
            }
        },
        peers: [Benchmark.Peer(name: "pyarrow read_table, one thread", kind: .python("parquet-read"))],
        items: (Workbench.rows, "rows")
    )
}
