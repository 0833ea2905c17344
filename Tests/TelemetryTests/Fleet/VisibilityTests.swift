import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("When a version became visible that was published before anything is stored")
struct VisibilityTests {
    private func words(refusedAt: UInt64?, published: Publication? = nil) async throws -> String? {
        var sample = FleetSample()
        for (number, (start, status)) in ([(refusedAt, 404), (55_000, 200)] as [(UInt64?, Int64)])
            .enumerated()
        {
            guard let start else { continue }
            let span = Sample.span(
                trace: UInt64(number + 1), id: 1, name: "GET", startMillis: start, millis: 10,
                attributes: FleetSample.attributes("/github.com/a/b/@v/v1.2.3.zip", status: status))
            sample.add(.edge, receivedMillis: 60_000, [span])
        }
        let base = UnixNanos(clamping: Sample.baseNanos)
        let folder = try TemporaryDirectory()
        let path = folder.file("telemetry.db")
        let reader = try await sample.reader(at: path)
        let publication = published ?? Publication(module: "github.com/a/b", version: "v1.2.3", time: base)
        _ = try PublicationStore(path: path).add([publication])
        let window = TimeWindow(
            since: base, until: UnixNanos(clamping: Sample.baseNanos + 3_600_000_000_000))
        let result = try reader.compare(FleetComparisonQuery(window: window, key: .dimension(.node)))
        return result.groups.first?.visibility?.words
    }

    @Test("who refused it after that had it between then and its first answer")
    func refused() async throws {
        #expect(try await words(refusedAt: 41_000) == "41.00 s–55.01 s")
    }

    @Test("who did not may have had it all the time: nothing is told")
    func neverRefused() async throws {
        #expect(try await words(refusedAt: nil) == nil)
    }

    @Test("what an index says of another version, or of before the window, tells nothing of it")
    func others() async throws {
        let base = UnixNanos(clamping: Sample.baseNanos - 1_000_000_000)
        #expect(
            try await words(
                refusedAt: 41_000,
                published: Publication(module: "github.com/a/b", version: "v1.2.3", time: base)) == nil)
    }
}
