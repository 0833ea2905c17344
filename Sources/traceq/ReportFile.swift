import Configuration
import Glibc
import Telemetry

/// Reports as files.
enum ReportFile {
    /// No report is longer.
    private static let bytesMax = 64 << 20

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// - Throws: `CommandFailure`
    static func read(_ path: String) throws(CommandFailure) -> String {
        do throws(FileReadError) {
            let bytes = try FileBytes.read(path, bytesMax: bytesMax)
            return String(decoding: bytes, as: UTF8.self)
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
