import Foundation

/// Writes to the standard streams.
enum Output {
    /// A line of the result.
    static func line(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    /// Something about how the work goes on, as it is given.
    static func status(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }

    /// Whether a person watches the progress.
    static let statusIsTerminal = isatty(STDERR_FILENO) == 1
}
