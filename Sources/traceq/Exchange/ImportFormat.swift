import ArgumentParser

/// What a file to import holds.
enum ImportFormat: String, CaseIterable, ExpressibleByArgument {
    /// By the first bytes.
    case auto
    /// OTLP/JSON: one document, or a request a line.
    case otlpJSON = "otlp-json"
    /// OTLP protobuf: requests one after another, with or without their lengths.
    case otlp
    /// What the go command writes with `-x`.
    case gox
    /// The feed of index.golang.org: when versions were published.
    case index

    /// Formats that may be named by a word before the files.
    static let words: [ImportFormat] = [.gox, .index]
}

/// How requests follow each other in a file.
enum RecordFraming: Hashable {
    /// JSON, a request a line.
    case lines
    /// JSON documents of several lines.
    case documents
    /// A length of four bytes, highest first, before each request: what the OpenTelemetry Collector's file
    /// exporter writes.
    case fixedLength
    /// A varint length before each request: protobuf's own delimited messages.
    case varintLength
    /// Requests one after another: to protobuf that is one long request.
    case plain
    /// None: they are made of the lines of a log.
    case goLog

    /// How messages call it.
    var name: String {
        switch self {
        case .lines: "JSON lines"
        case .documents: "JSON"
        case .fixedLength: "length-prefixed protobuf"
        case .varintLength: "delimited protobuf"
        case .plain: "protobuf"
        case .goLog: "go -x log"
        }
    }
}

/// One request of a file.
struct ImportRecord: Sendable {
    var bytes: [UInt8]
    var isJSON: Bool
    /// From 1.
    var number: Int
    /// Where it begins in the decompressed file.
    var offset: Int
}
