// swift-tools-version: 6.2
import PackageDescription

/// Every target is compiled with the same strictness.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let metricsTesting = Target.Dependency.product(name: "MetricsTestKit", package: "swift-metrics")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let lifecycleTesting = Target.Dependency.product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

/// Heavy packages stand behind a trait: who does not ask for it resolves and compiles none of them.
let emulator = "Emulator"
func networking(_ product: String, _ package: String) -> Target.Dependency {
    .product(name: product, package: package, condition: .when(traits: [emulator]))
}
/// The emulator, for those who have no use for it without its server.
let emulatedServer = Target.Dependency.target(name: "SQLServerEmulator", condition: .when(traits: [emulator]))

let package = Package(
    name: "swift-cdc",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Columnar", targets: ["Columnar"]),
        .library(name: "Parquet", targets: ["Parquet"]),
        .library(name: "LakeStorage", targets: ["LakeStorage"]),
        .library(name: "TDSWire", targets: ["TDSWire"]),
        .library(name: "DeltaLog", targets: ["DeltaLog"]),
        .library(name: "CDCCore", targets: ["CDCCore"]),
        .library(name: "CDCTesting", targets: ["CDCTesting"]),
        .library(name: "TDSSource", targets: ["TDSSource"]),
        .library(name: "SQLServerEmulator", targets: ["SQLServerEmulator"]),
        .executable(name: "cdc-demo", targets: ["cdc-demo"]),
    ],
    traits: [
        .trait(
            name: emulator,
            description:
                "SQLServerEmulator as a server that clients log in to, on SwiftNIO: for tests and for the demo."
        )
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.5.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.6.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.29.0"),
    ],
    targets: [
        // System libraries: a module map and nothing else.
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CSnappy", providers: [.apt(["libsnappy-dev"]), .brew(["snappy"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"]), .brew(["zstd"])]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CFreeTDS", providers: [.apt(["freetds-dev"]), .brew(["freetds"])]),

        // The house, from the ground up. A target depends only on targets above it in this list.
        .target(name: "CDCJSON"),
        .target(name: "Columnar", dependencies: ["CDCJSON"]),
        .target(name: "LakeStorage"),
        .target(name: "TDSWire"),
        .target(name: "Parquet", dependencies: ["Columnar", "CZlib", "CSnappy", "CZstd"]),
        .target(
            name: "CDCCore",
            dependencies: ["CDCJSON", "Columnar", "Parquet", "LakeStorage", log, metrics, lifecycle]
        ),
        .target(name: "DeltaLog", dependencies: ["CDCJSON", "Columnar", "Parquet", "LakeStorage", "CDCCore", log]),
        .target(name: "CDCTesting", dependencies: ["Columnar", "LakeStorage", "CDCCore"]),
        .target(name: "TSQL"),
        .target(
            name: "SQLServerEmulator",
            dependencies: [
                "TSQL", "TDSWire", "CSQLite", networking("NIOCore", "swift-nio"), networking("NIOPosix", "swift-nio"),
                networking("NIOTLS", "swift-nio"), networking("NIOSSL", "swift-nio-ssl"),
            ]
        ),
        .target(name: "TDSSource", dependencies: ["CFreeTDS", "Columnar", "CDCCore", log]),
        .executableTarget(
            name: "cdc-demo",
            dependencies: [
                "CDCJSON", "Columnar", "LakeStorage", "Parquet", "CDCCore", "DeltaLog", "CDCTesting", "TDSSource",
                "TSQL",
                arguments, log, signals, emulatedServer,
            ]
        ),

        .testTarget(name: "CDCJSONTests", dependencies: ["CDCJSON"]),
        .testTarget(name: "ColumnarTests", dependencies: ["Columnar"]),
        .testTarget(name: "LakeStorageTests", dependencies: ["LakeStorage"]),
        .testTarget(name: "TDSWireTests", dependencies: ["TDSWire"]),
        .testTarget(name: "ParquetTests", dependencies: ["Parquet"]),
        .testTarget(name: "DeltaLogTests", dependencies: ["DeltaLog", "CDCTesting"]),
        .testTarget(name: "CDCCoreTests", dependencies: ["CDCCore", "CDCTesting", log, metricsTesting]),
        .testTarget(name: "CDCTestingTests", dependencies: ["CDCTesting"]),
        .testTarget(name: "TSQLTests", dependencies: ["TSQL"]),
        .testTarget(
            name: "SQLServerEmulatorTests",
            dependencies: [
                "SQLServerEmulator", "TSQL", "TDSWire", networking("NIOCore", "swift-nio"),
                networking("NIOPosix", "swift-nio"),
            ]
        ),
        .testTarget(name: "TDSSourceTests", dependencies: ["TDSSource", "Columnar", "CDCCore", log]),
        .testTarget(
            name: "SQLServerTests",
            dependencies: [
                "Columnar", "LakeStorage", "CDCCore", "DeltaLog", "CDCTesting", "TDSSource", "TSQL", log,
                emulatedServer,
            ]
        ),
        .testTarget(name: "EndToEndTests", dependencies: ["CDCCore", "DeltaLog", "CDCTesting", lifecycleTesting]),
        .testTarget(
            name: "DemoTests",
            dependencies: [
                "cdc-demo", "CDCJSON", "Columnar", "LakeStorage", "CDCCore", "DeltaLog", "CDCTesting", "TDSSource",
                arguments,
            ]
        ),
        .testTarget(
            name: "InteropTests",
            dependencies: ["CDCJSON", "Columnar", "LakeStorage", "Parquet", "CDCCore", "DeltaLog", "CDCTesting"]
        ),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = settings
}
