import Collector
import Testing

@Suite("Numbers of bytes on the command line")
struct ByteCountTests {
    @Test(
        "are read with a unit and without",
        arguments: [
            ("67108864", 67_108_864), ("64MiB", 67_108_864), ("64MB", 64_000_000), ("1GiB", 1 << 30),
            ("1gb", 1_000_000_000), ("3kib", 3_072), ("3KB", 3_000), ("7B", 7), ("0", 0),
        ])
    func goodNumber(text: String, bytes: Int) throws {
        #expect(try ByteCount(parsing: text) == ByteCount(bytes))
    }

    @Test(
        "anything else is refused with examples",
        arguments: [
            "", "MiB", "B", "64 MiB", "1.5MiB", "-1", "+1", "64M", "64MiBs", "0x10", "１",
            "9223372036854775808", "9223372036854775807KiB",
        ])
    func badNumber(text: String) {
        do throws(CollectorError) {
            _ = try ByteCount(parsing: text)
            Issue.record("\(text) was read")
        } catch {
            #expect(error.code == .usage)
            #expect(error.message.contains("64MiB"))
        }
    }

    @Test(
        "are written as people would",
        arguments: [(64 << 20, "64MiB"), (1 << 30, "1GiB"), (2_048, "2KiB"), (1_000, "1000"), (0, "0")])
    func description(bytes: Int, text: String) {
        #expect(ByteCount(bytes).description == text)
    }
}
