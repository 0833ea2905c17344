import Collector
import TestSupport
import Testing

@Suite(
    "How long a refusal takes tells nothing about the token", .serialized, .timeLimit(.minutes(15)),
    .disabled(if: SanitizerBuild.isActive, "what the sanitizer does with each byte is timed, too"))
struct TokenTimingTests {
    private static let token = String(repeating: "0123456789abcdef", count: 64)
    /// Differs from the token in its first byte.
    private static let early = "x" + token.dropFirst()
    /// Differs from the token in its last byte.
    private static let late = token.dropLast() + "x"

    /// The same text at 64 places of memory, those of two texts in turn: which lines of the cache and pages a text has
    /// makes as much of a difference as a byte, and must not be that of all tries.
    private static func copies(_ first: String, _ second: String) -> [(first: [String], second: [String])] {
        func copy(_ text: String) -> [String] { [String(decoding: Array(text.utf8), as: UTF8.self)] }
        return (0..<64).map { number in
            if number.isMultiple(of: 2) { return (copy(first), copy(second)) }
            let second = copy(second)
            return (copy(first), second)
        }
    }

    /// The same, of five times the one that tells least, each with texts at other places. On a busy machine a run may lean
    /// to one side, and so may some places; a comparison that ends at the first difference leans far, and each time.
    /// - Parameter makeTries: is asked before the first run, so that no two runs have a place in common
    private func leastLeaning<Try>(
        making makeTries: () -> [(first: Try, second: Try)], _ attempt: (Try) -> Void
    ) -> Double {
        let runs = (0..<5).map { _ in makeTries() }
        return runs.map { shareOfFasterFirst($0, attempt) }.min { abs($0 - 0.5) < abs($1 - 0.5) } ?? 0
    }

    /// Tries both in turn, in random order, and counts how often the first took less time.
    ///
    /// How long something takes depends on whatever else the machine does, so no time is judged but which of two tries
    /// side by side was faster: without a difference that is a coin, and 10,000 throws of it stay within 4 % of a half
    /// (eight standard deviations).
    private func shareOfFasterFirst<Try>(
        _ tries: [(first: Try, second: Try)], _ attempt: (Try) -> Void
    ) -> Double {
        let clock = ContinuousClock()
        var generator = SeededGenerator(seed: 7)
        var (faster, rounds) = (0.0, 0.0)
        for number in 0..<10_000 {
            let (first, second) = tries[number % tries.count]
            let (one, other): (Duration, Duration)
            if Bool.random(using: &generator) {
                one = clock.measure { attempt(first) }
                other = clock.measure { attempt(second) }
            } else {
                other = clock.measure { attempt(second) }
                one = clock.measure { attempt(first) }
            }
            guard one != other else { continue }
            rounds += 1
            if one < other { faster += 1 }
        }
        return faster / max(rounds, 1)
    }

    @Test("10,000 tries cannot tell a token that is wrong at its beginning from one that is wrong at its end")
    func whereItDiffers() {
        let authenticator = Authenticator(credentials: [Credential(name: "a", token: Secret(Self.token))])
        let share = leastLeaning(making: {
            Self.copies("Bearer " + Self.early, "Bearer " + Self.late)
        }) {
            _ = try? authenticator.check($0)
        }
        #expect(abs(share - 0.5) < 0.04, "\(share)")
    }

    @Test("10,000 tries cannot tell which of several tokens one is near to")
    func whichItIsNear() {
        let tokens = (0..<4).map { String(repeating: String($0), count: 1_024) }
        let authenticator = Authenticator(
            credentials: tokens.map { Credential(name: "t\($0.prefix(1))", token: Secret($0)) })
        let share = leastLeaning(making: {
            Self.copies("Bearer x" + tokens[0].dropFirst(), "Bearer x" + tokens[3].dropFirst())
        }) {
            _ = try? authenticator.check($0)
        }
        #expect(abs(share - 0.5) < 0.04, "\(share)")
    }

    @Test("the same tries see a comparison that ends at the first difference")
    func theTestSees() {
        let token = Array(Self.token.utf8)
        func isEqual(_ other: [UInt8]) -> Bool {
            for index in token.indices where token[index] != other[index] { return false }
            return true
        }
        let (early, late) = (Array(Self.early.utf8), Array(Self.late.utf8))
        let share = leastLeaning(making: {
            [(early, late)]
        }) {
            _ = isEqual($0)
        }
        #expect(abs(share - 0.5) > 0.04, "\(share)")
    }
}
