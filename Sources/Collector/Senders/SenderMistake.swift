/// One way in which a sender goes wrong: what was found, and which of the ways to do that. A sender with two wrong
/// paths, or with a wrong token here and none there, makes two mistakes, and each is told.
package struct SenderMistake: Hashable, Sendable {
    package var finding: SenderFinding
    /// What was said of it, without what differs from one time to the next.
    package var kind: String

    /// - Parameter detail: see `SenderFinding`; may come from the sender
    package init(_ finding: SenderFinding, detail: String) {
        self.finding = finding
        kind = Self.kind(of: detail)
    }

    /// Numbers are all the same: the second bad byte of a sender is no second mistake.
    private static func kind(of detail: String) -> String {
        var kind: [UInt8] = []
        for byte in detail.utf8.prefix(SenderBook.detailBytesMax) {
            let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            if !isDigit {
                kind.append(byte)
            } else if kind.last != UInt8(ascii: "#") {
                kind.append(UInt8(ascii: "#"))
            }
        }
        return String(decoding: kind, as: UTF8.self)
    }
}
