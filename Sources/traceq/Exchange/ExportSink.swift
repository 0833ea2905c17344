import Glibc
import OTLPModel
import Telemetry

/// Takes the chunks of an export in one of its formats.
struct ExportSink {
    private enum Writer {
        case stream(ExportStream, (SpanChunk) -> [UInt8])
        case sqlite(SQLiteExport, ExportFile)
    }

    private let writer: Writer
    private let format: ExportFormat
    private var header: [UInt8] = []

    /// - Parameters:
    ///   - path: nil for standard output
    ///   - database: what is being read, which is not to be written over
    init(
        _ format: ExportFormat, _ compression: ExportCompression, path: String?, replaces: Bool,
        database: String
    ) throws {
        self.format = format
        if let path, let objection = DatabaseFiles(path: database).objection(to: path) { throw objection }
        let file = try path.map { (path) throws(CommandFailure) in
            try ExportFile(path: path, replaces: replaces, isDatabase: format == .sqlite)
        }
        if let file, file.isInPlace {
            guard format != .sqlite else {
                throw CommandFailure(.usage, "an SQLite file cannot go to a pipe or a device; name a file")
            }
            guard !(format.isBinary || compression != .none) || isatty(file.descriptor) == 0 else {
                throw CommandFailure(.usage, "binary data is not written to a terminal; name a file")
            }
        }
        if format == .sqlite, let file {
            writer = .sqlite(try SQLiteExport(path: file.temporaryPath), file)
            return
        }
        let stream = ExportStream(name: path ?? "standard output", file: file, codec: compression.encoder)
        switch format {
        case .csv:
            header = Array(CSVExport.header.utf8)
            writer = .stream(stream) { Array(CSVExport.lines($0).utf8) }
        case .otlp, .otlpJSON, .sqlite:
            writer = .stream(stream) { Self.bytes($0.request, format) }
        }
    }

    mutating func append(_ chunk: SpanChunk) throws {
        switch writer {
        case .stream(let stream, let encode):
            try writeHeader(to: stream)
            try stream.write(encode(chunk))
        case .sqlite(let tables, _): try tables.append(chunk)
        }
    }

    /// Takes what only the formats of OTLP have room for: points and log records.
    func append(_ request: some OTLPRequest) throws {
        guard case .stream(let stream, _) = writer else { return }
        try stream.write(Self.bytes(request, format))
    }

    /// A request behind its length, or on a line.
    private static func bytes(_ request: some OTLPRequest, _ format: ExportFormat) -> [UInt8] {
        guard format == .otlp else { return Array((request.json.text + "\n").utf8) }
        let body = request.protobufBytes()
        return (0..<4).map { UInt8(truncatingIfNeeded: body.count >> (24 - 8 * $0)) } + body
    }

    mutating func finish() throws {
        switch writer {
        case .stream(let stream, _):
            try writeHeader(to: stream)
            try stream.finish()
        case .sqlite(let tables, let file):
            try tables.finish()
            try file.finish()
        }
    }

    private mutating func writeHeader(to stream: ExportStream) throws {
        guard !header.isEmpty else { return }
        try stream.write(header)
        header = []
    }
}
