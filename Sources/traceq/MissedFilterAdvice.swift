import Telemetry

/// Says which filters no name of a window fits, and which names there are: the nearest first.
struct MissedFilterAdvice {
    /// At least one.
    let missed: [FilterChoices.Missed]

    /// How many names are told of each filter.
    private static let namesMax = 5

    func sentence(noun: String) -> String {
        let filters = missed.map { "--\($0.filter.rawValue) '\(Self.shown($0.pattern))'" }
        return "no \(noun) in the window fits \(filters.joined(separator: " or ")); "
            + missed.map(Self.choices).joined(separator: "; ")
    }

    private static func choices(_ missed: FilterChoices.Missed) -> String {
        let (one, several) = missed.filter.words
        let names = NameSuggestions.ordered(missed.names, for: missed.pattern)
        let shown = names.prefix(namesMax).map(Self.shown)
        let rest = names.count - shown.count
        guard let last = shown.last else { return missed.filter.absence }
        if names.count == 1 { return "the only \(one) is \(last)" }
        let list =
            rest > 0
            ? shown.joined(separator: ", ") + " and \(HumanUnits.count(Int64(rest))) more"
            : shown.dropLast().joined(separator: ", ") + " and " + last
        return "there are the \(several) \(list)"
    }

    private static func shown(_ name: String) -> String {
        DisplayText.escaped(DisplayWidth.truncatingEnd(name, to: 80))
    }
}

/// Puts names in order for somebody who typed another one.
enum NameSuggestions {
    /// Names that are spelt nearly so, the nearest first; then names that have it as a part; then all others.
    static func ordered(_ names: [String], for pattern: String) -> [String] {
        let typed = pattern.lowercased().filter { $0 != "*" }
        return names.map { (name: $0, distance: distance($0.lowercased(), typed)) }
            .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.map(\.name)
    }

    private static func distance(_ name: String, _ typed: String) -> Int {
        // Where lengths differ by more than slips of the pen make, the rest need not be compared.
        if abs(name.utf8.count - typed.utf8.count) <= 3, OptionSuggestion.isNear(typed, name) {
            return EditDistance.between(name, typed)
        }
        return typed.utf8.count > 2 && name.contains(typed) ? .max - 1 : .max
    }
}

extension FilterChoices.Filter {
    /// What it is about: one, and several.
    fileprivate var words: (String, String) {
        switch self {
        case .proxy: ("proxy", "proxies")
        case .upstream: ("host", "hosts")
        case .service, .node, .module, .region: (rawValue, rawValue + "s")
        }
    }

    /// Where there is nothing to name.
    fileprivate var absence: String {
        switch self {
        case .service, .node: "none tells its \(rawValue)"
        case .module, .upstream: "none is for a module"
        case .proxy: "no proxy tells of any"
        case .region: "no node names a region (cloud.region, else edge.site)"
        }
    }
}
