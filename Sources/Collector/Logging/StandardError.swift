import Glibc

/// The standard error stream, without a buffer of ours.
enum StandardError {
    /// Writes the text in one call, so that lines of several threads do not mix.
    @Sendable
    static func write(_ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let written = Glibc.write(STDERR_FILENO, rest.baseAddress, rest.count)
                if written < 0 {
                    // A log that nobody can read is no reason to stop.
                    guard errno == EINTR else { return }
                    continue
                }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
            }
        }
    }
}
