import Foundation
import OTLPModel
import TestSupport
import Testing

@testable import Telemetry

@Suite("A backup")
struct BackupTests {
    let database: DamagedDatabase
    let copy: String

    init() throws {
        database = try DamagedDatabase()
        copy = database.folder.file("copy.db")
    }

    private func backUp(to target: String, stopping: Bool = false) throws -> DatabaseBackup.Outcome? {
        try DatabaseBackup(of: database.path, to: target).run(
            shouldStop: { stopping }, onProgress: { _, _ in })
    }

    /// What lies in the folder besides the database.
    private func others() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: database.folder.path)
            .filter { !$0.hasPrefix("telemetry.db") }
    }

    @Test("has everything, is whole, and belongs to its owner alone")
    func whole() async throws {
        try await database.make()
        let outcome = try #require(try backUp(to: copy))
        #expect(outcome.spans == 7)
        #expect(outcome.sizeBytes > 0)
        #expect(try others() == ["copy.db"])
        #expect(try DatabaseVerification(path: copy).run().damages == [])
        #expect(try TelemetryReader(path: copy).info().spans == 7)
        let attributes = try FileManager.default.attributesOfItem(atPath: copy)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test("has what was acknowledged before it began, while a collector writes, and can be written to")
    func besideAWriter() async throws {
        let options = StoreOptions.sealing(every: 10)
        let store = try TelemetryStore.open(path: database.path, options: options)
        let writing = Task {
            for trace in 1...200 as ClosedRange<UInt64> {
                try await store.append(Sample.request([Sample.span(trace: trace, id: 1)]))
            }
        }
        for number in 0..<5 {
            let before = try TelemetryReader(path: database.path).info().spans
            let target = database.folder.file("copy-\(number).db")
            let outcome = try #require(try backUp(to: target))
            #expect(outcome.spans >= before)
            let report = try DatabaseVerification(path: target).run()
            #expect(report.damages == [])
            #expect(Int64(report.segmentSpans + report.journalSpans) == outcome.spans)
            await Task.yield()
        }
        try await writing.value
        await store.close()
        let copied = try TelemetryStore.open(path: database.folder.file("copy-4.db"), options: options)
        try await copied.append(Sample.request([Sample.span(trace: 1_000, id: 1)]))
        await copied.close()
        #expect(try DatabaseVerification(path: database.folder.file("copy-4.db")).run().damages == [])
    }

    @Test("never takes the place of another file, the database itself and its parts")
    func existingTarget() async throws {
        try await database.make()
        try database.folder.write("mine", to: "copy.db")
        let size = FileStatus.size(database.path)
        for target in [copy, database.path, database.path + "-wal", database.path + "-journal"] {
            do {
                _ = try backUp(to: target)
                Issue.record("wrote to \(target)")
            } catch let error as StoreError {
                #expect(error.code == .exists)
                #expect(error.message.contains(target))
            }
        }
        #expect(try String(contentsOfFile: copy, encoding: .utf8) == "mine")
        #expect(FileStatus.size(database.path) == size)
        #expect(try others() == ["copy.db"])
    }

    @Test("leaves nothing when it is stopped or fails")
    func stopped() async throws {
        try await database.make()
        #expect(try backUp(to: copy, stopping: true) == nil)
        #expect(try others() == [])
        #expect(throws: StoreError.self) {
            _ = try backUp(to: database.folder.file("no/such/folder/copy.db"))
        }
        try database.overwritePage(ofTable: "chunk")
        _ = try? backUp(to: database.folder.file("other.db"))
        #expect(try others().allSatisfy { $0 == "other.db" })
    }
}
