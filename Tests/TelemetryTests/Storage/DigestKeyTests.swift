import TestSupport
import Testing

@testable import Telemetry

@Suite("Digests of requests cannot be chosen", .timeLimit(.minutes(15)))
struct DigestKeyTests {
    /// Words that once made the digest forget what was before them, wherever they stand.
    private static let forgetting: [UInt8] = {
        let words: [UInt64] = [0xa409_3822_299f_31d1, 0, 0x082e_fa98_ec4e_6c89, 0]
        var writer = ByteWriter()
        for _ in 0..<33 {
            for word in words { writer.uint64(word) }
            // At every place that a word can begin at.
            writer.byte(0)
        }
        return writer.bytes
    }()

    @Test("no bytes make requests equal that are not")
    func noForgetting() {
        var digests: Set<BodyDigest> = []
        for number in 0..<1_000 {
            let body = [UInt8](repeating: UInt8(number % 7), count: 40 + number) + Self.forgetting
            digests.insert(BodyDigest(of: body.span))
        }
        #expect(digests.count == 1_000)
    }

    @Test("every byte counts, at every length")
    func everyByte() {
        var digests: Set<BodyDigest> = []
        var count = 0
        for length in 0...100 {
            var body = [UInt8](repeating: 0, count: length)
            digests.insert(BodyDigest(of: body.span))
            count += 1
            for place in 0..<length {
                body[place] = 1
                digests.insert(BodyDigest(of: body.span))
                body[place] = 0
                count += 1
            }
        }
        #expect(digests.count == count)
    }

    @Test("a file keeps its key, another file has another one, and a file without one gets one")
    func keyOfFile() async throws {
        let folder = try TemporaryDirectory()
        func digest(_ name: String) async throws -> BodyDigest {
            let store = try TelemetryStore.open(path: folder.file(name))
            let digest = BodyDigest(of: Self.forgetting.span, key: store.digestKey)
            await store.close()
            return digest
        }
        let first = try await digest("a.db")
        #expect(try await digest("a.db") == first)
        #expect(try await digest("b.db") != first)
        do {
            let connection = try Connection(path: folder.file("a.db"), mode: .readWrite)
            try connection.execute("DROP TABLE secret")
        }
        let renewed = try await digest("a.db")
        #expect(renewed != first)
        #expect(try await digest("a.db") == renewed)
        do {
            let connection = try Connection(path: folder.file("a.db"), mode: .readWrite)
            try connection.execute("UPDATE secret SET value = x'00'")
        }
        #expect(try await digest("a.db") != renewed)
    }
}
