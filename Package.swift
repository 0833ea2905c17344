// swift-tools-version: 6.2
import PackageDescription

/// One set of compiler rules for everything that is written in Swift here.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// `TRACEQ_BENCHMARKS=1 swift build` also makes the programs that measure; nobody else has to build them.
let benchmarks: [Target] =
    Context.environment["TRACEQ_BENCHMARKS"] == nil
    ? []
    : [
        .target(name: "BenchmarkSupport", path: "Benchmarks/Support", swiftSettings: strict),
        .executableTarget(
            name: "IngestBenchmark", dependencies: ["BenchmarkSupport", "Telemetry"],
            path: "Benchmarks/IngestBenchmark", swiftSettings: strict),
        .executableTarget(
            name: "RetentionBenchmark",
            dependencies: [
                "BenchmarkSupport", "OTLPModel", "Telemetry",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ],
            path: "Benchmarks/RetentionBenchmark", swiftSettings: strict),
    ]

/// `TRACEQ_FUZZ=1 swift build` also makes the program that fuzzes; scripts/fuzz says with which options of the compiler.
let isFuzzing = Context.environment["TRACEQ_FUZZ"] != nil
let fuzzers: [Target] =
    isFuzzing
    ? [
        .target(name: "CLibFuzzer", path: "Tests/Fuzz/CLibFuzzer"),
        .executableTarget(
            name: "Fuzz", dependencies: ["CLibFuzzer", "FuzzTargets", "CollectorFuzzTargets"],
            path: "Tests/Fuzz/Driver", swiftSettings: strict),
    ] : []

/// `TRACEQ_SANITIZE=1 swift build --sanitize …`: what a sanitizer calls is in the program that a library is loaded into,
/// so the library may lack it.
let extensionLacksNothing =
    Context.environment["TRACEQ_SANITIZE"] == nil ? ["-Xlinker", "-z", "-Xlinker", "defs"] : []

let collectorDependencies: [Target.Dependency] = [
    "Configuration", "Telemetry", "OTLPModel", "CDeflate", "CZstd",
    .product(name: "ArgumentParser", package: "swift-argument-parser"),
    .product(name: "Logging", package: "swift-log"),
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOHPACK", package: "swift-nio-http2"),
    .product(name: "NIOHTTP2", package: "swift-nio-http2"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
    .product(name: "NIOTLS", package: "swift-nio"),
]

/// A program links no other one: for the fuzzer the collector is a library, without its `main`.
let collector: Target =
    isFuzzing
    ? .target(
        name: "Collector", dependencies: collectorDependencies, exclude: ["Main.swift"],
        swiftSettings: strict)
    : .executableTarget(name: "Collector", dependencies: collectorDependencies, swiftSettings: strict)

/// `Telemetry` reads bytes that strangers send: every use of unsafe memory there is marked, and the
/// cursors that borrow a request body need lifetimes.
let strictMemory: [SwiftSetting] =
    strict + [
        .strictMemorySafety(),
        .enableExperimentalFeature("Lifetimes"),
    ]

let package = Package(
    name: "traceq",
    products: [
        .executable(name: "traceq", targets: ["traceq"]),
        .executable(name: "fleetgen", targets: ["fleetgen"]),
        // For `.load` in other programs that have SQLite.
        .library(name: "traceq_sqlite", type: .dynamic, targets: ["SQLiteExtension"]),
    ] + (isFuzzing ? [] : [.executable(name: "traceq-collector", targets: ["Collector"])]),
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-http2", exact: "1.46.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        // C libraries of the system.
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CScheduling"),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CDeflate", pkgConfig: "libdeflate", providers: [.apt(["libdeflate-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(
            name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),

        // C that protoc-c generates from proto/, committed; see scripts/generate-otlp.
        .target(name: "COTLP", dependencies: ["CProtobufC"], exclude: ["README.md"]),

        // OTLP as plain values, with a protobuf writer: shared by the store, the tests and fleetgen.
        .target(name: "OTLPModel", swiftSettings: strict),

        .target(
            name: "Telemetry",
            dependencies: [
                "CMalloc", "COTLP", "CScheduling", "CSQLite", "CZstd", "OTLPModel",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ],
            swiftSettings: strictMemory),
        // Configuration files: YAML with positions, and what is wrong with it.
        .target(
            name: "Configuration", dependencies: ["Telemetry", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict),
        collector,
        .executableTarget(
            name: "traceq",
            dependencies: [
                "Configuration", "Telemetry", "OTLPModel", "CZlib", "CZstd",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .target(name: "CSQLiteExtension", dependencies: ["CSQLite"]),
        .target(
            name: "SQLiteExtension", dependencies: ["Telemetry", "CSQLiteExtension"],
            exclude: ["exports.map"],
            swiftSettings: strict,
            linkerSettings: [
                // Loads anywhere: Swift's runtime is inside, nothing of it is visible, and SQLite is the host's, which
                // the linker is kept from looking for elsewhere.
                .unsafeFlags(
                    [
                        "-static-stdlib", "-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "nodelete",
                        "-Xlinker", "--remap-inputs=*libsqlite3.*=/dev/null", "-Xlinker",
                        "--version-script=\(Context.packageDirectory)/Sources/SQLiteExtension/exports.map",
                    ] + extensionLacksNothing)
            ]),
        .executableTarget(
            name: "fleetgen",
            dependencies: [
                "OTLPModel", "CDeflate",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
            ],
            swiftSettings: strict),

        .target(
            name: "TestSupport", dependencies: ["OTLPModel"], path: "Tests/TestSupport", swiftSettings: strict
        ),
        // A recorded fleet in a database, for tests that know what was really going on.
        .target(
            name: "FleetSupport", dependencies: ["fleetgen", "Telemetry", "TestSupport"],
            path: "Tests/FleetSupport", swiftSettings: strict),
        // What the fuzzer runs, and a test runs again with all that it found.
        .target(
            name: "FuzzTargets", dependencies: ["Telemetry", "OTLPModel"], path: "Tests/Fuzz/Targets",
            swiftSettings: strict),
        .target(
            name: "CollectorFuzzTargets",
            dependencies: [
                "Collector", "Telemetry", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ], path: "Tests/Fuzz/CollectorTargets", swiftSettings: strict),
        // A file system for SQLite that fails on order.
        .target(name: "CFaultVFS", dependencies: ["CSQLite"], path: "Tests/CFaultVFS"),
        .testTarget(
            name: "TelemetryTests",
            dependencies: ["Telemetry", "OTLPModel", "TestSupport", "CFaultVFS", "FuzzTargets"],
            exclude: ["Reference/reparse.py"], swiftSettings: strict),
        .testTarget(
            name: "CollectorTests",
            dependencies: [
                "Collector", "Configuration", "CollectorFuzzTargets", "FuzzTargets", "Telemetry", "OTLPModel",
                "TestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ], swiftSettings: strict),
        .testTarget(
            name: "CommandLineTests",
            dependencies: [
                "traceq", "fleetgen", "FleetSupport", "Configuration", "Telemetry", "OTLPModel",
                "TestSupport",
            ], swiftSettings: strict),
        .testTarget(
            name: "FleetTests",
            dependencies: [
                "fleetgen", "FleetSupport", "Telemetry", "TestSupport", "OTLPModel", "CDeflate",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTP2", package: "swift-nio-http2"),
                .product(name: "NIOHPACK", package: "swift-nio-http2"),
            ], swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests", dependencies: ["OTLPModel", "Telemetry", "TestSupport"],
            exclude: ["Scripts"],
            swiftSettings: strict),
        .testTarget(name: "TidyTests", swiftSettings: strict),
    ] + benchmarks + fuzzers
)
