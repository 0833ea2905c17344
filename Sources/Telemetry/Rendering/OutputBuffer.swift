/// Collects text and hands it on in pieces, so that a large result is never in memory as a whole.
package struct OutputBuffer {
    /// What is not handed on yet.
    package var text = ""
    private let receive: (String) -> Void

    package init(receive: @escaping (String) -> Void) { self.receive = receive }

    /// Appends a line and its end.
    package mutating func line(_ line: String) {
        text += line
        text += "\n"
        flushIfLarge()
    }

    /// Hands on when 64 KiB are there: the capacity of a pipe on Linux.
    package mutating func flushIfLarge() {
        if text.utf8.count >= 65_536 { flush() }
    }

    package mutating func flush() {
        guard !text.isEmpty else { return }
        receive(text)
        text.removeAll(keepingCapacity: true)
    }
}
