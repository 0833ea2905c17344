/// What a child process has written to one of its streams so far.
package actor OutputLog {
    private var bytes: [UInt8] = []
    private var lines: [String] = []
    private var lineStart = 0
    private var hasEnded = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// The first whole line that `transform` makes something of; waits for it, and gives nil when the
    /// stream ends without one.
    package func first<Result: Sendable>(
        _ transform: @Sendable (String) -> Result?
    ) async -> Result? {
        var next = 0
        while true {
            while next < lines.count {
                if let result = transform(lines[next]) { return result }
                next += 1
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
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What has come until now.
    package func textSoFar() -> String {
        String(decoding: bytes, as: UTF8.self)
    }

    func append(_ more: [UInt8]) {
        bytes.append(contentsOf: more)
        while let end = bytes[lineStart...].firstIndex(of: UInt8(ascii: "\n")) {
            lines.append(String(decoding: bytes[lineStart..<end], as: UTF8.self))
            lineStart = end + 1
        }
        wake()
    }

    func end() {
        hasEnded = true
        if lineStart < bytes.count {
            lines.append(String(decoding: bytes[lineStart...], as: UTF8.self))
            lineStart = bytes.count
        }
        wake()
    }

    private func wake() {
        let resumed = waiting
        waiting = []
        for continuation in resumed { continuation.resume() }
    }
}
