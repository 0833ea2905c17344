import Foundation
import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("The store", .timeLimit(.minutes(15)))
struct StoreTests {
    let folder: TemporaryDirectory
    let path: String

    init() throws {
        folder = try TemporaryDirectory()
        path = folder.file("data/telemetry.db")
    }

    @Test("shows a span to readers as soon as it is acknowledged")
    func visibleAtOnce() async throws {
        let store = try TelemetryStore.open(path: path)
        let reader = try TelemetryReader(path: path)
        for number in 1...5 as ClosedRange<UInt64> {
            try await store.append(Sample.request([Sample.span(trace: number, id: 1)]))
            #expect(try reader.info().spans == Int64(number))
            let id = try #require(TraceID(bytes: TraceBytes.trace(number)))
            guard case .found(id, let spans, _) = try reader.trace(prefix: id.hex) else {
                Issue.record("trace \(number) is not there")
                continue
            }
            #expect(spans.count == 1)
        }
        await store.close()
    }

    @Test("stores a byte-identical request once: at once, later, and after a restart")
    func identicalRequests() async throws {
        let request = Sample.request([Sample.span(trace: 1, id: 1), Sample.span(trace: 1, id: 2, parent: 1)])
        var store = try TelemetryStore.open(path: path)
        let first = store
        async let one = first.append(request)
        async let other = first.append(request)
        let outcomes = try await [one, other]
        #expect(outcomes.filter { $0 == .stored }.count == 1)
        #expect(try await store.append(request) == .duplicate)
        await store.close()
        store = try TelemetryStore.open(path: path, options: .sealing(every: 1))
        #expect(try await store.append(request) == .duplicate)
        #expect(try await store.append(Sample.request([Sample.span(trace: 2, id: 1)])) == .stored)
        await store.close()
        #expect(try TelemetryReader(path: path).info().spans == 3)
    }

    @Test("takes up the journal of an earlier run and seals it")
    func journalOfEarlierRun() async throws {
        var store = try TelemetryStore.open(path: path, options: .sealing(every: 1_000))
        for number in 1...20 as ClosedRange<UInt64> {
            try await store.append(Sample.request([Sample.span(trace: number, id: 1)]))
        }
        await store.close()
        #expect(try TelemetryReader(path: path).info().journalRows == 20)
        let (sealed, sealing) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        store = try TelemetryStore.open(path: path) { event in
            if event.name == "store.sealed" { sealing.yield() }
        }
        for await _ in sealed { break }
        let info = try TelemetryReader(path: path).info()
        #expect(info.journalRows == 0)
        #expect(info.segments == 1)
        #expect(info.spans == 20)
        await store.close()
    }

    @Test("refuses at once when the queue is full, and stores everything that it accepted")
    func fullQueue() async throws {
        var options = StoreOptions()
        options.queueBytesMax = 2_000
        let store = try TelemetryStore.open(path: path, options: options)
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for number in 1...400 as ClosedRange<UInt64> {
                group.addTask {
                    do {
                        try await store.append(Sample.request([Sample.span(trace: number, id: 1)]))
                        return true
                    } catch {
                        #expect((error as? StoreError)?.code == .queueFull)
                        #expect((error as? StoreError)?.isRetryable == true)
                        return false
                    }
                }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        await store.close()
        #expect(outcomes.contains(false))
        #expect(try TelemetryReader(path: path).info().spans == Int64(outcomes.filter(\.self).count))
    }

    @Test("answers the last sender, too, when those that sent beside it are gone")
    func sendersThatGo() async throws {
        let store = try TelemetryStore.open(path: path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for sender in 1...8 as ClosedRange<UInt64> {
                group.addTask {
                    // One stops after one request, the next after two, and so on.
                    for number in 1...sender {
                        let span = Sample.span(trace: sender, id: UInt8(number))
                        try await store.append(Sample.request([span]))
                    }
                }
            }
            try await group.waitForAll()
        }
        await store.close()
        #expect(try TelemetryReader(path: path).info().spans == 36)
    }

    @Test("does not wait for a request that was announced and never came")
    func withdrawnAnnouncement() async throws {
        let store = try TelemetryStore.open(path: path)
        var expectation: ExpectedAppend? = store.expectAppend()
        async let outcome = store.append(Sample.request([Sample.span(trace: 1, id: 1)]))
        try await Task.sleep(for: .microseconds(100))
        withExtendedLifetime(expectation) {}
        expectation = nil
        #expect(try await outcome == .stored)
        await store.close()
    }

    @Test("lets one writer in, and refuses after it was closed")
    func oneWriter() async throws {
        let store = try TelemetryStore.open(path: path)
        #expect(throws: StoreError.self) { try TelemetryStore.open(path: path) }
        do {
            _ = try TelemetryStore.open(path: path)
        } catch {
            #expect(error.code == .inUse)
            #expect(error.message.contains("in use by another collector"))
        }
        await store.close()
        await #expect(throws: StoreError.self) {
            try await store.append(Sample.request([Sample.span(trace: 1, id: 1)]))
        }
        let again = try TelemetryStore.open(path: path)
        await again.close()
    }

    @Test("is not fooled by another name of the same file")
    func hardLink() async throws {
        let store = try TelemetryStore.open(path: path)
        let other = folder.file("other-name.db")
        try FileManager.default.linkItem(atPath: path, toPath: other)
        do {
            _ = try TelemetryStore.open(path: other)
            Issue.record("a second writer got in")
        } catch {
            #expect(error.code == .inUse)
        }
        await store.close()
    }

    @Test("makes the file for its owner only")
    func fileMode() async throws {
        let store = try TelemetryStore.open(path: path)
        try await store.append(Sample.request([Sample.span(trace: 1, id: 1)]))
        for (suffix, mode) in [("", 0o600), ("-wal", 0o600), ("-shm", 0o600)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path + suffix)
            #expect(attributes[.posixPermissions] as? Int == mode)
        }
        let parent = try FileManager.default.attributesOfItem(atPath: folder.file("data"))
        #expect(parent[.posixPermissions] as? Int == 0o700)
        await store.close()
    }

    @Test("keeps resources and scopes once, readable with plain SQL")
    func dictionaries() async throws {
        let store = try TelemetryStore.open(path: path, options: .sealing(every: 1))
        for number in 1...10 as ClosedRange<UInt64> {
            try await store.append(Sample.request([Sample.span(trace: number, id: 1)]))
        }
        await store.close()
        let connection = try Connection(path: path, mode: .readOnly)
        let statement = try connection.prepare("SELECT service, node, node_source FROM resource")
        #expect(try statement.step())
        #expect(statement.text(0) == "edge")
        #expect(statement.text(1) == "edge-1")
        #expect(statement.text(2) == "service.instance.id")
        #expect(try !statement.step())
    }
}
