import TestSupport
import Testing

@testable import traceq

@Suite("Lines of a file are given one after another, and none that is too long")
struct ByteLinesTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    /// The lengths of the lines, and what was thrown.
    private func lengths(_ text: String, bytesMax: Int) throws -> (lengths: [Int], message: String?) {
        try folder.write(text, to: "lines")
        var lines = ByteLines(try ImportSource(path: folder.file("lines")), bytesMax: bytesMax)
        var lengths: [Int] = []
        do throws(ImportError) {
            while let line = try lines.next() { lengths.append(line.count) }
            return (lengths, nil)
        } catch {
            return (lengths, error.message)
        }
    }

    @Test(
        "a line of the most bytes is given and one of a byte more is not, wherever a piece of the file ends",
        arguments: [0, 1, 65_535, 65_536, 262_143 - 65_536, 262_144 - 65_536, 262_145 - 65_536, 262_144],
        [false, true])
    func longLines(before: Int, endsWithBreak: Bool) throws {
        let bytesMax = 65_536
        let end = endsWithBreak ? "\n" : ""
        // Lines that are short enough, up to where the long one begins.
        var text = ""
        var expected: [Int] = []
        while text.utf8.count < before {
            let length = min(1_000, before - text.utf8.count - 1)
            text += String(repeating: "a", count: length) + "\n"
            expected.append(length)
        }
        let longest = String(repeating: "b", count: bytesMax)
        let good = try lengths(text + longest + end, bytesMax: bytesMax)
        #expect(good.lengths == expected + [bytesMax] && good.message == nil)
        let bad = try lengths(text + longest + "b" + end, bytesMax: bytesMax)
        #expect(bad.lengths == expected)
        #expect(
            bad.message == "line \(expected.count + 1) is longer than 64.0 KiB", "\(bad.message ?? "none")")
    }

    @Test("empty lines are lines, and the end of a file is none")
    func empty() throws {
        #expect(try lengths("\n\nab\n", bytesMax: 2).lengths == [0, 0, 2])
        #expect(try lengths("", bytesMax: 2).lengths.isEmpty)
    }
}
