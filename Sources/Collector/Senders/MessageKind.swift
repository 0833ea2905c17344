/// What a message says, without what differs from one time to the next: numbers are all the same, so that the second bad
/// byte of a sender is no second mistake.
struct MessageKind: Hashable, Sendable {
    let text: String

    /// - Parameter message: may come from the sender; what is beyond `SenderBook.detailBytesMax` does not count
    init(_ message: String) {
        var kind: [UInt8] = []
        for byte in message.utf8.prefix(SenderBook.detailBytesMax) {
            let isDigit = (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            if !isDigit {
                kind.append(byte)
            } else if kind.last != UInt8(ascii: "#") {
                kind.append(UInt8(ascii: "#"))
            }
        }
        text = String(decoding: kind, as: UTF8.self)
    }
}
