import Collector
import Logging

/// Keeps what is logged, for tests to read.
final class LogCapture: Sendable {
    let logger: Logger
    private let lines: AsyncStream<String>
    private let end: AsyncStream<String>.Continuation

    init(level: Logger.Level = .debug) {
        let (lines, continuation) = AsyncStream<String>.makeStream(bufferingPolicy: .unbounded)
        self.lines = lines
        end = continuation
        logger = Logger(label: "test") { _ in
            LineLogHandler(logLevel: level) { continuation.yield($0) }
        }
    }

    /// Waits for the first line that contains the text; lines before it are gone.
    func line(containing text: String) async -> String? {
        for await line in lines where line.contains(text) { return line }
        return nil
    }

    /// Everything that was logged and not yet read. Nothing can be read afterwards.
    func rest() async -> [String] {
        end.finish()
        var result: [String] = []
        for await line in lines { result.append(line) }
        return result
    }
}
