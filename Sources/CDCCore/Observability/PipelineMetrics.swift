import CoreMetrics

/// The library's metrics, all named here. Labels: `pipeline`, and `table` where there is one.
struct PipelineMetrics {
    let cuts: Counter
    let retries: Counter
    let consistentCut: Gauge
    let lag: Gauge
    /// From a commit at the source until it was captured there.
    let captureLatency: Gauge
    /// Since the newest entry of the source's captured log.
    let captureAge: Gauge
    /// Transactions of the source's last scan of its log.
    let scannedTransactions: Gauge
    /// 1 while the source's log waits for its capture.
    let logHeld: Gauge
    let captureFailures: Counter
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
        captureLatency = Gauge(label: "cdc_capture_latency_seconds", dimensions: labels, factory: factory)
        captureAge = Gauge(label: "cdc_capture_age_seconds", dimensions: labels, factory: factory)
        scannedTransactions = Gauge(label: "cdc_capture_scan_transactions", dimensions: labels, factory: factory)
        logHeld = Gauge(label: "cdc_log_truncation_held", dimensions: labels, factory: factory)
        captureFailures = Counter(label: "cdc_capture_failures_total", dimensions: labels, factory: factory)
    }

    /// Change rows staged for a table.
    func changesStaged(_ table: TableName) -> Counter { counter("cdc_changes_staged_total", table) }
    /// Rows written into a destination table.
    func rowsUpserted(_ table: TableName) -> Counter { counter("cdc_rows_upserted_total", table) }
    /// Rows deleted from a destination table.
    func rowsDeleted(_ table: TableName) -> Counter { counter("cdc_rows_deleted_total", table) }
    /// How often a table came to need a resync.
    func resyncs(_ table: TableName) -> Counter { counter("cdc_resyncs_needed_total", table) }

    /// How long what is not applied to a table yet is kept at the source.
    func retentionLeft(_ table: TableName) -> Gauge {
        Gauge(label: "cdc_retention_left_seconds", dimensions: labels(table), factory: factory)
    }

    private func counter(_ label: String, _ table: TableName) -> Counter {
        Counter(label: label, dimensions: labels(table), factory: factory)
    }

    private func labels(_ table: TableName) -> [(String, String)] {
        [("pipeline", pipeline), ("table", table.description)]
    }
}
