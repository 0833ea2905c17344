import Testing

@testable import traceq

@Suite("Values that begin with a dash")
struct NegativeValueTests {
    @Test(
        "a number with a dash before it belongs to the option before it",
        arguments: [
            (["--since", "-5m"], ["--since=-5m"]), (["a", "--limit", "-5", "b"], ["a", "--limit=-5", "b"]),
            (["--since", "-5m", "--until", "-1m"], ["--since=-5m", "--until=-1m"]),
            // What has a value already, is no long option, or is not followed by a digit is left as it is.
            (["--since=1h", "-5m"], ["--since=1h", "-5m"]), (["-n", "-5"], ["-n", "-5"]),
            (["--since", "-n", "5"], ["--since", "-n", "5"]), (["-5m"], ["-5m"]), ([], []),
            (["--since", "-"], ["--since", "-"]),
        ] as [([String], [String])])
    func joined(_ arguments: [String], _ expected: [String]) {
        #expect(NegativeValues.joined(arguments) == expected)
    }

    @Test("what is behind -- is for another program")
    func behindDashes() {
        let arguments = ["record", "--name", "-1", "--", "nice", "--adjustment", "-5"]
        #expect(
            NegativeValues.joined(arguments)
                == ["record", "--name=-1", "--", "nice", "--adjustment", "-5"])
    }
}
