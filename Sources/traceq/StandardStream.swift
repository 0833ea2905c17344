import Glibc

/// Standard output or standard error, written without a buffer of its own.
struct StandardStream {
    let descriptor: Int32

    /// Writes all of a text. When whoever reads has gone, as in `traceq … | head`, the program ends
    /// quietly with success; when nothing can be written, it ends and says so.
    func write(_ text: String) { write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) {
        guard let code = pass(bytes) else { return }
        if code == EPIPE { exit(CommandStatus.success.rawValue) }
        let reason = String(cString: strerror(code))
        if descriptor != STDERR_FILENO {
            StandardStream(descriptor: STDERR_FILENO).write("traceq: cannot write the output: \(reason)\n")
        }
        exit(CommandStatus.usage.rawValue)
    }

    /// Writes all of it, or as much as can be written.
    ///
    /// - Returns: what keeps the rest from being written, a value of `errno`; nil when all was
    func pass(_ bytes: [UInt8]) -> Int32? {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            let written = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written >= 0 {
                bytes = bytes.dropFirst(written)
            } else if errno == EAGAIN {
                waitUntilWritable()
            } else if errno != EINTR {
                return errno
            }
        }
        return nil
    }

    /// Whether a page can be written without waiting for whoever reads. An end that has gone is ready, too:
    /// writing finds out.
    var isReady: Bool {
        var descriptors = [pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)]
        return poll(&descriptors, 1, 0) > 0
    }

    /// Reads up to the end, or one byte more than a limit.
    func read(bytesMax: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= bytesMax {
            let count = Glibc.read(descriptor, &buffer, min(buffer.count, bytesMax + 1 - bytes.count))
            if count > 0 {
                bytes += buffer[..<count]
            } else if count == 0 || errno != EINTR {
                break
            }
        }
        return bytes
    }

    /// A descriptor that was made non-blocking by somebody else who shares it.
    private func waitUntilWritable() {
        var descriptors = [pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)]
        _ = poll(&descriptors, 1, -1)
    }
}
