import Configuration
import Glibc
import Telemetry

/// Reports as files.
enum ReportFile {
    /// No report is longer.
    private static let bytesMax = 8 << 20

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// A report, with line ends as they were written by this program.
    /// - Throws: `CommandFailure`
    static func read(_ path: String) throws(CommandFailure) -> String {
        do throws(FileReadError) {
            let bytes = try FileBytes.read(path, bytesMax: bytesMax)
            // As some editors write it: a mark of the order of bytes, which there is none of, and line ends of their own.
            let marked = bytes.starts(with: [0xef, 0xbb, 0xbf])
            guard let text = String(validating: bytes.dropFirst(marked ? 3 : 0), as: UTF8.self) else {
                throw FileReadError("\(DisplayText.quotable(path)) is not UTF-8, as reports are; save it so")
            }
            return text.utf8.contains(0x0d) ? text.replacing("\r\n", with: "\n") : text
        } catch {
            throw CommandFailure(.usage, error.message)
        }
    }
}

extension ExportFile {
    /// - Throws: `CommandFailure`
    func write(_ text: String) throws(CommandFailure) {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
            }
            if count < 0 {
                guard errno == EINTR else { throw Self.failure(temporaryPath) }
                continue
            }
            written += count
        }
    }
}
