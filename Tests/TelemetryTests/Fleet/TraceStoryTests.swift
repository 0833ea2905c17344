import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("What a trace tells of module requests")
struct TraceStoryTests {
    private let folder: TemporaryDirectory
    private let path: String
    private let zip = "/github.com/a/b/@v/v1.0.0.zip"

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private func story(
        _ sample: FleetSample, segmented: Bool = false
    ) async throws -> (story: TraceStory?, spans: [StoredSpan]) {
        let reader = try await sample.reader(at: path, segmented: segmented)
        let id = try #require(TraceID(bytes: TraceBytes.trace(1)))
        guard case .found(_, let spans, _) = try reader.trace(prefix: id.hex) else { return (nil, []) }
        return (try reader.story(of: id, spans), spans)
    }

    @Test(
        "a fetch in a trace of its own is joined below the call that waited for it", arguments: [false, true])
    func joined(segmented: Bool) async throws {
        var sample = FleetSample()
        sample.add(.athens, FleetSample.athens(trace: 1, path: zip, call: "protocol.Zip", fetchMillis: 4_000))
        sample.add(.athens, FleetSample.fetch(trace: 2, at: 2, millis: 4_000))
        // Another node's fetch at the same time is another one's.
        var other = FleetSample.Node.athens
        other.name = "athens-2"
        sample.add(other, FleetSample.fetch(trace: 3, at: 2, millis: 4_000))
        let (story, spans) = try await story(sample, segmented: segmented)
        let told = try #require(story)
        #expect(told.joined == [TraceID(bytes: TraceBytes.trace(2))])
        #expect(told.spans.count == spans.count + 5)
        let root = try #require(told.spans.first { $0.span.name == "singleflight.Stash" })
        let call = try #require(told.spans.first { $0.span.name == "protocol.Zip" })
        #expect(root.span.parentSpanID == call.span.spanID)
        #expect(root.span.traceID == TraceBytes.trace(2), "it keeps its own trace")
        let request = try #require(told.requests.first)
        #expect(request.cacheResult == .miss)
        #expect(request.reason == .coldVCS)
        #expect(request.stages[.store] == 1_000_000_000)
        let fetch = try #require(told.spans.first { $0.span.name == "goGetFetcher.Fetch" })
        let part = try #require(SpanID(bytes: fetch.span.spanID).flatMap { told.parts[$0.rawValue] })
        #expect(part == TraceStory.Part(stage: .upstream, criticalNanos: 2_000_000_000))
        #expect(told.parts.values.reduce(0) { $0 + $1.criticalNanos } == request.stages.total)
    }

    @Test("who waited for what another one fetched is coalesced, as in answers about all requests")
    func coalesced() async throws {
        var sample = FleetSample()
        sample.add(
            .athens,
            FleetSample.athens(trace: 1, path: zip, call: "protocol.Zip", at: 1_000, fetchMillis: 3_001))
        sample.add(.athens, FleetSample.fetch(trace: 4, at: 1_002, millis: 3_000, isLeader: false))
        let told = try #require(try await story(sample).story)
        let request = try #require(told.requests.first)
        #expect(request.cacheResult == .coalesced && request.reason == .coalesced)
    }

    @Test("which of two fetches it was is not guessed, and a missing one is told") func uncertain()
        async throws
    {
        var sample = FleetSample()
        sample.add(.athens, FleetSample.athens(trace: 1, path: zip, call: "protocol.Zip", fetchMillis: 4_000))
        let lonely = try #require(try await story(sample).story)
        #expect(lonely.notes.map(\.code) == ["missing_fetch"])
        sample = FleetSample()
        sample.add(.athens, FleetSample.fetch(trace: 2, at: 2, millis: 4_000))
        sample.add(.athens, FleetSample.fetch(trace: 3, at: 3, millis: 3_999))
        let ambiguous = try #require(try await story(sample).story)
        #expect(ambiguous.joined.isEmpty)
        #expect(ambiguous.notes.map(\.code) == ["ambiguous_fetch"])
        let ids = try [2, 3].map { try #require(TraceID(bytes: TraceBytes.trace($0))).hex }
        #expect(ids.allSatisfy { ambiguous.notes.first?.message.contains($0) == true }, "both are listed")
    }

    @Test("the waterfall marks the critical path and names stages; other traces are drawn as ever")
    func drawing()
        async throws
    {
        var sample = FleetSample()
        sample.add(
            .edge,
            [
                Sample.span(
                    trace: 1, id: 1, millis: 100,
                    attributes: FleetSample.attributes(zip, FleetSample.cache("MISS"))),
                Sample.span(trace: 1, id: 2, parent: 1, kind: .client, startMillis: 10, millis: 80),
                Sample.span(
                    trace: 1, id: 3, parent: 1, name: "log", kind: .internal, startMillis: 20, millis: 5),
            ])
        let (story, spans) = try await story(sample)
        let id = try #require(TraceID(bytes: TraceBytes.trace(1)))
        func draw(_ story: TraceStory?, width: Int) -> String {
            var text = ""
            var output = OutputBuffer { text += $0 }
            Waterfall(
                tree: TraceTree(spans), traceID: id, notes: [], style: RenderStyle(width: width), story: story
            ).write(to: &output)
            return text
        }
        let told = draw(story, width: 120)
        #expect(told.contains("zip github.com/a/b v1.0.0 · cache miss · upstream 80.00 ms (80 %)"))
        #expect(told.contains("STAGE"))
        #expect(told.contains("░"), "what ran beside it")
        for line in draw(story, width: 60).split(separator: "\n") {
            #expect(DisplayWidth.columns(String(line)) <= 60, "\(line)")
        }
        #expect(!draw(nil, width: 120).contains("STAGE"))
    }

    @Test("a trace without a module request has no story") func none() async throws {
        var sample = FleetSample()
        sample.add(.edge, [Sample.span(trace: 1, id: 1, attributes: FleetSample.attributes("/healthz"))])
        #expect(try await story(sample).story == nil)
    }
}
