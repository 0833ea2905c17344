import NIOHTTP1

extension Refusal {
    static let otherLength = Refusal(
        .framing,
        "the body is not as long as the request's Content-Length says: it was broken off, or something on its way "
            + "changes it")

    /// What is wrong with how a request is put into bytes; nil for an error of another kind.
    init?(framing error: any Error) {
        switch error {
        case HTTPParserError.headerOverflow:
            self.init(.headersTooLarge, "the request header is too large")
        case let error as HTTPParserError:
            self.init(.framing, "the request is not valid HTTP/1.1: \(error)")
        case is BodyLengthMismatch: self = .otherLength
        default: return nil
        }
    }
}
