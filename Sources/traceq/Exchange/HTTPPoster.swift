import Glibc

/// Posts bodies to one HTTP/1.1 server, one after another, over a socket that blocks. Just enough to send files to
/// a collector.
struct HTTPPoster: ~Copyable {
    struct Reply: Hashable {
        var status: Int
        /// Seconds, from `Retry-After`.
        var retryAfter: Int?
        /// The first 4 KiB of it.
        var body: [UInt8]
    }

    /// Why nothing came back; lower case, one line.
    struct Failure: Error {
        var message: String
    }

    private let url: CollectorURL
    /// Negative without a connection.
    private var descriptor: Int32 = -1
    private static let timeoutSeconds = 60
    private static let headBytesMax = 64 << 10
    /// Of the body of an answer, so much is kept.
    private static let bodyBytesKept = 4 << 10
    /// A longer body is not read: the next request gets a connection of its own.
    private static let bodyBytesMax = 1 << 20

    init(_ url: CollectorURL) { self.url = url }

    deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

    mutating func disconnect() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    /// Sends a body and waits for the answer. A connection that the server closed in the meantime is opened once
    /// more.
    mutating func post(
        _ body: [UInt8], to path: String, contentType: String
    ) throws(Failure) -> Reply {
        let isFresh = descriptor < 0
        if isFresh { try connect() }
        do {
            return try exchange(body, path, contentType)
        } catch {
            disconnect()
            guard !isFresh else { throw error }
            try connect()
            return try exchange(body, path, contentType)
        }
    }

    private mutating func connect() throws(Failure) {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(url.host, url.port, &hints, &found)
        guard code == 0 else { throw Failure(message: String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(found) }
        var reason = "no address"
        var next = found
        while let address = next {
            next = address.pointee.ai_next
            let opened = socket(
                address.pointee.ai_family, address.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue),
                address.pointee.ai_protocol)
            guard opened >= 0 else { continue }
            var timeout = timeval(tv_sec: Self.timeoutSeconds, tv_usec: 0)
            let size = socklen_t(MemoryLayout<timeval>.size)
            setsockopt(opened, SOL_SOCKET, SO_SNDTIMEO, &timeout, size)
            setsockopt(opened, SOL_SOCKET, SO_RCVTIMEO, &timeout, size)
            if Glibc.connect(opened, address.pointee.ai_addr, address.pointee.ai_addrlen) == 0 {
                descriptor = opened
                return
            }
            reason = String(cString: strerror(errno))
            Glibc.close(opened)
        }
        throw Failure(message: reason)
    }

    private mutating func exchange(
        _ body: [UInt8], _ path: String, _ contentType: String
    ) throws(Failure) -> Reply {
        let head =
            "POST \(path) HTTP/1.1\r\nHost: \(url.authority)\r\nContent-Type: \(contentType)\r\n"
            + "Content-Length: \(body.count)\r\nUser-Agent: traceq\r\n\r\n"
        // In one piece where it is small: a head alone would wait for its acknowledgement.
        try send(Array(head.utf8) + body.prefix(1 << 10))
        try send(Array(body.dropFirst(1 << 10)))
        return try receive()
    }

    private func send(_ bytes: [UInt8]) throws(Failure) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { all in
                Glibc.send(
                    descriptor, all.baseAddress.map { $0 + sent }, all.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            if count > 0 {
                sent += count
            } else if errno != EINTR {
                throw Failure(
                    message: errno == EAGAIN ? "no answer in time" : String(cString: strerror(errno)))
            }
        }
    }

    private mutating func receive() throws(Failure) -> Reply {
        var bytes: [UInt8] = []
        var headEnd: Int?
        while headEnd == nil {
            guard bytes.count <= Self.headBytesMax else { throw Failure(message: "the answer is no HTTP") }
            let before = max(0, bytes.count - 3)
            bytes += try receivePiece()
            headEnd = bytes[before...].indices.first { bytes[$0...].starts(with: [13, 10, 13, 10]) }
        }
        let end = headEnd ?? bytes.count
        let lines = String(decoding: bytes[..<end], as: UTF8.self).split(separator: "\r\n")
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]) else {
            throw Failure(message: "the answer is no HTTP")
        }
        func header(_ name: String) -> String? {
            lines.dropFirst().first { $0.lowercased().hasPrefix(name + ":") }.map {
                $0.dropFirst(name.count + 1).split(separator: " ").joined(separator: " ").lowercased()
            }
        }
        var rest = Array(bytes[(end + 4)...])
        if let length = header("content-length").flatMap({ Int($0) }), length <= Self.bodyBytesMax {
            var unread = length - rest.count
            while unread > 0 {
                let piece = try receivePiece()
                unread -= piece.count
                if rest.count < Self.bodyBytesKept { rest += piece }
            }
        } else {
            disconnect()
        }
        if header("connection") == "close" { disconnect() }
        return Reply(
            status: status, retryAfter: header("retry-after").flatMap { Int($0) },
            body: Array(rest.prefix(Self.bodyBytesKept)))
    }

    private func receivePiece() throws(Failure) -> [UInt8] {
        while true {
            var count = 0
            let piece = [UInt8](unsafeUninitializedCapacity: 16 << 10) { buffer, made in
                count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
                made = max(0, count)
            }
            if count > 0 { return piece }
            if count == 0 { throw Failure(message: "the connection was closed before there was an answer") }
            if errno != EINTR {
                throw Failure(
                    message: errno == EAGAIN ? "no answer in time" : String(cString: strerror(errno)))
            }
        }
    }
}
