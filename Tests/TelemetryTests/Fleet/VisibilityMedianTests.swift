import Testing

@testable import Telemetry

@Suite("When versions became visible to a group of nodes")
struct VisibilityMedianTests {
    private static let second: Int64 = 1_000_000_000

    private func words(_ bounds: [(Int64?, Int64?)]) -> String? {
        VisibilityMedian(
            lower: bounds.map { $0.0.map { $0 * Self.second } },
            upper: bounds.map { $0.1.map { $0 * Self.second } })?.words
    }

    @Test("the median lies between the medians of both bounds")
    func bracket() {
        #expect(words([(41, 55), (10, 20), (50, 60)]) == "41.00 s–55.00 s")
        #expect(words([(41, 55)]) == "41.00 s–55.00 s")
        // Bounds of different versions: 30 from the second, 45 from the first.
        #expect(words([(20, 45), (30, 40), (35, 90)]) == "30.00 s–45.00 s")
        #expect(words([(10, 20), (41, 55)]) == "10.00 s–20.00 s", "the lower one of two")
    }

    @Test("what was there when it was first asked for has no lower bound, what is missing no upper one")
    func oneSided() {
        #expect(words([(nil, 5), (nil, 7), (41, 55)]) == "≤ 7.000 s")
        #expect(words([(41, nil), (60, nil), (nil, 3)]) == "> 41.00 s")
        #expect(words([(nil, nil)]) == "-")
        #expect(words([]) == nil)
    }
}
