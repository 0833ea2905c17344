import OTLPModel
import Testing

@testable import Telemetry

@Suite("What the go command writes with -x is read")
struct GoCommandLogTests {
    private func log(_ text: String) -> GoCommandLog {
        var log = GoCommandLog()
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) { log.take(line) }
        return log
    }

    @Test("requests with status and time, failures, and requests without an answer")
    func requests() {
        let log = log(
            """
            # get https://proxy.golang.org/golang.org/x/text/@v/v0.3.0.mod
            # get https://a.example.com:8443/x/@v/list
            # get https://proxy.golang.org/golang.org/x/text/@v/v0.3.0.mod: 200 OK (0.216s)
            # get https://a.example.com:8443/x/@v/list: dial tcp: lookup a.example.com: no such host
            # get https://proxy.golang.org/x/@latest
            """)
        #expect(log.steps.count == 3)
        #expect(log.steps[0].outcome == .answered(status: 200, text: "OK"))
        #expect(log.steps[0].nanos == 216_000_000)
        #expect(log.steps[1].outcome == .failed(reason: "dial tcp: lookup a.example.com: no such host"))
        #expect(log.steps[1].nanos == nil)
        #expect(log.steps[2].outcome == .unfinished)
        #expect(log.counts.used == 5)
        #expect(log.counts.passedOver == 0)
    }

    @Test(
        "a last line without an end counts where a cut would show",
        arguments: [
            (": 200 OK (0.216s)", GoCommandStep.Outcome.answered(status: 200, text: "OK")),
            (": dial tcp: no such host", .failed(reason: "dial tcp: no such host")),
            (": 200 OK (0.2", .unfinished), (": 20", .unfinished), (":", .unfinished), (": ", .unfinished),
        ])
    func unended(rest: String, outcome: GoCommandStep.Outcome) {
        var log = log("# get https://proxy.golang.org/golang.org/x/text/@v/v0.3.0.mod")
        log.take(unendedLine: "# get https://proxy.golang.org/golang.org/x/text/@v/v0.3.0.mod\(rest)")
        #expect(log.steps.map(\.outcome) == [outcome])
        log.take(unendedLine: "# get https://pro")
        #expect(log.steps.count == 1, "a URL may lack its end")
    }

    @Test("two requests for one URL are told apart, the first answer being the first one's")
    func sameURL() {
        let log = log(
            """
            # get https://a.com/x
            # get https://a.com/x
            # get https://a.com/x: 200 OK (0.1s)
            # get https://a.com/x: 404 Not Found (0.2s)
            # get https://a.com/x: 500 Oops (0.3s)
            """)
        #expect(log.steps.map(\.nanos) == [100_000_000, 200_000_000])
        #expect(log.counts.strayEnds == 1)
    }

    @Test("runs of git with their repository and their time")
    func tools() {
        let log = log(
            """
            mkdir -p /go/pkg/mod/cache/vcs # git3 https://github.com/a/b
            # /go/pkg/mod/cache/vcs/c19b for git3 https://github.com/a/b
            cd /go/pkg/mod/cache/vcs/c19b; git ls-remote -q https://github.com/a/b
            0.534s # cd /go/pkg/mod/cache/vcs/c19b; git ls-remote -q https://github.com/a/b
            cd /tmp; ls
            """)
        #expect(log.steps.count == 1)
        #expect(
            log.steps.first?.work
                == .tool(
                    command: "git ls-remote -q https://github.com/a/b", repository: "https://github.com/a/b"))
        #expect(log.steps.first?.nanos == 534_000_000)
        #expect(log.steps.first?.outcome == .ended)
    }

    @Test("I-06: a SECURITY ERROR is that of the file which was fetched, its go.mod or its zip")
    func mismatch() {
        let log = log(
            """
            # get https://p.com/github.com/a/b/@v/v1.0.0.mod
            # get https://p.com/github.com/a/b/@v/v1.0.0.mod: 200 OK (0.1s)
            # get https://p.com/github.com/a/b/@v/v1.0.0.zip
            # get https://p.com/github.com/a/b/@v/v1.0.0.zip: 200 OK (0.499s)
            verifying github.com/a/b@v1.0.0: checksum mismatch
            \tdownloaded: h1:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
            \tgo.sum:     h1:QJvt1zbYyJ8hqU9yJyWkPBTzkSVR5qFYVDxFWXR9zJM=

            SECURITY ERROR
            """)
        #expect(log.steps.map(\.isMismatch) == [false, true])
        #expect(log.counts.messages == 1)
        var other = GoCommandLog()
        other.take("# get https://p.com/github.com/!a/b/@v/v1.0.0.mod")
        other.take("# get https://p.com/github.com/!a/b/@v/v1.0.0.mod: 200 OK (0.1s)")
        other.take("go: github.com/A/b@v1.0.0/go.mod: verifying module: checksum mismatch")
        #expect(other.steps.map(\.isMismatch) == [true])
    }

    @Test("noise is counted and makes no step; errors of the go command are kept")
    func noise() {
        let log = log(
            """
            WORK=/tmp/go-build1
            GOROOT='/usr/local/go' \\
            go: downloading golang.org/x/text v0.3.0
            go: example.com/gone@v1.0.0: reading https://p.com/x: 404 Not Found
            # get
            # get nonsense
            # example.com/own
            ./x.go:1:1: syntax error
            """)
        #expect(log.steps.isEmpty)
        #expect(log.counts.messages == 1)
        #expect(log.messages == ["example.com/gone@v1.0.0: reading https://p.com/x: 404 Not Found"])
        #expect(log.counts.passedOver == 7)
    }

    @Test("lines that begin with their time, and end like Windows' lines")
    func stamped() {
        var log = GoCommandLog()
        log.take("2026-08-21T10:00:00.5000000Z # get https://a.com/x\r")
        log.take("2026-08-21T10:00:00.7500000Z # get https://a.com/x: 200 OK (0.249s)\r")
        let begin = UnixNanos(rawValue: 1_787_306_400_500_000_000)
        #expect(log.steps.first?.beginTime == begin)
        #expect(log.steps.first?.endTime == UnixNanos(rawValue: begin.rawValue + 250_000_000))
        #expect(GoCommandTimeline(log.steps, end: .now()).isExact)
    }

    @Test("lines that nobody would write do no harm", arguments: 0..<200)
    func hostile(seed: Int) {
        var random = TestRandom(seed: UInt64(seed))
        let words = [
            "# get ", "https://", "a.com", ": ", "200 OK", " (", "1e999", "0.1", "s)", "cd /x; git ", "s # ",
            "@",
            "checksum mismatch", "verifying ", "\u{0}", "界", "2026-02-30T10:00:00Z ", "-1", "\r", " ",
        ]
        var log = GoCommandLog()
        for _ in 0..<50 {
            let line = (0..<Int.random(in: 0...8, using: &random)).map { _ in
                words.randomElement(using: &random) ?? ""
            }
            log.take(Substring(line.joined()))
        }
        let timeline = GoCommandTimeline(log.steps, end: UnixNanos(rawValue: 0))
        #expect(timeline.times.count == log.steps.count)
        #expect(timeline.times.allSatisfy { $0.start <= $0.end }, "seed \(seed)")
    }
}

/// Numbers that look random, the same for the same seed.
private struct TestRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var value = state
        value = (value ^ value >> 30) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ value >> 27) &* 0x94d0_49bb_1331_11eb
        return value ^ value >> 31
    }
}
