import Collector
import Foundation
import Logging
import TestSupport
import Testing

@Suite("TLS on every port", .serialized, .timeLimit(.minutes(15)))
struct TLSTests {
    private func url(_ port: Int) -> String { "https://127.0.0.1:\(port)/v1/traces" }

    private func with(
        _ tls: TLSSettings, _ test: (TestCollector) async throws -> Void
    ) async throws {
        try await TestCollector.with(TestCollector.settings { $0.tls = tls }, test)
    }

    @Test("A3: HTTP/1.1 and HTTP/2 over TLS are taken, on both ports")
    func httpOverTLS() async throws {
        let certificates = try await TestCertificates()
        try await with(certificates.server) { collector async throws in
            for port in [collector.httpPort, collector.grpcPort] {
                for (option, version) in [("--http1.1", "1.1"), ("--http2", "2")] {
                    let curl = try await Curl.post(
                        SampleRequest.protobuf(), to: [url(port), url(port)], [option] + certificates.curl())
                    #expect(
                        curl.answers == ["200 \(version) connects=1", "200 \(version) connects=0"],
                        "\(curl.complaints)")
                }
            }
            #expect(try collector.storedSpans() == 1)
        }
    }

    @Test("A5: gRPC over TLS is taken, and the version of HTTP agreed on beforehand")
    func grpcOverTLS() async throws {
        let certificates = try await TestCertificates()
        try await with(certificates.server) { collector async throws in
            let target = "https://localhost:\(collector.grpcPort)\(GRPCClient.tracesPath)"
            let curl = try await Curl.post(
                GRPCClient.framed(SampleRequest.protobuf(spans: 2)), to: [target], type: "application/grpc",
                ["--http2", "-v", "-H", "TE: trailers"] + certificates.curl())
            #expect(curl.answers == ["200 2 connects=1"])
            #expect(curl.complaints.contains("ALPN: server accepted h2"))
            #expect(curl.text.contains("grpc-status: 0"))
            #expect(try collector.storedSpans() == 2)
        }
    }

    @Test("a certificate that a sender presents is its name")
    func certificateIsName() async throws {
        let certificates = try await TestCertificates()
        try await certificates.makeCertificate("edge", subject: "/O=edges/CN=edge-7")
        try await with(certificates.mutual) { collector async throws in
            let curl = try await Curl.post(
                SampleRequest.protobuf(), to: [url(collector.grpcPort)],
                ["--http1.1"] + certificates.curl(certificate: "edge"))
            #expect(curl.answers == ["200 1.1 connects=1"], "\(curl.complaints)")
            let line = await collector.log.line(containing: "kind=other_port")
            #expect(line?.contains("sender=edge-7") == true)
        }
    }

    @Test("J8: TLS to a port of plain text gets an answer and a line in the log", arguments: [true, false])
    func tlsToPlainPort(isHTTP: Bool) async throws {
        try await TestCollector.with { collector async throws in
            let port = isHTTP ? collector.httpPort : collector.grpcPort
            let connection = try await WireConnection(port: port)
            connection.send([0x16, 3, 1, 0, 4, 1, 0, 0, 0])
            let reply = try await connection.reply()
            #expect(reply.status == 400)
            #expect(String(decoding: reply.body, as: UTF8.self).contains("use http:// in its endpoint"))
            #expect(try await connection.untilClosed() == [])
            let line = await collector.log.line(containing: "reason=tls")
            #expect(line?.contains("the sender speaks TLS: use http://") == true)
            let curl = try await Curl.post(SampleRequest.protobuf(), to: [url(port)], [])
            #expect(curl.exitCode == 35)
            #expect(curl.complaints.contains("wrong version number"))
            try await collector.expectServing()
        }
    }

    @Test("J9: plain text to a port of TLS gets an answer and a line in the log", arguments: [true, false])
    func plainToTLSPort(isHTTP: Bool) async throws {
        let certificates = try await TestCertificates()
        try await with(certificates.server) { collector async throws in
            let port = isHTTP ? collector.httpPort : collector.grpcPort
            let connection = try await WireConnection(port: port)
            connection.post(SampleRequest.protobuf())
            let reply = try await connection.reply()
            #expect(reply.status == 400)
            #expect(String(decoding: reply.body, as: UTF8.self).contains("use https:// in its endpoint"))
            #expect(try await connection.untilClosed() == [])
            #expect(await collector.log.line(containing: "reason=plain_text") != nil)

            let grpc = try await WireConnection(port: port)
            grpc.send(HTTP2Wire.start() + HTTP2Wire.call(stream: 1, SampleRequest.protobuf()))
            let bytes = try await grpc.untilClosed()
            #expect(HTTP2Wire.goAwayCodes(in: bytes) == [12])
            #expect(String(decoding: bytes, as: UTF8.self).contains("use https:// in its endpoint"))
            #expect(try collector.storedSpans() == 0)
        }
    }

    @Test("hostile 15: old TLS, and certificates that are missing, foreign or expired, get in nowhere")
    func badClientsStayOut() async throws {
        let certificates = try await TestCertificates()
        try await certificates.makeCertificate("good", subject: "/CN=good")
        try await certificates.makeCertificate("expired", subject: "/CN=late", days: -1)
        try await certificates.makeAuthority("stranger")
        try await certificates.makeCertificate("foreign", subject: "/CN=good", authority: "stranger")
        try await with(certificates.mutual) { collector async throws in
            for (name, message) in [
                (nil, "the sender presents no certificate: set OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"),
                ("foreign", "the sender's certificate is not valid here"), ("expired", "it has expired"),
            ] {
                for option in ["--tls-max 1.2", "--tlsv1.3"] {
                    let curl = try await Curl.post(
                        SampleRequest.protobuf(), to: [url(collector.httpPort)],
                        option.split(separator: " ").map(String.init) + certificates.curl(certificate: name))
                    #expect(curl.exitCode != 0, "\(name ?? "none") \(option)")
                    #expect(!curl.text.contains("200"))
                }
                // Only the first of a sender and a kind is logged at once.
                collector.server.service.refusals.tellAll()
                let line = await collector.log.line(containing: message)
                #expect(line?.contains("reason=tls_client_certificate") == true, "\(message)")
            }
            let old = try await certificates.client(
                port: collector.httpPort, "-tls1_1 -cipher ALL:@SECLEVEL=0")
            #expect(old.standardOutput.contains("alert protocol version"), "\(old.standardOutput)")
            collector.server.service.refusals.tellAll()
            let line = await collector.log.line(containing: "a version of TLS that is too old")
            #expect(line != nil)
            #expect(try collector.storedSpans() == 0)

            let good = try await Curl.post(
                SampleRequest.protobuf(), to: [url(collector.httpPort)],
                certificates.curl(certificate: "good"))
            #expect(good.answers.first?.hasPrefix("200 ") == true, "\(good.complaints)")
            #expect(try collector.storedSpans() == 1)
        }
    }

    @Test(
        "hostile 15: a sender that does not trust our certificate is told so, whichever way it says that",
        arguments: ["--tls-max 1.2", "--tlsv1.3"])
    func untrusted(version: String) async throws {
        let certificates = try await TestCertificates()
        try await certificates.makeAuthority("stranger")
        try await with(certificates.server) { collector async throws in
            let curl = try await Curl.post(
                SampleRequest.protobuf(), to: [url(collector.httpPort)],
                version.split(separator: " ").map(String.init) + certificates.curl(authority: "stranger"))
            #expect(curl.exitCode == 60, "\(curl.complaints)")
            let line = await collector.log.line(containing: "request.refused")
            #expect(line?.contains("reason=tls_untrusted") == true, "\(line ?? "")")
            #expect(line?.contains("does not trust the collector's certificate") == true)
            #expect(line?.contains("OTEL_EXPORTER_OTLP_CERTIFICATE") == true)
            await collector.expectNothingHeld()
            let record = collector.server.service.senders.records[Sender(address: "127.0.0.1")]
            #expect(record?.sightings(of: .untrustedCertificate).count == 1)
            #expect(record?.sightings.count == 1)
            #expect(
                record?.sightings(of: .untrustedCertificate).first?.detail.hasSuffix("in the certificate")
                    == true, "doctor has all of it")
        }
    }

    @Test("J9: each mistake about TLS of one sender is a finding of its own")
    func mistakesAreToldApart() async throws {
        let certificates = try await TestCertificates()
        try await certificates.makeAuthority("stranger")
        try await with(certificates.mutual) { collector async throws in
            let https = url(collector.httpPort)
            let attempts: [(String, [String])] = [
                (https.replacing("https:", with: "http:"), []), (https, certificates.curl()),
                (https, certificates.curl(authority: "stranger")),
            ]
            for (target, options) in attempts {
                _ = try await Curl.post(SampleRequest.protobuf(), to: [target], options)
            }
            let record = try #require(
                collector.server.service.senders.records[Sender(address: "127.0.0.1")])
            #expect(
                Set(record.sightings.keys.map(\.finding)) == [
                    .plainToTLSPort, .clientCertificate, .untrustedCertificate,
                ])
        }
    }

    @Test("hostile 73: a client certificate's name is the source of requests without a credential")
    func certificateIsSource() async throws {
        let certificates = try await TestCertificates()
        for name in ["one", "two"] { try await certificates.makeCertificate(name, subject: "/CN=\(name)") }
        let settings = TestCollector.settings {
            $0.tls = certificates.mutual
            $0.sourceRates.others = SourceRate(requestsPerSecond: 0.000_1)
        }
        try await TestCollector.with(settings) { collector async throws in
            for (name, status) in [("one", "200 "), ("one", "429 "), ("two", "200 ")] {
                let curl = try await Curl.post(
                    SampleRequest.protobuf(), to: [url(collector.httpPort)],
                    certificates.curl(certificate: name))
                #expect(curl.answers.first?.hasPrefix(status) == true, "\(name): \(curl.complaints)")
            }
        }
    }

    @Test("hostile 15: who asks for another handshake within TLS is not given one")
    func renegotiation() async throws {
        let certificates = try await TestCertificates()
        try await with(certificates.server) { collector async throws in
            let end = try await certificates.client(
                port: collector.httpPort, "-tls1_2", typing: "echo R; sleep 1")
            #expect(
                end.standardOutput.contains("no renegotiation") || end.standardOutput.contains("error:"),
                "\(end.standardOutput)")
            let curl = try await Curl.post(
                SampleRequest.protobuf(), to: [url(collector.httpPort)], certificates.curl())
            #expect(curl.exitCode == 0)
        }
    }

    @Test("hostile 1: a handshake that does not go on is ended", arguments: [[0x16], []] as [[UInt8]])
    func silentHandshake(start: [UInt8]) async throws {
        let certificates = try await TestCertificates()
        let settings = TestCollector.settings {
            $0.tls = certificates.server
            $0.headerSecondsMax = 1
        }
        try await TestCollector.with(settings) { collector async throws in
            let connection = try await collector.connectHTTP()
            connection.send(start)
            _ = try await connection.untilClosed()
            let events = collector.server.service.counters.snapshot.events
            #expect(events[.connectionExpired] == 1)
            #expect(events[.tlsHandshakeFailed] == (start.isEmpty ? 0 : 1))
        }
    }

    /// What a client says first, in TLS 1.2, for any certificate.
    private static let clientHello: [UInt8] = {
        let ciphers: [UInt8] = [0xc0, 0x2f, 0xc0, 0x2b]
        let algorithms: [UInt8] = [4, 3, 8, 4, 4, 1, 5, 3, 8, 5, 5, 1, 8, 6, 6, 1]
        let extensions: [UInt8] =
            [0, 10, 0, 6, 0, 4, 0, 0x1d, 0, 0x17] + [0, 11, 0, 2, 1, 0]
            + [0, 13, 0, UInt8(algorithms.count + 2), 0, UInt8(algorithms.count)] + algorithms
        let hello: [UInt8] =
            [3, 3] + [UInt8](repeating: 7, count: 32) + [0, 0, UInt8(ciphers.count)] + ciphers + [1, 0]
            + [0, UInt8(extensions.count)] + extensions
        let message: [UInt8] = [1, 0, 0, UInt8(hello.count)] + hello
        return [22, 3, 1, 0, UInt8(message.count)] + message
    }()

    @Test(
        "a connection that is reset in the middle of the handshake is a handshake that failed, with its reason"
    )
    func resetHandshake() async throws {
        let certificates = try await TestCertificates()
        try await with(certificates.server) { collector async throws in
            // Each address has a line of its own.
            for address in ["127.0.0.2", "127.0.0.3"] {
                let connection = try await WireConnection(port: collector.httpPort, from: address)
                connection.send(Self.clientHello)
                #expect(try await connection.bytes(1) == [22], "the collector's part of the handshake")
                try await connection.reset()
                let told = await collector.log.line(containing: " sender=\(address)")
                #expect(told?.contains(" reason=tls_handshake ") == true, "\(told ?? "")")
            }
            let snapshot = collector.server.service.counters.snapshot
            #expect(snapshot.events[.tlsHandshakeFailed] == 2)
            let refused = CollectorCounters.Refused(reason: "tls_handshake", protocolName: "otlp/http")
            #expect(snapshot.refused == [refused: 2])
        }
    }
}
