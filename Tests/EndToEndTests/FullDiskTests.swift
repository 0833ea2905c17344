import Foundation
import OTLPModel
import TestSupport
import Testing

@Suite(
    "A collector on a full disk refuses, lets readers read, and goes on when there is room",
    .enabled(if: geteuid() == 0, "only root can mount a small file system"), .timeLimit(.minutes(15)))
struct FullDiskTests {
    /// A small file system of its own; it is unmounted with the value.
    private final class SmallDisk: Sendable {
        let folder: TemporaryDirectory

        init(mebibytes: Int) async throws {
            folder = try TemporaryDirectory()
            _ = try await FinishedProgram.run(
                "/usr/bin/mount", ["-t", "tmpfs", "-o", "size=\(mebibytes)m", "tmpfs", folder.path]
            ).succeeded()
        }

        func unmount() async throws {
            _ = try await FinishedProgram.run("/usr/bin/umount", ["-l", folder.path])
        }
    }

    /// A request of a span with about 256 KiB that cannot be compressed.
    private func largeRequest(_ number: UInt64, _ generator: inout SeededGenerator) -> [UInt8] {
        var span = Span()
        span.traceID = SampleRequest.id(number, count: 16)
        span.spanID = SampleRequest.id(number, count: 8)
        span.name = "GET"
        span.startTimeUnixNano = UInt64(Date().timeIntervalSince1970 * 1e9)
        span.endTimeUnixNano = span.startTimeUnixNano + 1_000_000
        let bytes = (0..<32_768).flatMap { _ in
            withUnsafeBytes(of: UInt64.random(in: .min ... .max, using: &generator)) { Array($0) }
        }
        span.attributes = [KeyValue("payload", .bytes(bytes))]
        return ExportTraceServiceRequest(resourceSpans: [
            ResourceSpans(resource: Resource(), scopeSpans: [ScopeSpans(spans: [span])])
        ]).protobufBytes()
    }

    @Test(
        "C9, hostile 75: 503 with Retry-After while it is full, and /healthz says so; afterwards all that was acknowledged is there once"
    )
    func fillAndFree() async throws {
        let disk = try await SmallDisk(mebibytes: 160)
        let outcome = await Result { try await fillAndFree(disk.folder) }
        try await disk.unmount()
        try outcome.get()
    }

    private func fillAndFree(_ folder: TemporaryDirectory) async throws {
        let database = Database(in: folder)
        let ballast = folder.file("ballast")
        #expect(FileManager.default.createFile(atPath: ballast, contents: Data(count: 50 << 20)))
        let seed = UInt64.random(in: .min ... .max)
        var generator = SeededGenerator(seed: seed)
        try await Collector.running(on: database) { collector in
            var acknowledged = 0
            var refused: HTTPReply?
            for number in 1...600 as ClosedRange<UInt64> where refused == nil {
                let reply = try await collector.post(largeRequest(number, &generator))
                if reply.status == 200 { acknowledged += 1 } else { refused = reply }
            }
            let reply = try #require(refused, "the disk was never full; seed \(seed)")
            #expect(reply.status == 503)
            #expect(reply.headers["retry-after"].flatMap { Int($0) } ?? 0 >= 1)
            #expect(acknowledged > 10)
            #expect(try await database.spanCount() == acknowledged)
            #expect(try await collector.health("/livez") == 200)
            #expect(try await collector.health("/healthz") == 503)
            #expect(try await collector.health("/readyz") == 503)
            // With nothing left at all, readers still read and nobody is told that something was stored.
            let rest = folder.file("rest")
            _ = try? Data(count: 200 << 20).write(to: URL(filePath: rest))
            #expect(try await collector.post(largeRequest(1_000, &generator)).status == 503)
            #expect(try await database.spanCount() == acknowledged)
            try? FileManager.default.removeItem(atPath: rest)
            try FileManager.default.removeItem(atPath: ballast)
            // It goes on by itself; how soon is not the point here.
            let body = largeRequest(1_001, &generator)
            while true {
                let reply = try await collector.post(body)
                if reply.status == 200 { break }
                #expect(reply.status == 503)
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(try await database.spanCount() == acknowledged + 1)
            #expect(try await collector.health("/readyz") == 200)
            try await collector.stop()
            #expect(try await database.spanCount() == acknowledged + 1)
            let verified = try await database.ask(["db", "verify"])
            #expect(verified.status == .exited(0), "\(verified.standardOutput)")
        }
    }
}

extension Result where Failure == any Error {
    /// What an asynchronous piece of work comes to.
    fileprivate init(_ work: () async throws -> Success) async {
        do {
            self = .success(try await work())
        } catch {
            self = .failure(error)
        }
    }
}
