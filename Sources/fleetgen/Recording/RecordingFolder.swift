import Foundation

/// Writes a recording to files that other programs read.
enum RecordingFolder {
    /// Makes the folder if need be. It gets
    /// - `traces.otlp`, `metrics.otlp`: the requests in protobuf, each after its length in four bytes, highest first,
    ///   as the file exporter of the OpenTelemetry Collector writes them;
    /// - `deliveries.ndjson`: when and from where each of them arrives, in the same order;
    /// - `index.ndjson`: the versions that were published, as index.golang.org tells them;
    /// - `truth.ndjson`: what was really going on (`fleetgen.truth/1`).
    static func write(_ recording: FleetRecording, to path: String) throws {
        let folder = URL(fileURLWithPath: path, isDirectory: true)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for signal in [Delivery.Signal.traces, .metrics] {
            let deliveries = recording.deliveries.filter { $0.signal == signal }
            try writeBodies(deliveries, to: folder.appendingPathComponent("\(signal.rawValue).otlp"))
        }
        try writeLines(
            recording.deliveries.map(DeliveryLine.init),
            to: folder.appendingPathComponent("deliveries.ndjson"))
        try writeIndex(recording.truth, to: folder.appendingPathComponent("index.ndjson"))
        try TruthFile.write(recording.truth, to: folder.appendingPathComponent("truth.ndjson").path)
    }

    private static func writeBodies(_ deliveries: [Delivery], to place: URL) throws {
        let file = try opened(place)
        defer { try? file.close() }
        for delivery in deliveries {
            let length = UInt32(delivery.body.count)
            var record = Data((0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * UInt32($0))) })
            record += delivery.body
            try file.write(contentsOf: record)
        }
    }

    private static func writeLines(_ lines: [some Encodable], to place: URL) throws {
        let file = try opened(place)
        defer { try? file.close() }
        try TruthFile.write(lines, to: file)
    }

    /// A line of index.golang.org.
    private struct IndexLine: Encodable {
        let path: String
        let version: String
        let timestamp: String

        private enum CodingKeys: String, CodingKey {
            case path = "Path"
            case version = "Version"
            case timestamp = "Timestamp"
        }
    }

    private static func writeIndex(_ truth: FleetTruth, to place: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        var lines = Data()
        for publication in truth.publications.sorted(by: { $0.publishedNs < $1.publishedNs }) {
            lines += try encoder.encode(
                IndexLine(
                    path: publication.module, version: publication.version,
                    timestamp: RFC3339.text(publication.publishedNs)))
            lines.append(0x0A)
        }
        try lines.write(to: place)
    }

    private static func opened(_ place: URL) throws -> FileHandle {
        try Data().write(to: place)
        return try FileHandle(forWritingTo: place)
    }
}

/// When and from where a request arrives.
private struct DeliveryLine: Encodable {
    let signal: Delivery.Signal
    let arrivalNs: UInt64
    let peerAddress: String
    let instance: String
    let items: Int
    let bytes: Int

    init(_ delivery: Delivery) {
        signal = delivery.signal
        arrivalNs = delivery.arrivalNanos
        peerAddress = delivery.peerAddress
        instance = delivery.instance
        items = delivery.items
        bytes = delivery.body.count
    }
}
