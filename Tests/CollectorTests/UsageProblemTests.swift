import Collector
import Testing

@Suite("A command line that is wrong", .timeLimit(.minutes(15)))
struct UsageProblemTests {
    @Test(
        "is told once what is wrong with it, and where to read what it may be",
        arguments: [
            (
                "Unknown option '--foo'. Did you mean '--db'?", ["--foo"],
                "unknown option '--foo'. Did you mean '--db'?; see 'traceq-collector --help'"
            ),
            (
                "The value '7' is invalid for '--retain <duration>': --retain is '7': give a duration",
                ["--retain", "7"],
                "--retain is '7': give a duration; see 'traceq-collector --help'"
            ),
            (
                "The value 'x' is invalid for '--log-level <log-level>'. Please provide one of the following:\n"
                    + "  - trace\n  - debug", ["--log-level", "x"],
                "the value 'x' is invalid for '--log-level <log-level>'. Please provide one of the following: "
                    + "trace, debug; see 'traceq-collector --help'"
            ),
            (
                "Unexpected argument 'foo'", ["status", "foo"],
                "unexpected argument 'foo'; see 'traceq-collector status --help'"
            ),
        ])
    func problemsAreTold(message: String, arguments: [String], text: String) {
        #expect(UsageProblem(message: message, arguments: arguments).text == text)
    }
}
