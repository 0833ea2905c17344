/// Why a condition cannot be read, with the place.
package struct PredicateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Position of the character that is wrong, from 1 on.
    package let position: Int
    package let description: String

    /// - Parameter byte: offset of the byte that is wrong
    init(_ text: String, at byte: Int, _ problem: String) {
        position = String(decoding: Array(text.utf8).prefix(byte), as: UTF8.self).count + 1
        description =
            "cannot read the condition '\(DisplayText.escaped(text))' at character \(position): \(problem)"
    }
}
