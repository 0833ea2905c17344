import Foundation
import Synchronization
import TestSupport
import Testing

@testable import traceq

@Suite("What an export writes", .timeLimit(.minutes(15)))
struct ExportStreamTests {
    @Test("does not wait for whoever reads a pipe until everything was read from the database")
    func slowReader() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("pipe")
        try #require(mkfifo(path, 0o600) == 0)
        let reader = open(path, O_RDWR | O_NONBLOCK)
        try #require(reader >= 0)
        defer { close(reader) }
        let expected = (0..<(3 << 20)).map { UInt8(truncatingIfNeeded: $0 / 7) }
        let written = Signal()
        async let isFinished = onOwnThread { () -> Bool in
            guard let file = try? ExportFile(path: path, replaces: false) else { return false }
            let stream = ExportStream(name: path, file: file, codec: nil)
            // A pipe holds 64 KiB: this would wait for ever.
            for start in stride(from: 0, to: expected.count, by: 1 << 18) {
                try? stream.write(Array(expected[start..<min(start + 1 << 18, expected.count)]))
            }
            written.isSet.store(true, ordering: .releasing)
            return (try? stream.finish()) != nil
        }
        let found = await onOwnThread { () -> [UInt8] in
            while !written.isSet.load(ordering: .acquiring) { usleep(1_000) }
            var bytes: [UInt8] = []
            var piece = [UInt8](repeating: 0, count: 1 << 16)
            while bytes.count < expected.count {
                let count = read(reader, &piece, piece.count)
                if count > 0 { bytes += piece[..<count] } else { usleep(1_000) }
            }
            return bytes
        }
        #expect(await isFinished)
        #expect(found == expected)
    }

    private final class Signal: Sendable {
        let isSet = Atomic<Bool>(false)
    }
}
