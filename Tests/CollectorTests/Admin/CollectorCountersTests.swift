import Collector
import OTLPModel
import Telemetry
import Testing

@Suite("What the collector counts", .timeLimit(.minutes(15)))
struct CollectorCountersTests {
    private func request(
        _ signal: Signal = .traces, source: String = "10.0.0.1", items: Int = 10, rejected: Int = 0,
        isRepeated: Bool = false
    ) -> CollectorCounters.AcceptedRequest {
        CollectorCounters.AcceptedRequest(
            signal: signal, protocolName: "otlp/http", source: source, items: items, rejectedItems: rejected,
            bodyBytes: 100, isRepeated: isRepeated)
    }

    @Test("accepted requests are told apart by signal and protocol, and repeated ones store nothing")
    func acceptedRequests() {
        let counters = CollectorCounters()
        counters.noteAccepted(request(items: 10, rejected: 2))
        counters.noteAccepted(request(items: 10, isRepeated: true))
        counters.noteAccepted(request(.logs, items: 3))
        let accepted = counters.snapshot.accepted
        #expect(accepted.count == 2)
        let traces = accepted[CollectorCounters.Way(signal: .traces, protocolName: "otlp/http")]
        #expect(traces?.requests == 2)
        #expect(traces?.repeatedRequests == 1)
        #expect(traces?.items == 10)
        #expect(traces?.rejectedItems == 2)
        #expect(traces?.bodyBytes == 200)
        #expect(accepted[CollectorCounters.Way(signal: .logs, protocolName: "otlp/http")]?.items == 3)
    }

    @Test("sources are told apart up to the limit, the others are counted together", arguments: [1, 2, 3])
    func sourcesAreBounded(sources: Int) {
        let counters = CollectorCounters(sourcesMax: 2)
        for number in 0..<sources {
            counters.noteAccepted(request(source: "10.0.0.\(number)"))
            counters.noteRefused(reason: "malformed", protocolName: "otlp/http", source: "10.0.0.\(number)")
        }
        let known = counters.snapshot.sources
        #expect(known.count == sources)
        #expect((known[CollectorCounters.otherSources] != nil) == (sources > 2))
        #expect(known.values.reduce(0) { $0 + $1.items } == 10 * sources)
        #expect(known.values.reduce(0) { $0 + $1.refusals } == sources)
    }

    @Test("a flood of sources takes no more memory than the limit")
    func floodIsSummed() {
        let counters = CollectorCounters()
        for number in 0..<10_000 { counters.noteAccepted(request(source: "s\(number)", items: 1)) }
        let known = counters.snapshot.sources
        #expect(known.count == 257)
        #expect(known[CollectorCounters.otherSources]?.items == 10_000 - 256)
    }

    @Test("events and durations are counted")
    func eventsAndDurations() {
        let counters = CollectorCounters()
        counters.note(.textMended, 3)
        for nanos in [0, 250_000, 250_001, 10_000_000_001] as [Int64] { counters.noteAnswered(nanos: nanos) }
        let snapshot = counters.snapshot
        #expect(snapshot.events[.textMended] == 3)
        #expect(snapshot.events[.reloaded] == 0)
        #expect(snapshot.answerTime.count == 4)
        #expect(snapshot.answerTime.counts.prefix(2) == [2, 1])
        #expect(snapshot.answerTime.counts.last == 1)
        #expect(snapshot.answerTime.quantileNanos(0.5) == 250_000)
        #expect(snapshot.answerTime.quantileNanos(0.75) == 500_000)
        #expect(snapshot.answerTime.quantileNanos(1) == nil, "above all bounds")
        #expect(LatencyHistogram().snapshot.quantileNanos(0.5) == nil)
    }

    @Test("what the log of refusals is told of is counted, but for what was refused alone")
    func refusalsAreCounted() {
        let counters = CollectorCounters()
        let senders = SenderBook()
        let refusals = RefusalLog(logger: LogCapture().logger, counters: counters, senders: senders)
        for reason in [.request(.malformed), .request(.malformed), .items(.traces)] as [RefusalReason] {
            refusals.record(sender: "10.0.0.1", reason: reason, message: "m", protocolName: "otlp/grpc")
        }
        let malformed = CollectorCounters.Refused(reason: "malformed", protocolName: "otlp/grpc")
        #expect(counters.snapshot.refused == [malformed: 2])
        let record = senders.records[Sender(address: "10.0.0.1")]
        #expect(record?.counts.refusals == 2)
        #expect(record?.sightings(of: .refused).map(\.count) == [2])
        #expect(record?.sightings(of: .refused).map(\.detail) == ["malformed: m"])
        #expect(record?.sightings(of: .rejectedItems).map(\.count) == [1])
    }

    @Test("a request of which secrets were taken out is counted, and one without secrets is not")
    func redactionIsCounted() async throws {
        try await TestCollector.with { collector async throws in
            for (seed, url) in [(1, "https://example.com/"), (2, "https://me:secret@example.com/")]
                as [(UInt8, String)]
            {
                var request = SampleRequest.request(seed: seed)
                request.resourceSpans[0].scopeSpans[0].spans[0].attributes = [
                    KeyValue("url.full", .string(url))
                ]
                #expect(try await collector.post(request.protobufBytes()).status == 200)
                let events = collector.server.service.counters.snapshot.events
                #expect(events[.valueRedacted] == Int(seed) - 1)
            }
        }
    }
}
