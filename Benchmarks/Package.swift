// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "cdc-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "swift-cdc", path: "..")],
    targets: [
        .executableTarget(
            name: "cdc-bench",
            dependencies: [
                .product(name: "Columnar", package: "swift-cdc"),
                .product(name: "Parquet", package: "swift-cdc"),
                .product(name: "LakeStorage", package: "swift-cdc"),
                .product(name: "DeltaLog", package: "swift-cdc"),
                .product(name: "CDCCore", package: "swift-cdc"),
                .product(name: "CDCTesting", package: "swift-cdc"),
            ]
        )
    ],
    swiftLanguageModes: [.v6]
)
