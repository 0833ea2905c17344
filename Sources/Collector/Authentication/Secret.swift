/// Bytes that nobody is to see: whatever prints a value of this type prints a placeholder.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// For comparing, and for being sent to whom it is for; for nothing else.
    let bytes: [UInt8]

    package init(_ text: String) { bytes = Array(text.utf8) }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    /// The same behind a word that is no secret: `Bearer `.
    package func prefixed(_ word: String) -> Secret { Secret(bytes: Array(word.utf8) + bytes) }

    package var description: String { Self.placeholder }
    package var debugDescription: String { Self.placeholder }
    package var customMirror: Mirror { Mirror(self, children: [:]) }

    /// What stands for a secret where it is printed.
    package static let placeholder = "[redacted]"

    /// Whether both are equal. The time that it takes depends on the length of this secret alone: neither on how much
    /// of the other agrees with it, nor on how long that is.
    package func matches(_ other: [UInt8]) -> Bool {
        var difference = bytes.count ^ other.count
        for index in bytes.indices {
            // A place that the other does not have is compared with one that it has: the sum is unequal already.
            let own = bytes[index]
            let others = other.isEmpty ? ~own : other[index < other.count ? index : 0]
            difference |= Int(own ^ others)
        }
        return difference == 0
    }
}
