// Only for reading the corpus.
import Foundation
import FuzzTargets
import Testing

@Suite("What the fuzzer makes up is read or refused, and never more than that")
struct FuzzCorpusTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fuzz")

    /// The inputs of a target: those that reach something of their own, and those that once found a mistake.
    private func inputs(_ target: FuzzTarget, _ kind: String) throws -> [URL] {
        let folder = Self.folder.appending(path: kind).appending(path: target.rawValue)
        guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.path < $1.path }
    }

    @Test("The corpus, and what was found once", arguments: FuzzTarget.allCases)
    func corpus(target: FuzzTarget) throws {
        for seed in target.seeds { #expect(target.run(seed) == []) }
        for file in try inputs(target, "Corpus") + inputs(target, "Findings") {
            let problems = target.run(Array(try Data(contentsOf: file)))
            #expect(problems.isEmpty, "\(file.lastPathComponent)")
        }
    }

    @Test("Every byte of a sound input, changed and cut off", arguments: FuzzTarget.allCases)
    func neighbours(target: FuzzTarget) throws {
        for seed in target.seeds {
            for place in seed.indices {
                var changed = seed
                changed[place] ^= 1 << UInt8(place % 8)
                #expect(target.run(changed) == [], "byte \(place) of \(seed.count)")
                #expect(target.run(Array(seed[..<place])) == [], "the first \(place) bytes of \(seed.count)")
            }
        }
    }
}
