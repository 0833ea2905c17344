import Configuration
import Foundation
import Telemetry
import TestSupport
import Testing

@testable import traceq

@Suite("Files of service level objectives")
struct ObjectivesFileTests {
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private func read(_ text: String) throws -> ObjectiveList {
        try folder.write(text, to: "slo.yaml")
        return try ObjectivesFile.read(folder.file("slo.yaml"))
    }

    private func problems(_ text: String) throws -> [String] {
        do {
            _ = try read(text)
            return []
        } catch let error as ConfigProblems {
            return error.problems.map { $0.description.replacing(folder.path + "/", with: "") }
        }
    }

    /// An objective with its own lines, indented as an item.
    private func objective(_ lines: String...) -> String {
        "objectives:\n  - name: x\n" + lines.map { "    \($0)\n" }.joined()
    }

    @Test("3.2: config/slo.yaml has the five thresholds, and is what is built in")
    func builtIn() throws {
        let path = Repository.root.appending(path: "config/slo.yaml").path(percentEncoded: false)
        let list = try ObjectivesFile.read(path)
        #expect(list == .builtIn)
        #expect(list.windowNanos == 2_592_000_000_000_000)
        #expect(list.objectives.map(\.indicator) == ServiceIndicator.allCases)
        #expect(list.objectives.map(\.limit) == [200_000_000, 10_000_000, 0.9995, 0.98, 30_000_000_000])
        #expect(list.objectives.map(\.relation) == [.below, .atLeast, .atLeast, .above, .below])
    }

    @Test("everything that an objective can have")
    func everything() throws {
        let list = try read(
            """
            window: 7d
            objectives:
              - name: fast lists
                indicator: latency
                statistic: p99.9
                at_most: 1.5s
                kinds: [list, latest]
              - {name: versions, indicator: hit_ratio, at_least: 90 %, count: versions, kinds: zip}
              - {name: big, indicator: throughput, statistic: p5, above: 1MiB/s, min_bytes: 16MiB}
            """)
        #expect(list.windowNanos == 7 * ObjectiveList.dayNanos)
        #expect(
            list.objectives == [
                ServiceObjective(
                    name: "fast lists", indicator: .latency, statistic: .quantile(0.999), .atMost,
                    1_500_000_000,
                    kinds: [.list, .latest]),
                ServiceObjective(
                    name: "versions", indicator: .hitRatio, statistic: .share, .atLeast, 0.9, kinds: [.zip],
                    counted: .versions),
                ServiceObjective(
                    name: "big", indicator: .throughput, statistic: .quantile(0.05), .above, 1_048_576,
                    bytesMin: 16 << 20),
            ])
        let usual = try read("objectives:\n  - {name: a, indicator: availability, at_least: 99%}\n")
        #expect(usual.windowNanos == ObjectiveList.builtIn.windowNanos)
    }

    @Test("all that is wrong is told at once, with its place")
    func allAtOnce() throws {
        let found = try problems(
            """
            windw: 30d
            objectives:
              - indicator: latncy
              - {name: a, indicator: latency, below: 1s}
              - {name: b, indicator: latency, statistic: p100, below: soon}
              - {name: c, indicator: availability, statistic: mean, above: 100%}
              - {name: d, indicator: hit_ratio, below: 98%}
              - {name: e, indicator: throughput, statistic: mean, at_least: 10MB, count: versions}
              - {name: f, indicator: latency, statistic: mean, below: 1s, at_most: 2s, min_bytes: 1}
              - {name: g, indicator: hit_ratio, above: 1%, kinds: [zpi, list]}
              - {name: h, indicator: visibility_lag, statistic: p95}
            """)
        #expect(
            found == [
                "slo.yaml:1:1: unknown key \"windw\" in the file: did you mean \"window\"?",
                "slo.yaml:3:5: an objective has no name: add name: ...",
                "slo.yaml:3:16: indicator is \"latncy\": did you mean \"latency\"?",
                "slo.yaml:4:5: latency needs a statistic: add statistic: mean, or a quantile like p95",
                "slo.yaml:5:46: statistic is \"p100\": write mean, or a quantile from p0.01 to p99.99, like p95",
                "slo.yaml:5:59: below is \"soon\": give a duration, like 200ms",
                "slo.yaml:6:51: availability is a part of all and has no statistic: take it out",
                "slo.yaml:6:64: above is \"100%\": give a percentage above 0 and below 100, like 99.95%",
                "slo.yaml:7:44: of hit_ratio more is better: write above or at_least: 98%",
                "slo.yaml:8:65: at_least is \"10MB\": give bytes a second, like 10MB/s",
                "slo.yaml:8:78: count is for hit_ratio: take it out",
                "slo.yaml:9:72: an objective has one bound, and below is one already: take one of them out",
                "slo.yaml:9:87: min_bytes is for throughput: take it out",
                "slo.yaml:10:55: kinds has \"zpi\", which hit_ratio is not measured of: did you mean \"zip\"?",
                "slo.yaml:10:55: kinds has \"list\", which hit_ratio is not measured of: give some of info, mod, zip",
                "slo.yaml:11:5: an objective has no bound: add below or at_most: 30s",
            ], "\(found.joined(separator: "\n"))")
    }

    @Test(
        "windows from a day to ninety",
        arguments: [("23h", false), ("1d", true), ("90d", true), ("91d", false), ("soon", false)])
    func window(text: String, isGood: Bool) throws {
        let found = try problems(
            "window: \(text)\n" + objective("indicator: availability", "at_least: 99%"))
        #expect(found.isEmpty == isGood)
        #expect(isGood || found.first?.hasPrefix("slo.yaml:1:9: window is") == true)
    }

    @Test(
        "percentages above 0 and below 100, with four decimals at the most",
        arguments: [
            ("0%", nil), ("0.0001%", 0.000001), ("99.9999%", 0.999999), ("99.99999%", nil), ("100%", nil),
            ("99.95", nil), ("-1%", nil), ("1e1%", nil), ("9 9%", nil), (".5%", nil), ("50 %", 0.5),
        ] as [(String, Double?)])
    func percentages(text: String, expected: Double?) throws {
        let text = objective("indicator: availability", "at_least: '\(text)'")
        if let expected {
            #expect(try read(text).objectives.first?.limit == expected)
        } else {
            #expect(try problems(text).count == 1)
        }
    }

    @Test(
        "files without objectives",
        arguments: [
            (
                "",
                "slo.yaml:1:1: the file is empty: write objectives: and a list of objectives, as in config/slo.yaml"
            ),
            (
                "window: 1d",
                "slo.yaml:1:1: the file has no objectives: write objectives: and a list of objectives, as in config/slo.yaml"
            ),
            ("objectives: []", "slo.yaml:1:13: objectives is empty: there is nothing to keep"),
            (
                "objectives: x",
                "slo.yaml:1:13: objectives is a list: write its items as lines with \"- \", or in brackets"
            ),
            ("- a", "slo.yaml:1:1: the file has the keys window, objectives: write window: ..."),
        ])
    func noObjectives(text: String, expected: String) throws {
        #expect(try problems(text) == [expected])
    }

    @Test("names tell objectives apart")
    func names() throws {
        let found = try problems(
            objective("indicator: availability", "at_least: 99%")
                + "  - {name: x, indicator: availability, at_least: 98%}\n")
        #expect(found == ["slo.yaml:5:5: two objectives are called \"x\": names tell them apart"])
    }

    @Test(
        "a byte order mark at the beginning of a file changes nothing, also of places"
    )
    func byteOrderMark() throws {
        let text = objective("indicator: availability", "at_least: 99 %")
        #expect(try read("\u{feff}" + text) == read(text))
        #expect(try read("\u{feff}" + text.replacing("\n", with: "\r\n")) == read(text))
        #expect(try problems("\u{feff}objectivs: []\n") == problems("objectivs: []\n"))
        let items = text.replacing("objectives:", with: "---\nwindow: 7d\nobjectives:")
        #expect(try read("\u{feff}" + items) == read(items))
        #expect(try problems("\u{feff}!x objectives: []") == problems("!x objectives: []"))
        #expect(try problems("\u{feff}") == problems(""))
    }

    @Test(
        "a file has at most 100 objectives, and the place of the first one too many is told",
        arguments: [100, 101, 5000])
    func limit(count: Int) throws {
        let items = (0..<count).map { "  - {name: x\($0), indicator: availability, at_least: 99 %}\n" }
        let found = try problems("objectives:\n" + items.joined())
        #expect(
            found
                == (count == 100
                    ? []
                    : [
                        "slo.yaml:102:5: there are \(HumanUnits.count(Int64(count))) objectives, and 100 is the most: take some out"
                    ]))
    }
}
