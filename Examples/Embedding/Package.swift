// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Embedding",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "swift-cdc", path: "../..")
    ],
    targets: [
        .executableTarget(
            name: "Embedding",
            dependencies: [
                .product(name: "CDCCore", package: "swift-cdc"),
                .product(name: "CDCTesting", package: "swift-cdc"),
                .product(name: "Columnar", package: "swift-cdc"),
                .product(name: "DeltaLog", package: "swift-cdc"),
                .product(name: "LakeStorage", package: "swift-cdc"),
            ]
        ),
        .executableTarget(
            name: "Replicate",
            dependencies: [
                .product(name: "CDCCore", package: "swift-cdc"),
                .product(name: "DeltaLog", package: "swift-cdc"),
                .product(name: "LakeStorage", package: "swift-cdc"),
                .product(name: "TDSSource", package: "swift-cdc"),
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)
