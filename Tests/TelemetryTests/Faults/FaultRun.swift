import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

/// One life of a store on a disk that fails: requests that are sent again until they are acknowledged, and the
/// judgement of what is in the file at the end.
struct FaultRun {
    static let requestCount: UInt64 = 8

    let disk: FaultyDisk
    var acknowledged: Set<UInt64> = []
    /// The store says when it takes requests again.
    private let recoveries: AsyncStream<Void>
    private let recovery: AsyncStream<Void>.Continuation

    init(path: String) {
        disk = FaultyDisk(path)
        (recoveries, recovery) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    private var path: String { disk.path }

    static var options: StoreOptions {
        // A segment every other request, and no waiting.
        var options = StoreOptions.sealing(every: 4)
        options.retryDelayNanos = 100_000
        options.freeBytesMin = 0
        options.mergePlan = MergePlan(spansEnough: 1_000, spansMax: 10_000, fanIn: 2)
        return options
    }

    func open() throws -> TelemetryStore {
        try TelemetryStore.open(path: path, options: Self.options) { [recovery] event in
            if event.name == "store.available" { recovery.yield() }
        }
    }

    private static func request(_ number: UInt64) -> ExportTraceServiceRequest {
        Sample.request(
            [
                Sample.span(trace: number, id: 1, startMillis: number),
                Sample.span(trace: number, id: 2, parent: 1, kind: .client, startMillis: number + 1),
            ], node: "edge-\(number / 3)")
    }

    /// Sends each request that is not acknowledged yet once.
    mutating func sendOnce(to store: TelemetryStore, requests: ClosedRange<UInt64>) async {
        for number in requests where !acknowledged.contains(number) {
            do {
                try await store.append(Self.request(number))
                acknowledged.insert(number)
            } catch {
                let error = error as? StoreError
                #expect(error?.isRetryable == true, "\(error?.message ?? "no StoreError")")
            }
        }
        // Merges what was sealed, instead of waiting a second for the ticker.
        await store.writer.tick()
        await store.writer.settle()
    }

    /// Sends until everything is acknowledged: on a disk that works again the store must go on by itself.
    mutating func sendAll(to store: TelemetryStore) async {
        await sendOnce(to: store, requests: 1...Self.requestCount)
        if acknowledged.count == Int(Self.requestCount) { return }
        // Whatever was refused was refused before the recovery that comes now, or has come already.
        for await _ in recoveries {
            await sendOnce(to: store, requests: 1...Self.requestCount)
            if acknowledged.count == Int(Self.requestCount) { return }
        }
    }

    /// What readers see while the disk fails: everything that was acknowledged.
    func expectReadable(_ comment: Comment) async throws {
        try await onOwnThread { Result { try check(comment) } }.get()
    }

    private func check(_ comment: Comment) throws {
        let reader = try TelemetryReader(path: path)
        for number in acknowledged { try expectOnce(number, reader, comment) }
    }

    /// Every acknowledged span is there once, of others all or nothing, and nothing is damaged.
    func expectWhole(_ comment: Comment) async throws {
        try await onOwnThread { Result { try checkWhole(comment) } }.get()
    }

    private func checkWhole(_ comment: Comment) throws {
        try check(comment)
        let spans = try TelemetryReader(path: path).info().spans
        #expect(spans % 2 == 0, comment)
        #expect(spans >= Int64(acknowledged.count * 2), comment)
        if acknowledged.count == Int(Self.requestCount) {
            #expect(spans == Int64(acknowledged.count * 2), comment)
        }
        #expect(try DatabaseVerification(path: path).run().damages == [], comment)
    }

    private func expectOnce(_ number: UInt64, _ reader: TelemetryReader, _ comment: Comment) throws {
        let id = try #require(TraceID(bytes: TraceBytes.trace(number)))
        guard case .found(_, let spans, _) = try reader.trace(prefix: id.hex) else {
            Issue.record("request \(number) was acknowledged and is not there: \(comment)")
            return
        }
        #expect(spans.map { $0.span.spanID.last } == [1, 2], comment)
    }
}
