import ArgumentParser
import Telemetry

/// Which module requests a command is about, besides their time.
struct FleetOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Only of modules with this path; * stands for any text.", valueName: "path"))
    var module: String?

    @Option(
        help: ArgumentHelp(
            "Only of these kinds: info, mod, zip, list, latest, query, sumdb_lookup, …; separated by commas.",
            valueName: "kinds"))
    var kind: [String] = []

    @Option(
        help: ArgumentHelp("Only as these proxies saw them; * stands for any text.", valueName: "name"))
    var proxy: String?

    @Option(
        help: ArgumentHelp(
            "Only of nodes in this region (cloud.region, else edge.site), also what nodes elsewhere passed on to "
                + "them; * stands for any text.",
            valueName: "name"))
    var region: String?

    @Option(
        help: ArgumentHelp(
            "Only of modules from this host, such as github.com; * stands for any text.", valueName: "host"))
    var upstream: String?

    /// Those that were given.
    var given: [String] {
        [
            ("--module", module != nil), ("--kind", !kind.isEmpty), ("--proxy", proxy != nil),
            ("--region", region != nil), ("--upstream", upstream != nil),
        ].compactMap { $0.1 ? $0.0 : nil }
    }

    /// - Throws: `CommandFailure` for a kind that does not exist
    func filter(service: String? = nil, node: String? = nil) throws(CommandFailure) -> FleetFilter {
        var filter = FleetFilter()
        filter.module = module
        filter.proxy = proxy
        filter.region = region
        filter.upstream = upstream
        filter.service = service
        filter.node = node
        for word in kind.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
            filter.kinds.insert(try Self.kind(trimmingSpaces(String(word))))
        }
        return filter
    }

    /// A length of time to divide a window by.
    /// - Throws: `CommandFailure`
    static func period(_ text: String) throws(CommandFailure) -> Int64 {
        let nanos: Int64
        do {
            nanos = try DurationExpression.parse(text)
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
        guard nanos >= 1_000_000 else {
            throw CommandFailure(.usage, "--per is \(DisplayText.escaped(text)); the shortest period is 1ms")
        }
        return nanos
    }

    private static func kind(_ word: String) throws(CommandFailure) -> ModuleKind {
        if let kind = ModuleKind(name: word) { return kind }
        let names = ModuleKind.allCases.map(\.name)
        throw CommandFailure(
            .usage,
            "--kind has '\(DisplayText.escaped(word))', which is no kind of request"
                + Suggestion.sentence(word, among: names) + "; there are \(names.joined(separator: ", "))")
    }
}

/// What was probably meant in place of a word that is none of those that are known.
enum Suggestion {
    /// `; did you mean 'zip'?` without the question mark's sentence; empty when nothing is near.
    static func sentence(_ word: String, among names: [String]) -> String {
        let best = names.map { (name: $0, distance: EditDistance.between($0, word)) }.min {
            $0.distance < $1.distance
        }
        guard let best, best.distance <= max(1, best.name.count / 3), best.distance < best.name.count else {
            return ""
        }
        return " (did you mean '\(best.name)'?)"
    }
}
