import TestSupport
import Testing

@testable import Telemetry

@Suite("Which files are in memory")
struct MemoryMapTests {
    private static let listing = """
        00400000-00500000 r-xp 00000000 08:01 77                         /usr/bin/traceq
        00500000-00600000 rw-p 00000000 00:00 0
        7f5c3a400000-7f5c3a408000 rw-s 00000000 08:01 1843               /data/my files/telemetry.db-shm
        7f5c3a408000-7f5c3a410000 rw-s 00008000 08:01 1843               /data/telemetry.db-shm (deleted)
        7ffd1000-7ffd2000 rw-p 00000000 00:00 0                          [stack]
        nonsense
        9000-8000 rw-p 00000000 00:00 0                                  /backwards
        """

    @Test(
        "A file is found by each address of its part, and by none beside it",
        arguments: [
            (0x3fffff, nil), (0x400000, "/usr/bin/traceq"), (0x4fffff, "/usr/bin/traceq"), (0x500000, nil),
            (0x7f5c_3a3f_ffff, nil), (0x7f5c_3a40_0000, "/data/my files/telemetry.db-shm"),
            (0x7f5c_3a40_7fff, "/data/my files/telemetry.db-shm"),
            (0x7f5c_3a40_8000, "/data/telemetry.db-shm"), (0x7f5c_3a41_0000, nil),
            (0x7ffd_1000, "[stack]"), (0x8800, nil), (0, nil), (.max, nil),
        ] as [(UInt, String?)])
    func path(address: UInt, expected: String?) {
        #expect(MemoryMap.path(at: address, in: Self.listing) == expected)
    }

    @Test("The index of an open database's log is found, and the database is not mapped")
    func openDatabase() throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("a.db")
        let connection = try Connection(path: path, mode: .readWrite)
        try connection.execute("PRAGMA journal_mode = WAL; CREATE TABLE a (b); INSERT INTO a VALUES (1)")
        for mode in [Connection.Mode.readOnly, .readWrite] {
            let other = try Connection(path: path, mode: mode)
            #expect(try other.integer("PRAGMA mmap_size") == 0)
            #expect(try other.integer("SELECT b FROM a") == 1)
        }
        let listing = MemoryMap.listing()
        #expect(listing.contains(path + "-shm"))
        #expect(!listing.contains(path + "\n"))
    }
}
