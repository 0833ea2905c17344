import FuzzTargets
import TestSupport
import Testing

@Suite("What the fuzzer makes up is read or refused, and never more than that")
struct FuzzCorpusTests {
    @Test("The corpus", arguments: FuzzTarget.allCases)
    func corpus(target: FuzzTarget) throws {
        let corpus = try #require(InputList.decoded(FuzzInputs.corpus(target.rawValue)))
        for (number, input) in (target.seeds + corpus).enumerated() {
            #expect(target.run(input) == [], "input \(number)")
        }
    }

    @Test("What was found once", arguments: FuzzTarget.allCases)
    func findings(target: FuzzTarget) throws {
        for finding in try FuzzInputs.findings(target.rawValue) {
            #expect(target.run(finding.bytes) == [], "\(finding.name)")
        }
    }

    @Test("Bytes of a sound input, changed and cut off", arguments: FuzzTarget.allCases)
    func neighbours(target: FuzzTarget) throws {
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
