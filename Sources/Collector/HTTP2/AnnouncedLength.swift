import NIOCore
import NIOHPACK
import NIOHTTP2

/// Compares what comes of a request's body with its `Content-Length` (RFC 9113, 8.1.1).
struct AnnouncedLength {
    /// What is still to come; nil where nothing was announced.
    private var bytesLeft: Int?
    /// Whether the sender has ended its side of the stream.
    private(set) var hasEnded = false

    /// Takes up the headers of a request.
    /// - Returns: whether they agree on the length of its body
    mutating func begin(_ headers: HTTP2Frame.FramePayload.Headers) -> Bool {
        hasEnded = headers.endStream
        let lengths = Set(headers.headers[canonicalForm: "content-length"])
        guard let length = lengths.first else { return true }
        bytesLeft = HTTPAdmission.contentLength(length)
        guard lengths.count == 1, let bytesLeft else { return false }
        return !headers.endStream || bytesLeft == 0
    }

    /// Takes up what follows the headers.
    /// - Returns: whether the body is as long as was announced, as far as it came
    mutating func note(_ frame: HTTP2Frame.FramePayload) -> Bool {
        switch frame {
        case .headers(let headers): hasEnded = hasEnded || headers.endStream
        case .data(let data):
            hasEnded = hasEnded || data.endStream
            bytesLeft = bytesLeft.map { $0 - data.data.readableBytes }
        default: return true
        }
        guard let bytesLeft else { return true }
        return hasEnded ? bytesLeft == 0 : bytesLeft >= 0
    }
}
