import NIOHTTP1

/// What is known of the request that is being taken.
struct HTTPExchange {
    var admission: HTTPAdmission
    /// Whether another request may follow the answer.
    var keepsAlive: Bool
    var isHeadMethod: Bool
    var userAgent: String?
    /// Chunks, or parts of them, in which the body came.
    var parts = 0
    /// What had come over the connection when the head was there.
    private var wireBytesAtHead = 0

    /// What stands around a chunk, beside its extensions: its length, with zeros before it, and two ends of lines.
    private static let chunkFrameBytes = 16

    /// A request whose head could not be read.
    static let unreadable = HTTPExchange()

    private init() {
        admission = .unreadable
        keepsAlive = false
        isHeadMethod = false
    }

    /// - Parameter wireBytes: that came over the connection so far
    init(_ head: HTTPRequestHead, _ admission: HTTPAdmission, wireBytes: Int) {
        self.admission = admission
        // After an upgrade or a tunnel, which we do not do, the parser would wait for other bytes.
        keepsAlive =
            head.isKeepAlive && head.version == .http1_1 && head.method != .CONNECT
            && !head.headers.contains(name: "upgrade")
        isHeadMethod = head.method == .HEAD
        userAgent = head.headers.first(name: "user-agent")
        wireBytesAtHead = wireBytes
    }

    /// The most that is read of a refused request before the next one on the same connection.
    private static let discardedBytesMax = 1 << 20

    /// Whether the rest of a request is short enough to be read for the sake of the connection.
    static func isShort(_ head: HTTPRequestHead) -> Bool {
        if let length = HTTPAdmission.contentLength(head.headers) { return length <= discardedBytesMax }
        return !head.headers.contains(name: "transfer-encoding")
    }

    /// Whether what stands around the chunks of a body is more than that, beside what has to.
    func isFramed(wireBytes: Int, bodyBytes: Int, moreThan bytesMax: Int) -> Bool {
        guard admission.bodyBytes == nil else { return false }
        return wireBytes - wireBytesAtHead - bodyBytes > bytesMax + parts * Self.chunkFrameBytes
    }
}
