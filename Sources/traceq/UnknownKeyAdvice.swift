import Telemetry

/// Says that no span has a key that a question names, and which key was probably meant.
struct UnknownKeyAdvice {
    let key: SpanKey
    /// Attributes that spans and resources have, as questions write them.
    let known: [String]

    /// A note where no span of a window has an attribute that groups are to be made by; else none.
    ///
    /// - Throws: `StoreError`
    static func notes(
        on key: SpanKey, in window: TimeWindow, _ reader: TelemetryReader
    ) throws(StoreError) -> [QualityNote] {
        notes(try reader.stats(StatsQuery(window: window, keys: [key], limit: 1)))
    }

    static func notes(_ stats: StatsResult) -> [QualityNote] {
        stats.unknownKeys.map { UnknownKeyAdvice(key: $0, known: stats.knownKeys).note }
    }

    var note: QualityNote {
        let typed = DisplayText.escaped(key.text)
        var message = "no span in the window has '\(typed)'"
        if let best = nearest(key.text) {
            message += "; did you mean '\(DisplayText.escaped(best))'?"
        }
        return QualityNote(code: "unknown_key", message: message)
    }

    /// An attribute that is spelt nearly so, or else one that ends or begins so.
    private func nearest(_ name: String) -> String? {
        let names = known + SpanKey.builtIn.map(\.name)
        let near = names.map { (name: $0, distance: EditDistance.between($0, name)) }
            .min { $0.distance < $1.distance }
        if let near, near.distance <= max(1, name.count / 4) { return near.name }
        guard name.utf8.count > 2 else { return nil }
        return names.filter { $0.hasSuffix("." + name) || $0.hasPrefix(name) }.min { $0.count < $1.count }
    }
}
