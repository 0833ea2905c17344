import Foundation
import Synchronization
import TestSupport

/// An HTTP server that gives one answer to every request, and counts them.
final class CannedServer: Sendable {
    let port: Int
    private let listener: Int32
    private let answer: [UInt8]
    private let requestCount = Atomic<Int>(0)
    /// As many requests have to be there before one is answered.
    private let together: Int
    private let arrived = NSCondition()

    var requests: Int { requestCount.load(ordering: .relaxed) }

    /// - Parameters:
    ///   - answer: all of it, from the status line on
    ///   - together: as many requests have to be there before one is answered
    init(_ answer: String, together: Int = 1) throws {
        self.together = together
        self.answer = Array(answer.utf8)
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, size) == 0 && listen(listener, 16) == 0
                    && getsockname(listener, $0, &size) == 0
            }
        }
        guard listener >= 0, isBound else { throw TestSupportError("no port to listen on") }
        port = Int(in_port_t(bigEndian: address.sin_port))
        Thread.detachNewThread { [weak self] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                guard let server = self else {
                    close(connection)
                    return
                }
                Thread.detachNewThread {
                    server.serve(connection)
                    close(connection)
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// Answers requests on a connection until the other side closes it.
    private func serve(_ connection: Int32) {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = read(connection, &piece, piece.count)
            guard count > 0 else { return }
            bytes += piece[..<count]
            let text = String(decoding: bytes, as: UTF8.self)
            guard let head = text.range(of: "\r\n\r\n"),
                let length = text.firstMatch(of: /Content-Length: (\d+)/).flatMap({ Int($0.1) }),
                bytes.count >= text[..<head.upperBound].utf8.count + length
            else { continue }
            bytes = []
            arrived.lock()
            requestCount.add(1, ordering: .relaxed)
            arrived.broadcast()
            // Whoever sends one after another waits until the test's time is over.
            while requests < together { arrived.wait() }
            arrived.unlock()
            _ = answer.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        }
    }
}
