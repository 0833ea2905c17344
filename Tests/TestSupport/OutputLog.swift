import Glibc

/// What a child process has written to one of its streams so far.
package actor OutputLog {
    private var bytes: [UInt8] = []
    private var hasEnded = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// The first line that `transform` makes something of; waits for it, and gives nil when the stream
    /// ends without one.
    package func first<Result: Sendable>(
        _ transform: @Sendable (String) -> Result?
    ) async -> Result? {
        var start = 0
        while true {
            while let end = endOfLine(from: start) {
                if let result = transform(String(decoding: bytes[start..<end], as: UTF8.self)) {
                    return result
                }
                start = end + 1
            }
            if hasEnded { return nil }
            await withCheckedContinuation { waiting.append($0) }
        }
    }

    /// Everything, once the stream has ended.
    package func wholeText() async -> String {
        while !hasEnded {
            await withCheckedContinuation { waiting.append($0) }
        }
        return textSoFar()
    }

    /// What has come until now.
    package func textSoFar() -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    func append(_ more: [UInt8]) {
        bytes.append(contentsOf: more)
        wake()
    }

    func end() {
        hasEnded = true
        wake()
    }

    /// Where the line that begins at `start` ends; nil while its end has not come.
    private func endOfLine(from start: Int) -> Int? {
        guard start < bytes.count else { return nil }
        // Output may be long, and Swift's own search is slow without optimisation.
        let length = bytes.withUnsafeBytes { buffer -> Int? in
            guard let first = buffer.baseAddress else { return nil }
            let end = memchr(first + start, Int32(UInt8(ascii: "\n")), buffer.count - start)
            return end.map { UnsafeRawPointer($0) - (first + start) }
        }
        if let length { return start + length }
        return hasEnded ? bytes.count : nil
    }

    private func wake() {
        let resumed = waiting
        waiting = []
        for continuation in resumed { continuation.resume() }
    }
}
