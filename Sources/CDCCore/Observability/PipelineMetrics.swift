import CoreMetrics

/// The library's metrics, all named here. Labels: `pipeline`, and `table` where there is one.
struct PipelineMetrics {
    let cuts: Counter
    let retries: Counter
    let consistentCut: Gauge
    let lag: Gauge
    private let pipeline: String
    private let factory: any MetricsFactory

    init(pipeline: String, factory: any MetricsFactory) {
        self.pipeline = pipeline
        self.factory = factory
        let labels = [("pipeline", pipeline)]
        cuts = Counter(label: "cdc_cuts_published_total", dimensions: labels, factory: factory)
        retries = Counter(label: "cdc_retries_total", dimensions: labels, factory: factory)
        consistentCut = Gauge(label: "cdc_consistent_cut", dimensions: labels, factory: factory)
        lag = Gauge(label: "cdc_lag_seconds", dimensions: labels, factory: factory)
    }

    /// Change rows staged for a table.
    func changesStaged(_ table: TableName) -> Counter { counter("cdc_changes_staged_total", table) }
    /// Rows written into a destination table.
    func rowsUpserted(_ table: TableName) -> Counter { counter("cdc_rows_upserted_total", table) }
    /// Rows deleted from a destination table.
    func rowsDeleted(_ table: TableName) -> Counter { counter("cdc_rows_deleted_total", table) }
    /// How often a table came to need a resync.
    func resyncs(_ table: TableName) -> Counter { counter("cdc_resyncs_needed_total", table) }

    private func counter(_ label: String, _ table: TableName) -> Counter {
        Counter(
            label: label,
            dimensions: [("pipeline", pipeline), ("table", table.description)],
            factory: factory
        )
    }
}
