import Glibc

/// One HTTP/1.1 connection to a port of this machine. Calls block: use it on a thread of its own.
package struct HTTPConnection: ~Copyable {
    private let descriptor: Int32
    private var received: [UInt8] = []

    package init(port: Int) throws(TestSupportError) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Self.failure("socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let socketDescriptor = descriptor
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socketDescriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Self.failure("connect to port \(port)") }
        // A server that hangs shall fail a test, not hang it.
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        var yes: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    /// Sends a request and waits for the whole answer.
    package mutating func send(
        _ method: String, _ path: String, headers: [(String, String)] = [], body: [UInt8] = []
    ) throws(TestSupportError) -> HTTPReply {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        head += "Content-Length: \(body.count)\r\n\r\n"
        try write(Array(head.utf8) + body)
        return try readReply()
    }

    private func write(_ bytes: [UInt8]) throws(TestSupportError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw Self.failure("send")
            }
            rest = rest.dropFirst(count)
        }
    }

    private mutating func readReply() throws(TestSupportError) -> HTTPReply {
        var lines = String(decoding: try take(through: Array("\r\n\r\n".utf8)), as: UTF8.self)
            .split(separator: "\r\n").map(String.init)
        let words = (lines.first ?? "").split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else {
            throw TestSupportError("not an HTTP answer: \(lines.first ?? "")")
        }
        lines.removeFirst()
        var headers: [String: String] = [:]
        for line in lines {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop(while: { $0 == " " })
            headers[line[..<colon].lowercased()] = String(value)
        }
        let length = headers["content-length"].flatMap { Int($0) } ?? 0
        while received.count < length { try receive() }
        let body = Array(received.prefix(length))
        received.removeFirst(length)
        return HTTPReply(status: status, headers: headers, body: body)
    }

    /// Takes everything up to and with `end` from what was received.
    private mutating func take(through end: [UInt8]) throws(TestSupportError) -> [UInt8] {
        while true {
            if received.count >= end.count {
                for start in 0...(received.count - end.count)
                where received[start..<start + end.count].elementsEqual(end) {
                    let taken = Array(received.prefix(start + end.count))
                    received.removeFirst(start + end.count)
                    return taken
                }
            }
            try receive()
        }
    }

    private mutating func receive() throws(TestSupportError) {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else {
            if count < 0, errno == EINTR { return }
            if count == 0 { throw TestSupportError("the server closed the connection") }
            throw Self.failure("receive")
        }
        received.append(contentsOf: buffer[..<count])
    }

    private static func failure(_ action: String) -> TestSupportError {
        TestSupportError("cannot \(action): \(String(cString: strerror(errno)))")
    }
}
