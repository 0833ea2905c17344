import Configuration
import NIOCore
import Telemetry

/// Reads `limits.source_rates`.
enum SourceRateReading {
    static let path = "limits.source_rates"
    /// As many as there may be tokens and users.
    private static let ratesMax = 8_192
    private static let fields = ["source", "requests_per_second", "bytes_per_second"]
    static let requestsRange = 0...1_000_000
    static let bytesRange = 0...(1 << 40)

    static let key = ConfigKey(
        path: path,
        read: { node, reader in read(node, &reader) },
        text: { config in
            let rates = config.settings.sourceRates.bySource.sorted { $0.key < $1.key }
            let lines = rates.flatMap { source, rate in
                ["- source: \(ConfigText.text(source))"]
                    + (rate.requestsPerSecond.map { ["  requests_per_second: \(Int($0))"] } ?? [])
                    + (rate.bytesPerSecond.map { ["  bytes_per_second: \(ByteCount(Int($0)))"] } ?? [])
            }
            return lines.isEmpty ? .value("[]") : .block(lines)
        })

    private static func read(_ node: ConfigNode, _ reader: inout ConfigReader) {
        guard let items = reader.items(node, of: path) else { return }
        guard items.count <= ratesMax else {
            return reader.report(
                node.position, "\(path) has \(items.count) items: at most \(ratesMax) are taken")
        }
        var rates: [String: SourceRate] = [:]
        for item in items {
            guard let fields = reader.fields(item, of: path, known: fields) else { continue }
            let rate = SourceRate(
                requestsPerSecond: number(fields["requests_per_second"], requests, &reader),
                bytesPerSecond: number(fields["bytes_per_second"], bytes, &reader))
            guard let node = fields["source"], !node.isEmpty else {
                reader.report(
                    item.position,
                    "an item of \(path) has no source: give the name of a token, a user or a client certificate, "
                        + "or an address")
                continue
            }
            guard let source = source(node, &reader) else { continue }
            if rates.updateValue(rate, forKey: source) != nil {
                reader.report(
                    node.position,
                    "the source \"\(LogLine.escaped(source))\" has a rate already: write both in one item")
            }
        }
        reader.config.settings.sourceRates.bySource = rates
    }

    /// A name as it is told apart: addresses and networks are written in one way.
    private static func source(_ node: ConfigNode, _ reader: inout ConfigReader) -> String? {
        guard reader.isWrittenOut(node, of: "source") else { return nil }
        return reader.value(node, of: "source", expected: "give at most 256 printable characters") { text in
            guard (1...256).contains(text.utf8.count), text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f })
            else {
                return nil
            }
            return address(text) ?? PeerAddress.network(parsing: text) ?? text
        }
    }

    /// An address in the form in which connections have it; nil for what is none.
    static func address(_ text: String) -> String? {
        (try? SocketAddress(ipAddress: text, port: 0))?.ipAddress
    }

    private struct Form {
        var path: String
        var range: ClosedRange<Int>
        var expected: String
        var parse: @Sendable (String) -> Int?
    }

    private static let requests = Form(
        path: "requests_per_second", range: requestsRange,
        expected: "give a whole number from 0 to \(requestsRange.upperBound), 0 for as many as it likes"
    ) { Int($0) }

    private static let bytes = Form(
        path: "bytes_per_second", range: bytesRange,
        expected:
            "give a number of bytes from 0 to \(ByteCount(bytesRange.upperBound)), like 2MiB, 0 for as many as "
            + "it likes"
    ) { try? ByteCount(parsing: $0).bytes }

    /// Nil when there is none, or it is 0, or wrong and reported.
    private static func number(_ node: ConfigNode?, _ form: Form, _ reader: inout ConfigReader) -> Double? {
        guard let node, !node.isEmpty else { return nil }
        let number = reader.value(node, of: form.path, expected: form.expected) { text in
            form.parse(text).flatMap { form.range.contains($0) ? $0 : nil }
        }
        return number.flatMap { $0 > 0 ? Double($0) : nil }
    }
}
