import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("Not found, which is healthy where the go command looks for a module")
struct ProbeTests {
    private let folder: TemporaryDirectory
    private let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("telemetry.db")
    }

    private func outcomes(
        _ asked: [(path: String, status: Int64, millis: UInt64, client: String)]
    ) async throws -> [String: RequestOutcome?] {
        var sample = FleetSample()
        for (number, request) in asked.enumerated() {
            sample.add(
                .edge,
                [
                    Sample.span(
                        trace: UInt64(number + 1), id: 1, startMillis: request.millis,
                        attributes: FleetSample.attributes(
                            request.path, status: request.status, client: request.client))
                ])
        }
        let units = try FleetSample.slowest(try await sample.reader(at: path)).units
        return Dictionary(
            units.map { ("\($0.module?.module ?? "") \($0.client?.address ?? "")", $0.outcome) },
            uniquingKeysWith: { first, _ in first })
    }

    @Test(
        "a path above what the same client asked for within 3 s is a probe",
        arguments: [(2_999, .probe), (3_000, .probe), (3_001, .notFound)] as [(UInt64, RequestOutcome)])
    func above(millis: UInt64, outcome: RequestOutcome) async throws {
        let found = try await outcomes([
            ("/github.com/a/b/@v/list", 404, 0, "c1"), ("/github.com/a/b/c/@v/list", 200, millis, "c1"),
            ("/github.com/a/b/@v/list", 404, 0, "c2"),
        ])
        #expect(found["github.com/a/b c1"] == outcome)
        #expect(found["github.com/a/b c2"] == .notFound, "another client")
        #expect(found["github.com/a/b/c c1"] == .ok)
    }

    @Test("a path below a module that was there is a probe, and below a missing one it is not") func below()
        async throws
    {
        let found = try await outcomes([
            ("/github.com/a/b/@v/list", 200, 0, "c1"), ("/github.com/a/b/c/@v/list", 404, 0, "c1"),
            ("/github.com/x/y/@v/list", 404, 0, "c1"), ("/github.com/x/y/z/@v/list", 404, 0, "c1"),
        ])
        #expect(found["github.com/a/b/c c1"] == .probe)
        #expect(found["github.com/x/y c1"] == .probe)
        #expect(found["github.com/x/y/z c1"] == .notFound)
    }

    @Test("files of versions are no probes, and nor is a name that only begins alike") func others()
        async throws
    {
        let found = try await outcomes([
            ("/github.com/a/b/@v/v1.0.0.zip", 404, 0, "c1"), ("/github.com/a/b/c/@v/list", 200, 0, "c1"),
            ("/github.com/d/e/@v/list", 404, 0, "c1"), ("/github.com/d/effect/@v/list", 200, 0, "c1"),
        ])
        #expect(found["github.com/a/b c1"] == .notFound)
        #expect(found["github.com/d/e c1"] == .notFound)
    }
}
