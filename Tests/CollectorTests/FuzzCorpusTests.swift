import CollectorFuzzTargets
import FuzzTargets
import TestSupport
import Testing

@Suite("What the fuzzer makes up before a body is decoded is read or refused")
struct CollectorFuzzCorpusTests {
    @Test("The corpus, and what was found once", arguments: CollectorFuzzTarget.allCases)
    func corpus(target: CollectorFuzzTarget) throws {
        let corpus = try #require(InputList.decoded(FuzzInputs.corpus(target.rawValue)))
        for (number, input) in (target.seeds + corpus).enumerated() {
            #expect(target.run(input) == [], "input \(number)")
        }
        for finding in try FuzzInputs.findings(target.rawValue) {
            #expect(target.run(finding.bytes) == [], "\(finding.name)")
        }
    }

    @Test("Bytes of a sound input, changed and cut off", arguments: CollectorFuzzTarget.allCases)
    func neighbours(target: CollectorFuzzTarget) throws {
        for seed in target.seeds {
            for place in stride(from: seed.count % 7, to: seed.count, by: 7) {
                var changed = seed
                changed[place] ^= 1 << UInt8(place % 8)
                #expect(target.run(changed) == [], "byte \(place) of \(seed.count)")
                #expect(target.run(Array(seed[..<place])) == [], "the first \(place) bytes of \(seed.count)")
            }
        }
    }
}
