import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Attributes under their older names")
struct AttributeMappingTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    /// What questions see of a stable attribute of one span.
    private func value(
        of name: String, _ attributes: [String: AnyValue], kind: SpanKind = .server
    ) async throws -> SpanValue? {
        var sample = FleetSample()
        sample.add(
            .edge,
            [
                Sample.span(
                    trace: 1, id: 1, kind: kind,
                    attributes: attributes.sorted { $0.key < $1.key }.map { KeyValue($0.key, $0.value) })
            ])
        let path = folder.file("\(UInt64.random(in: 0 ... .max)).db")
        let reader = try await sample.reader(at: path)
        let result = try reader.stats(StatsQuery(window: .all, keys: [.attribute(name)]))
        #expect(result.groups.count == 1)
        return result.groups.first?.key.first
    }

    @Test("where only some spans are asked about, these have the same as where all are")
    func someSpans() async throws {
        let spelled: [[KeyValue]] = [
            [KeyValue("server.address", .string("a.com"))],
            [KeyValue("http.host", .string("b.com:8080"))],
            [KeyValue("server.address", .string("a.com")), KeyValue("http.url", .string("http://c.com/x"))],
            [KeyValue("http.url", .string("http://d.com/x"))],
            [],
        ]
        var sample = FleetSample()
        sample.add(
            .edge,
            spelled.enumerated().map { place, attributes in
                Sample.span(trace: UInt64(place + 1), id: 1, kind: .server, attributes: attributes)
            })
        let reader = try await sample.reader(at: folder.file("some.db"), segmented: true)
        let segment = try #require(try reader.segments { _ in true }.first)
        let rows = try SegmentRows(reader.source.view(segment))
        func hosts(_ isWanted: [Bool]?) throws -> [SpanValue] {
            let coded = try #require(try rows.normalized(.attribute("server.address"), isWanted: isWanted))
            return coded.codes.map { coded.value(of: $0) }
        }
        let all = try hosts(nil)
        #expect(all == [.text("a.com"), .text("b.com"), .text("a.com"), .text("d.com"), .missing])
        for wanted in 0..<32 {
            let isWanted = (0..<5).map { wanted >> $0 & 1 == 1 }
            let some = try hosts(isWanted)
            for place in 0..<5 where isWanted[place] { #expect(some[place] == all[place]) }
        }
    }

    @Test("attribute mapping http.method: in capitals; the stable name counts where there are both")
    func method() async throws {
        let name = "http.request.method"
        #expect(try await value(of: name, ["http.method": .string("get")]) == .text("GET"))
        let both: [String: AnyValue] = ["http.method": .string("GET"), name: .string("HEAD")]
        #expect(try await value(of: name, both) == .text("HEAD"))
    }

    @Test(
        "attribute mapping http.status_code: a number, whoever writes it as text; 0 and - are none",
        arguments: ["http.status_code", "response_code"])
    func status(old: String) async throws {
        let name = "http.response.status_code"
        #expect(try await value(of: name, [old: .string("503")]) == .integer(503))
        #expect(try await value(of: name, [old: .int(404)]) == .integer(404))
        for none in ["0", "", "-"] { #expect(try await value(of: name, [old: .string(none)]) == .missing) }
        #expect(try await value(of: name, [name: .string("200")]) == .integer(200))
    }

    @Test("attribute mapping http.target: path and query, without scheme and host")
    func target() async throws {
        for text in ["/a.b/c/@v/list?x=1", "https://p.example.com/a.b/c/@v/list?x=1"] {
            let target: [String: AnyValue] = ["http.target": .string(text)]
            #expect(try await value(of: "url.path", target) == .text("/a.b/c/@v/list"))
            #expect(try await value(of: "url.query", target) == .text("x=1"))
        }
        #expect(try await value(of: "url.query", ["http.target": .string("/a")]) == .missing)
    }

    @Test(
        "attribute mapping http.url: its five parts, without the user's name and password",
        arguments: ["http.url", "url.full"])
    func url(old: String) async throws {
        let url: [String: AnyValue] = [old: .string("https://me:secret@p.example.com:8443/a/b?c=d")]
        for (name, expected) in [
            ("url.scheme", .text("https")), ("server.address", .text("p.example.com")),
            ("server.port", .integer(8_443)), ("url.path", .text("/a/b")), ("url.query", .text("c=d")),
        ] as [(String, SpanValue)] {
            #expect(try await value(of: name, url) == expected, "\(name)")
        }
        let address: [String: AnyValue] = [old: .string("http://[2001:db8::1]/a")]
        #expect(try await value(of: "server.address", address) == .text("2001:db8::1"))
        #expect(try await value(of: "server.port", address) == .missing)
    }

    @Test("attribute mapping http.path: the path, as OpenCensus calls it")
    func path() async throws {
        #expect(try await value(of: "url.path", ["http.path": .string("/a")]) == .text("/a"))
    }

    @Test(
        "attribute mapping http.host: the host, and its port apart",
        arguments: ["http.host", "net.host.name", "http.server_name", ":authority"])
    func host(old: String) async throws {
        let host: [String: AnyValue] = [old: .string("p.example.com:8080")]
        #expect(try await value(of: "server.address", host) == .text("p.example.com"))
        if old == "http.host" || old == ":authority" {
            #expect(try await value(of: "server.port", host) == .integer(8_080))
        }
        // Of a client the peer is the server.
        let client: [String: AnyValue] = [
            "net.peer.name": .string("peer"), "net.host.name": .string("mine"),
        ]
        #expect(try await value(of: "server.address", client, kind: .client) == .text("peer"))
        #expect(try await value(of: "server.address", client, kind: .server) == .text("mine"))
    }

    @Test("attribute mapping net.host.port: the server's, that of a client's peer")
    func serverPort() async throws {
        let ports: [String: AnyValue] = ["net.host.port": .int(80), "net.peer.port": .int(4_711)]
        #expect(try await value(of: "server.port", ports) == .integer(80))
        #expect(try await value(of: "server.port", ports, kind: .client) == .integer(4_711))
        #expect(try await value(of: "server.port", ["net.host.port": .string("80")]) == .integer(80))
    }

    @Test(
        "attribute mapping net.sock.peer.addr: the address alone",
        arguments: ["net.sock.peer.addr", "net.peer.ip", "peer.address", "peer.ipv4"])
    func peerAddress(old: String) async throws {
        for (text, expected) in [
            ("10.0.0.1", "10.0.0.1"), ("10.0.0.1:55", "10.0.0.1"), ("[::1]:55", "::1"),
        ] {
            let found = try await value(of: "network.peer.address", [old: .string(text)])
            #expect(found == .text(expected), "\(text)")
        }
    }

    @Test("attribute mapping net.sock.peer.port: a server's peer has it, too")
    func peerPort() async throws {
        let name = "network.peer.port"
        #expect(try await value(of: name, ["net.sock.peer.port": .int(1)]) == .integer(1))
        #expect(try await value(of: name, ["net.peer.port": .int(2)]) == .integer(2))
        #expect(try await value(of: name, ["net.peer.port": .int(2)], kind: .client) == .missing)
    }

    @Test("attribute mapping http.client_ip: who asked, else the peer of the server")
    func client() async throws {
        let name = "client.address"
        let peer: [String: AnyValue] = ["net.sock.peer.addr": .string("10.0.0.1")]
        #expect(try await value(of: name, peer) == .text("10.0.0.1"))
        #expect(try await value(of: name, peer, kind: .client) == .missing)
        let both = peer.merging(["http.client_ip": .string("192.0.2.1")]) { $1 }
        #expect(try await value(of: name, both) == .text("192.0.2.1"))
    }

    @Test(
        "attribute mapping http.flavor: without HTTP/, and 2 for 2.0",
        arguments: ["http.flavor", "net.protocol.version", "http.protocol"])
    func protocolVersion(old: String) async throws {
        for (text, expected) in [
            ("1.1", "1.1"), ("2.0", "2"), ("2", "2"), ("3.0", "3"), ("HTTP/2", "2"), ("HTTP/1.1", "1.1"),
        ] {
            let found = try await value(of: "network.protocol.version", [old: .string(text)])
            #expect(found == .text(expected), "\(text)")
        }
    }

    @Test("attribute mapping http.user_agent: as it is", arguments: ["http.user_agent", "user_agent"])
    func userAgent(old: String) async throws {
        let name = "user_agent.original"
        #expect(
            try await value(of: name, [old: .string("Go-http-client/2.0")]) == .text("Go-http-client/2.0"))
        #expect(try await value(of: name, [old: .string("-")]) == .missing)
    }

    @Test("attribute mapping http.scheme: as it is")
    func scheme() async throws {
        #expect(try await value(of: "url.scheme", ["http.scheme": .string("http")]) == .text("http"))
    }

    @Test(
        "attribute mapping http.request_content_length: a number",
        arguments: ["http.request_content_length", "request_size"])
    func requestSize(old: String) async throws {
        #expect(try await value(of: "http.request.body.size", [old: .string("12")]) == .integer(12))
    }

    @Test(
        "attribute mapping http.response_content_length: a number",
        arguments: ["http.response_content_length", "response_size", "http.wrote_bytes"])
    func responseSize(old: String) async throws {
        #expect(try await value(of: "http.response.body.size", [old: .string("12")]) == .integer(12))
        #expect(try await value(of: "http.response.body.size", [old: .int(0)]) == .integer(0))
    }

    @Test("attribute mapping http.resend_count: a number", arguments: ["http.resend_count", "retry.count"])
    func resendCount(old: String) async throws {
        #expect(try await value(of: "http.request.resend_count", [old: .string("2")]) == .integer(2))
    }

    @Test("attribute mapping http.request.header: underscores were hyphens")
    func header() async throws {
        for prefix in ["http.request.header.", "http.response.header."] {
            let old: [String: AnyValue] = [prefix + "x_cache_key": .string("v")]
            #expect(try await value(of: prefix + "x-cache-key", old) == .text("v"))
        }
    }

    @Test("attribute mapping error: Envoy's text is an error where no status says more")
    func error() async throws {
        var sample = FleetSample()
        for (number, status) in [Int64?.none, 404].enumerated() {
            sample.add(
                .edge,
                [
                    Sample.span(
                        trace: UInt64(number + 1), id: 1, millis: UInt64(20 - number),
                        attributes: [
                            KeyValue("url.path", .string("/a.b/c/@v/v1.0.0.zip")),
                            KeyValue("error", .string("true")),
                        ] + (status.map { [KeyValue("http.response.status_code", .int($0))] } ?? []))
                ])
        }
        let reader = try await sample.reader(at: folder.file("errors.db"))
        #expect(try FleetSample.slowest(reader).units.map(\.outcome) == [.internalError, .notFound])
    }
}
