import ArgumentParser
import Telemetry

/// What an export writes.
enum ExportFormat: String, CaseIterable, ExpressibleByArgument {
    /// OTLP/JSON, a request a line.
    case otlpJSON = "otlp-json"
    /// OTLP protobuf, each request behind its length in four bytes.
    case otlp
    /// A span a line.
    case csv
    /// An SQLite file of ordinary tables.
    case sqlite

    /// What the ending of a file's name asks for; nil when it says nothing.
    init?(fileName: String) {
        var name = fileName.lowercased()
        for ending in [".gz", ".zst"] where name.hasSuffix(ending) { name.removeLast(ending.count) }
        let endings: [(String, ExportFormat)] = [
            (".jsonl", .otlpJSON), (".json", .otlpJSON), (".ndjson", .otlpJSON), (".otlp", .otlp),
            (".pb", .otlp), (".binpb", .otlp), (".csv", .csv), (".db", .sqlite), (".sqlite", .sqlite),
            (".sqlite3", .sqlite),
        ]
        guard let found = endings.first(where: { name.hasSuffix($0.0) }) else { return nil }
        self = found.1
    }

    var isBinary: Bool { self == .otlp || self == .sqlite }
}

/// How an export is compressed.
enum ExportCompression: String, CaseIterable, ExpressibleByArgument {
    case none
    case gzip
    case zstd

    init(fileName: String) {
        let name = fileName.lowercased()
        self = name.hasSuffix(".gz") ? .gzip : name.hasSuffix(".zst") ? .zstd : .none
    }

    var encoder: (any StreamCodec)? {
        switch self {
        case .none: nil
        case .gzip: GzipEncoder()
        case .zstd: ZstdEncoder()
        }
    }
}

/// Which signal is exported.
enum ExportSignal: String, CaseIterable, ExpressibleByArgument {
    case traces
    case metrics
    case logs

    /// What one of them is called.
    var item: String { signal.item }

    private var signal: Signal {
        switch self {
        case .traces: .traces
        case .metrics: .metrics
        case .logs: .logs
        }
    }
}
