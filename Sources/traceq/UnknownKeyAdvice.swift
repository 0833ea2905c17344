import Telemetry

/// Says that no span has a key that a question names, and which key was probably meant.
struct UnknownKeyAdvice {
    let key: SpanKey
    /// Attributes that spans and resources have, as questions write them.
    let known: [String]

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
