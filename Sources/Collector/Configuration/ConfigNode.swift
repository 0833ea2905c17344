/// A part of a configuration file, and where it stands.
struct ConfigNode: Sendable {
    enum Content: Sendable {
        /// - Parameter isPlain: without quotes
        case scalar(String, isPlain: Bool)
        case list([ConfigNode])
        case mapping([Entry])
    }

    struct Entry: Sendable {
        var key: String
        var keyPosition: ConfigPosition
        var value: ConfigNode
    }

    var position: ConfigPosition
    var content: Content

    /// Whether a key has no value here, or an explicit null: then its default stays.
    var isEmpty: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ["", "~", "null"].contains(text)
    }
}
