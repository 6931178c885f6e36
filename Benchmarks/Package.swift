// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "cdc-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "swift-cdc", path: "..", traits: ["Emulator"])],
    targets: [
        // The bare loop over FreeTDS that reading is measured against.
        .target(name: "DBLibDrain", linkerSettings: [.linkedLibrary("sybdb")]),
        .executableTarget(
            name: "cdc-bench",
            dependencies: [
                "DBLibDrain",
                .product(name: "Columnar", package: "swift-cdc"),
                .product(name: "Parquet", package: "swift-cdc"),
                .product(name: "LakeStorage", package: "swift-cdc"),
                .product(name: "DeltaLog", package: "swift-cdc"),
                .product(name: "CDCCore", package: "swift-cdc"),
                .product(name: "CDCTesting", package: "swift-cdc"),
                .product(name: "TDSWire", package: "swift-cdc"),
                .product(name: "TDSSource", package: "swift-cdc"),
                .product(name: "SQLServerEmulator", package: "swift-cdc"),
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)
