import Collector
import NIOCore
import OTLPModel
import Telemetry
import TestSupport
import Testing

@Suite("A collector that has too much to do", .timeLimit(.minutes(15)))
struct OverloadTests {
    /// A store whose commits take 20 ms and more, behind a queue of 256 KiB.
    private static func slowStore() -> StoreOptions {
        var options = StoreOptions()
        options.throttle = StoreThrottle(percent: 10, leastPauseMilliseconds: 20)
        options.queueBytesMax = 256 << 10
        options.groupBytesMax = 8 << 10
        return options
    }

    /// The seconds of a `Retry-After`, if the answer is one that senders repeat after.
    private func retryAfter(_ reply: RawReply) -> Int? {
        guard reply.status == 503 || reply.status == 429 else { return nil }
        return reply.headers["retry-after"].flatMap { Int($0) }
    }

    @Test("C4: a request that finds no room is 503 with Retry-After, and UNAVAILABLE with RetryInfo")
    func overloadIsRetryable() async throws {
        try await TestCollector.with { collector async throws in
            let others = collector.server.service.inFlight.charge()
            #expect(others.grow(by: collector.server.service.inFlight.limitBytes))
            for (body, type) in [
                (SampleRequest.protobuf(), "application/x-protobuf"),
                (SampleRequest.json(), "application/json"),
            ] {
                let reply = try await collector.post(body, type: type)
                #expect(reply.status == 503)
                #expect((1...60).contains(try #require(retryAfter(reply))))
                #expect(reply.headers["content-type"] == type)
            }
            let client = try await collector.connectGRPC()
            let answer = try await client.export(SampleRequest.protobuf())
            #expect(answer.status == 14)
            #expect(answer.trailer("grpc-status-details-bin") != nil)
            others.release()
            #expect(try await collector.post(SampleRequest.protobuf()).status == 200)
        }
    }

    @Test(
        "C4: a refusal comes on the head: no permission for the body, none of it read, the connection ended")
    func refusedOnTheHead() async throws {
        let settings = TestCollector.settings {
            $0.sourceRates.others = SourceRate(requestsPerSecond: 0.000_1)
        }
        try await TestCollector.with(settings) { collector async throws in
            #expect(try await collector.post(SampleRequest.protobuf()).status == 200)
            let connection = try await collector.connectHTTP()
            connection.send(
                "POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\n"
                    + "Content-Length: 50000\r\nExpect: 100-continue\r\n\r\n")
            let reply = try await connection.reply()
            #expect(reply.status == 429)
            #expect(reply.headers["connection"] == "close")
            #expect(collector.server.service.inFlight.usedBytes < 50_000)
        }
    }

    @Test("C4: what would not fit if nobody else sent anything is refused for good, what fits later is not")
    func neverFits() async throws {
        try await TestCollector.with { collector async throws in
            let service = collector.server.service
            let source = service.sources.source(named: "node")
            let most = service.inFlight.limitBytes / 4 * 3
            func reason(_ bytes: Int) -> Refusal.Reason? {
                do throws(Refusal) {
                    _ = try service.admit(source, bodyBytes: bytes)
                    return nil
                } catch {
                    return error.reason
                }
            }
            #expect([most - 1, most, most + 1, .max].map(reason) == [nil, nil, .tooLarge, .tooLarge])
            let others = service.inFlight.charge()
            #expect(others.grow(by: service.inFlight.limitBytes))
            #expect([1, most, most + 1].map(reason) == [.overloaded, .overloaded, .tooLarge])
            // Known by its head, however much there is to do.
            let connection = try await collector.connectHTTP()
            connection.send(
                "POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-protobuf\r\n"
                    + "Content-Length: 65537\r\n\r\n")
            let reply = try await connection.reply()
            #expect(reply.status == 413)
            #expect(reply.headers["retry-after"] == nil)
        }
    }

    @Test("C4: the more waits for the store, the later senders are asked to come back")
    func delayFollowsBacklog() {
        let now = NIODeadline.now()
        for (seconds, expected) in [(0, 1...2), (0.2, 1...2), (7, 7...14), (25, 25...50), (900, 30...60)]
            as [(Double, ClosedRange<Int>)]
        {
            let delay = RetryDelay()
            let delays = (0..<30).map { _ in delay.nextSeconds(backlogSeconds: seconds, now: now) }
            #expect(delays.allSatisfy { expected.contains($0) }, "\(seconds)")
            #expect(Set(delays).count > 1)
        }
    }

    @Test(
        "C9, hostile 75: with no room on the disk it is 503 with Retry-After, and UNAVAILABLE with RetryInfo, never 200"
    )
    func fullDisk() async throws {
        var options = StoreOptions()
        options.freeBytesMin = .max / 2
        try await TestCollector.with(store: options) { collector async throws in
            for seed in 1...3 as ClosedRange<UInt8> {
                let reply = try await collector.post(SampleRequest.protobuf(seed: seed))
                #expect(reply.status == 503)
                #expect(retryAfter(reply) != nil)
            }
            let client = try await collector.connectGRPC()
            let answer = try await client.export(SampleRequest.protobuf(seed: 4))
            #expect(answer.status == 14)
            #expect(answer.trailer("grpc-status-details-bin") != nil)
            #expect(try collector.storedSpans() == 0)
        }
    }

    @Test("a store that is too slow refuses, and has all that it acknowledged")
    func slowStoreKeepsItsWord() async throws {
        try await TestCollector.with(store: Self.slowStore()) { collector async throws in
            let replies = try await Self.posts(
                to: collector, from: "127.0.0.1", connections: 64, requests: 3, spans: 500)
            #expect(replies.allSatisfy { $0.status == 200 || retryAfter($0) != nil })
            #expect(replies.contains { $0.status == 503 })
            #expect(try collector.storedSpans() == Int64(500 * replies.filter { $0.status == 200 }.count))
        }
    }

    @Test(
        "hostile 73: what telemetry says of itself is no source: two nodes of one address share, whatever they are named"
    )
    func attributesAreNoSource() async throws {
        let settings = TestCollector.settings {
            $0.sourceRates.others = SourceRate(requestsPerSecond: 0.000_1)
        }
        try await TestCollector.with(settings) { collector async throws in
            var statuses: [Int] = []
            for number in 1...3 as ClosedRange<UInt8> {
                var request = SampleRequest.request(seed: number)
                request.resourceSpans[0].resource.attributes = [
                    KeyValue("host.name", .string("node-\(number)")),
                    KeyValue("service.instance.id", .string("\(number)")),
                    KeyValue("tenant", .string("tenant-\(number)")),
                ]
                let headers = ["X-Forwarded-For: 10.0.0.\(number)", "X-Scope-OrgID: tenant-\(number)"]
                statuses.append(try await collector.post(request.protobufBytes(), headers: headers).status)
            }
            #expect(statuses == [200, 429, 429])
            // Another address is another source.
            let other = try await WireConnection(port: collector.httpPort, from: "127.0.0.2")
            other.post(SampleRequest.protobuf(seed: 9))
            #expect(try await other.reply().status == 200)
        }
    }

    @Test(
        "hostile 74: a source above its rate gets 429, and RESOURCE_EXHAUSTED with RetryInfo; others see nothing of it"
    )
    func rateIsKept() async throws {
        let settings = TestCollector.settings {
            $0.sourceRates.bySource["127.0.0.2"] = SourceRate(requestsPerSecond: 0.5)
        }
        try await TestCollector.with(settings) { collector async throws in
            let flood = try await WireConnection(port: collector.httpPort, from: "127.0.0.2")
            var refused = 0
            for seed in 1...100 as ClosedRange<UInt8> {
                flood.post(SampleRequest.protobuf(seed: seed))
                let reply = try await flood.reply()
                if reply.status == 429 {
                    refused += 1
                    #expect((1...60).contains(try #require(retryAfter(reply))))
                    #expect(RPCStatus(protobuf: reply.body)?.code == 8)
                } else {
                    #expect(reply.status == 200)
                }
                #expect(try await collector.post(SampleRequest.protobuf(seed: 100 + seed)).status == 200)
            }
            // Ten seconds' worth is five; a slow machine lets some more through.
            #expect(refused > 50)
            let client = try await GRPCClient(port: collector.grpcPort, from: "127.0.0.2")
            let answer = try await client.export(SampleRequest.protobuf(seed: 250))
            #expect(answer.status == 8)
            #expect(answer.trailer("grpc-status-details-bin") != nil)
        }
    }

    @Test("hostile 74: one source that floods a slow store is asked to wait, and fifty others see no refusal")
    func floodDoesNotStarveOthers() async throws {
        try await TestCollector.with(store: Self.slowStore()) { collector async throws in
            let isOver = Flag()
            async let flood = Self.flood(collector, until: isOver)
            let replies = try await withThrowingTaskGroup(of: [RawReply].self) { group in
                for node in 1...50 as ClosedRange<UInt8> {
                    group.addTask {
                        try await Self.posts(
                            to: collector, from: "127.0.1.\(node)", connections: 1, requests: 4, spans: 1,
                            node: node)
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            isOver.raise()
            #expect(replies.count == 200)
            #expect(replies.filter { $0.status != 200 }.map(\.status) == [])
            #expect(try await flood > 0)
        }
    }

    /// Sends from 64 connections without a pause.
    /// - Returns: how many requests were refused
    private static func flood(_ collector: TestCollector, until isOver: Flag) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for connection in 0..<64 {
                group.addTask {
                    let wire = try await WireConnection(port: collector.httpPort, from: "127.0.0.2")
                    defer { wire.close() }
                    var refused = 0
                    var number = 0
                    while !isOver.isRaised {
                        number += 1
                        wire.post(body(spans: 500, node: 200, connection: connection, number: number))
                        let reply = try await wire.reply()
                        #expect(reply.status == 200 || reply.status == 503)
                        if reply.status == 503 { refused += 1 }
                    }
                    return refused
                }
            }
            return try await group.reduce(0, +)
        }
    }

    /// Sends requests one after another over each of some connections.
    private static func posts(
        to collector: TestCollector, from address: String, connections: Int, requests: Int, spans: Int = 20,
        node: UInt8 = 0
    ) async throws -> [RawReply] {
        try await withThrowingTaskGroup(of: [RawReply].self) { group in
            for connection in 0..<connections {
                group.addTask {
                    let wire = try await WireConnection(port: collector.httpPort, from: address)
                    defer { wire.close() }
                    var replies: [RawReply] = []
                    for number in 0..<requests {
                        wire.post(body(spans: spans, node: node, connection: connection, number: number))
                        replies.append(try await wire.reply())
                    }
                    return replies
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }

    /// Spans that no other request has.
    private static func body(spans: Int, node: UInt8, connection: Int, number: Int) -> [UInt8] {
        var request = SampleRequest.request(spans: spans, seed: node &+ 1)
        for index in 0..<spans {
            request.resourceSpans[0].scopeSpans[0].spans[index].traceID = [
                node, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, UInt8(connection), UInt8(number >> 16 & 255),
                UInt8(number >> 8 & 255), UInt8(number & 255),
            ]
        }
        return request.protobufBytes()
    }
}
