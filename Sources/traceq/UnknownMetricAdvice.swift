import Telemetry

/// Says that no metric has a name, and which one was probably meant.
struct UnknownMetricAdvice {
    let name: String
    /// The names that are stored.
    let known: [String]

    static let nothingStored = "let applications send OTLP metrics to the collector and try again"

    /// How many names are suggested: with more, the list is the better answer.
    private static let suggestionsMax = 3

    var sentence: String {
        let typed = DisplayText.escaped(DisplayWidth.truncatingEnd(name, to: 80))
        guard !known.isEmpty else {
            return "no metric is called '\(typed)', and no other is stored: \(Self.nothingStored)"
        }
        let near = suggestions.map { "'\(DisplayText.escaped($0))'" }
        guard let last = near.last else {
            let count = Set(known).count
            return "no metric is called '\(typed)': traceq metrics --list shows the "
                + (count == 1 ? "1 that is stored" : "\(HumanUnits.count(Int64(count))) that are stored")
        }
        let names = near.count == 1 ? last : near.dropLast().joined(separator: ", ") + " or " + last
        return "no metric is called '\(typed)'; did you mean \(names)? traceq metrics --list shows all"
    }

    /// Names that are spelt nearly so, the nearest first; else names that have it as a part.
    private var suggestions: [String] {
        let typed = Self.plain(name)
        let names = Set(known).sorted()
        let near = names.map { (name: $0, distance: EditDistance.between(Self.plain($0), typed)) }
            .filter { $0.distance <= max(1, typed.utf8.count / 4) }.sorted { $0.distance < $1.distance }
        if !near.isEmpty { return near.prefix(Self.suggestionsMax).map(\.name) }
        guard typed.utf8.count > 2 else { return [] }
        return Array(names.filter { Self.plain($0).contains(typed) }.prefix(Self.suggestionsMax))
    }

    /// As names are compared: Prometheus writes `disk_free` what OpenTelemetry calls `disk.free`.
    private static func plain(_ name: String) -> String {
        String(name.lowercased().map { $0 == "_" || $0 == "-" ? "." : $0 })
    }
}
