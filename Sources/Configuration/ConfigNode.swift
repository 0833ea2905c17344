/// A part of a configuration file, and where it stands.
package struct ConfigNode: Sendable {
    package enum Content: Sendable {
        /// - Parameter isPlain: without quotes
        case scalar(String, isPlain: Bool)
        case list([ConfigNode])
        case mapping([Entry])
    }

    package struct Entry: Sendable {
        package var key: String
        package var keyPosition: ConfigPosition
        package var value: ConfigNode
    }

    package var position: ConfigPosition
    package var content: Content

    /// Whether a key has no value here, or an explicit null: then its default stays.
    package var isEmpty: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ["", "~", "null"].contains(text)
    }
}
