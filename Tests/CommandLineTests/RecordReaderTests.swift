import Foundation
import OTLPModel
import TestSupport
import Testing

@testable import traceq

@Suite("Requests are found in files of every kind")
struct RecordReaderTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    /// A request whose protobuf has about so many bytes.
    private static func request(_ name: String, padding: Int = 0) -> [UInt8] {
        var span = Span()
        span.traceID = [UInt8](repeating: 1, count: 16)
        span.spanID = [UInt8](repeating: 2, count: 8)
        span.name = name + String(repeating: ".", count: padding)
        return ExportTraceServiceRequest(resourceSpans: [
            ResourceSpans(scopeSpans: [ScopeSpans(spans: [span])])
        ])
        .protobufBytes()
    }

    private static func fixed(_ body: [UInt8]) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: body.count >> (24 - 8 * $0)) } + body
    }

    private static func delimited(_ body: [UInt8]) -> [UInt8] {
        var length = body.count
        var bytes: [UInt8] = []
        while length >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: length) | 0x80)
            length >>= 7
        }
        return bytes + [UInt8(length)] + body
    }

    private struct Reading {
        var records: [ImportRecord] = []
        var errors: [ImportError] = []
        var framing: RecordFraming?
    }

    /// Reads bytes as a file; errors that leave the rest readable are passed over.
    private func read(
        _ bytes: [UInt8], _ format: ImportFormat = .auto, max: Int = RecordReader.recordBytesMax
    ) throws -> Reading {
        let path = folder.file(UUID().uuidString)
        try Data(bytes).write(to: URL(filePath: path))
        let reader = RecordReader(try ImportSource(path: path), format: format, recordBytesMax: max)
        var reading = Reading()
        while true {
            do {
                guard let record = try reader.next() else { break }
                reading.records.append(record)
            } catch {
                reading.errors.append(error)
                if !error.isLocal { break }
            }
        }
        reading.framing = reader.framing
        return reading
    }

    @Test("Lengths of four bytes, as the file exporter writes them") func fixedLength() throws {
        let bodies = [Self.request("a"), Self.request("b", padding: 300), Self.request("c")]
        let reading = try read(bodies.flatMap(Self.fixed))
        #expect(reading.framing == .fixedLength)
        #expect(reading.records.map(\.bytes) == bodies)
        #expect(reading.records.map(\.number) == [1, 2, 3])
        #expect(
            reading.records.map(\.offset) == [0, 4 + bodies[0].count, 8 + bodies[0].count + bodies[1].count])
        #expect(reading.errors.isEmpty)
    }

    /// A request whose one `ResourceSpans` has exactly so many bytes.
    private static func request(ofBytes count: Int, _ resource: Resource) -> [UInt8] {
        var span = Span()
        span.traceID = [UInt8](repeating: 1, count: 16)
        span.spanID = [UInt8](repeating: 2, count: 8)
        var group = ResourceSpans(resource: resource, scopeSpans: [ScopeSpans(spans: [span])])
        while true {
            let bytes = ExportTraceServiceRequest(resourceSpans: [group]).protobufBytes()
            if bytes.count >= count + 2 { return bytes }
            group.scopeSpans[0].spans[0].name += "."
        }
    }

    @Test(
        "A request whose length is that of a brace is protobuf for all that, in every framing",
        arguments: [122, 123, 124])
    func lengthLikeBrace(count: Int) throws {
        let named = Resource(attributes: [KeyValue("service.name", .string("athens"))])
        for resource in [Resource(), named] {
            let body = Self.request(ofBytes: count, resource)
            #expect(body.count == count + 2 && body[1] == UInt8(count))
            let framings: [(RecordFraming, ([UInt8]) -> [UInt8])] = [
                (.fixedLength, Self.fixed), (.varintLength, Self.delimited), (.plain, { $0 }),
            ]
            for (framing, framed) in framings {
                let reading = try read(framed(body) + framed(body))
                #expect(reading.framing == framing)
                #expect(reading.records.flatMap(\.bytes) == body + body)
                #expect(!reading.records.contains { $0.isJSON }, "\(framing)")
            }
        }
        // Nothing but a resource.
        var only = Resource(attributes: [KeyValue("k", .string(""))])
        while ExportTraceServiceRequest(resourceSpans: [ResourceSpans(resource: only)]).protobufBytes().count
            < count + 2
        {
            only.attributes[0].key += "."
        }
        let body = ExportTraceServiceRequest(resourceSpans: [ResourceSpans(resource: only)]).protobufBytes()
        #expect(body[1] == UInt8(count))
        #expect(try read(Self.fixed(body)).records.map(\.isJSON) == [false])
    }

    @Test("JSON behind lengths is JSON, with a line feed in front as well")
    func lengthsBeforeJSON() throws {
        for text in [#"{"a":1}"#, "\n{\"a\":1}", "\n{\n  \"a\": 1\n}", "\n{}", "\n{ }", " \n{}"] {
            let reading = try read(Self.fixed(Array(text.utf8)))
            #expect(reading.records.map(\.isJSON) == [true], "\(text)")
            #expect(try read(Self.fixed(Array(text.utf8)), .otlp).records.map(\.isJSON) == [false])
        }
    }

    @Test("Varint lengths, as protobuf's delimited messages have them") func delimitedMessages() throws {
        let bodies = [Self.request("a"), Self.request("b", padding: 300)]
        let reading = try read(bodies.flatMap(Self.delimited))
        #expect(reading.framing == .varintLength)
        #expect(reading.records.map(\.bytes) == bodies)
    }

    @Test("One request, and requests one after another") func plain() throws {
        let one = Self.request("a", padding: 200)
        #expect(try read(one).framing == .plain)
        #expect(try read(one).records.map(\.bytes) == [one])
        let many = (0..<5_000).map { Self.request("span \($0)", padding: 400) }
        let reading = try read(many.flatMap { $0 })
        #expect(reading.framing == .plain)
        #expect(reading.records.count > 1)
        #expect(reading.records.allSatisfy { $0.bytes.count < RecordReader.plainRecordBytes + 600 })
        #expect(reading.records.flatMap(\.bytes) == many.flatMap { $0 })
    }

    @Test("JSON lines, with and without a last line feed, empty lines and a mark in front")
    func lines() throws {
        let line = #"{"resourceSpans":[{"a":"}\"{"}]}"#
        for text in [
            "\(line)\n\(line)\n", "\(line)\n\(line)", "\n\n\(line)\r\n\n  \(line)\n\n",
            "\u{feff}\(line)\n\(line)",
        ] {
            let reading = try read(Array(text.utf8))
            #expect(reading.framing == .lines, "\(text)")
            #expect(reading.records.count == 2 && reading.records.allSatisfy(\.isJSON), "\(text)")
            #expect(reading.errors.isEmpty)
        }
    }

    @Test("JSON documents of several lines, one or several") func documents() throws {
        let document = "{\n  \"resourceSpans\": [\n    {\"x\": \"}\\\"\"}\n  ]\n}"
        for count in 1...3 {
            let text = [String](repeating: document, count: count).joined(separator: "\n")
            let reading = try read(Array(text.utf8))
            #expect(reading.framing == .documents)
            #expect(
                reading.records.map { String(decoding: $0.bytes, as: UTF8.self) }
                    == [String](repeating: document, count: count))
        }
    }

    @Test("A bad line costs itself only") func badLine() throws {
        let good = #"{"resourceSpans":[]}"#
        let reading = try read(Array("\(good)\n{\"resourceSpans\":\n\(good)\n".utf8))
        #expect(reading.records.count == 3)
        #expect(reading.records.map(\.offset) == [0, 21, 39])
    }

    @Test("An empty file, and one of spaces, hold nothing", arguments: ["", " \n\r\n\t"])
    func empty(text: String) throws {
        let reading = try read(Array(text.utf8))
        #expect(reading.records.isEmpty && reading.errors.isEmpty)
    }

    @Test("What is no OTLP is told by its first bytes")
    func foreign() throws {
        for bytes in [Array("hello".utf8), Array("[{}]".utf8), [0xff, 0xd8, 0xff], Array("<?xml".utf8)]
            as [[UInt8]]
        {
            let reading = try read(bytes)
            #expect(reading.records.isEmpty)
            #expect(reading.errors.first?.message.contains("no OTLP") == true, "\(bytes)")
        }
        #expect(try read(Array("[{}]".utf8)).errors.first?.message.contains("one a line") == true)
    }

    @Test("Zeros are no requests, and empty requests in a row have a limit")
    func zeros() throws {
        let body = Self.request("a")
        for count in [8, 9, 64, 4_000_000] {
            let reading = try read([UInt8](repeating: 0, count: count))
            #expect(reading.records.isEmpty, "\(count)")
            #expect(reading.errors.first?.message.contains("no OTLP") == true, "\(count)")
        }
        let most = RecordReader.emptyInARowMax
        for count in [most - 1, most, most + 1] {
            let holes = Self.fixed(body) + [UInt8](repeating: 0, count: 4 * count) + Self.fixed(body)
            let reading = try read(holes)
            #expect(reading.errors.isEmpty == (count <= most), "\(count)")
            #expect(reading.records.count == (count <= most ? count + 2 : most + 1), "\(count)")
        }
    }

    @Test("A database is told from telemetry") func database() throws {
        let reading = try read(Array("SQLite format 3\0".utf8) + [UInt8](repeating: 0, count: 84))
        #expect(reading.errors.first?.message.contains("this is an SQLite file") == true)
    }

    @Test("A length above the limit is refused before anything is read for it, one at the limit is not")
    func limit() throws {
        let body = Self.request("a", padding: 100)
        for (limit, isRead) in [(body.count - 1, false), (body.count, true), (body.count + 1, true)] {
            for bytes in [Self.fixed(body), Self.delimited(body)] {
                let reading = try read(bytes, max: limit)
                #expect(reading.records.isEmpty != isRead, "\(limit)")
                #expect(reading.errors.isEmpty == isRead)
            }
        }
        let line = #"{"resourceSpans":[]}"#
        for (limit, count) in [(19, 0), (20, 2), (21, 2)] {
            let reading = try read(Array("\(line)\n\(line)\n".utf8), max: limit)
            #expect(reading.records.count == count, "\(limit)")
            #expect(reading.errors.count == 2 - count, "\(limit)")
        }
    }

    @Test("A file that is cut anywhere gives its whole requests and one error") func cut() throws {
        let bodies = [Self.request("a"), Self.request("b")]
        for framing in [Self.fixed, Self.delimited] {
            let whole = bodies.flatMap(framing)
            let first = framing(bodies[0]).count
            for length in first + 1..<whole.count {
                let reading = try read(Array(whole[..<length]), .otlp)
                #expect(reading.records.map(\.bytes) == [bodies[0]], "\(length)")
                #expect(reading.errors.count == 1, "\(length)")
                #expect(reading.errors.first?.record == 2)
                #expect(
                    reading.errors.first?.message.contains("ends in the middle of request 2") == true,
                    "\(length)")
            }
        }
    }

    @Test("Compressed files of one part or several are read, damaged ones are told")
    func compressed() throws {
        let plain = Self.fixed(Self.request("a", padding: 5_000)) + Self.fixed(Self.request("b"))
        for kind in ["gzip", "zstd"] {
            func pack(_ bytes: [UInt8]) throws -> [UInt8] {
                let codec: any StreamCodec = kind == "gzip" ? GzipEncoder() : ZstdEncoder()
                var packed: [UInt8] = []
                var start = 0
                while start < bytes.count {
                    try codec.process(bytes, from: &start, into: &packed, room: .max)
                }
                try codec.finish(into: &packed)
                return packed
            }
            let packed = try pack(plain)
            #expect(packed.count < plain.count)
            #expect(try read(packed).records.count == 2, "\(kind)")
            let parts = try pack(Array(plain[..<40])) + pack(Array(plain[40...]))
            #expect(try read(parts).records.count == 2, "\(kind)")
            #expect(try read(Array(packed.dropLast())).errors.count == 1, "\(kind)")
            #expect(try read(packed + [1, 2, 3]).errors.count == 1, "\(kind)")
            // The file exporter with compression: each request for itself.
            let bodies = [Self.request("c"), Self.request("d")]
            if kind == "zstd" {
                let reading = try read(try bodies.flatMap { Self.fixed(try pack($0)) })
                #expect(reading.records.map(\.bytes) == bodies)
                let json = Array(#"{"resourceSpans":[]}"#.utf8)
                #expect(try read(Self.fixed(try pack(json))).records.first?.isJSON == true)
                let large = try read(Self.fixed(try pack([UInt8](repeating: 10, count: 1_000))), max: 999)
                #expect(large.records.isEmpty && large.errors.first?.isLocal == true)
            }
            let trap = try pack([UInt8](repeating: 0x20, count: 64 << 20))
            #expect(try read(trap).errors.first?.message.contains("200 times") == true, "\(kind)")
        }
    }

    @Test("Random bytes are read without harm", arguments: 0..<60)
    func random(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let starts: [[UInt8]] = [
            [], [0x0a], [0, 0, 0, 9], [0x1f, 0x8b, 8], [0x28, 0xb5, 0x2f, 0xfd], Array("{".utf8),
            [0x0a, 0x7b],
        ]
        let bytes =
            starts[Int(seed) % starts.count]
            + (0..<Int.random(in: 0...300, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
        let reading = try read(bytes, max: 1_000)
        #expect(reading.records.allSatisfy { $0.bytes.count <= 1_000 }, "seed \(seed)")
    }
}
