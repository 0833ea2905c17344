package import Glibc
import Telemetry

/// Why a file could not be read, in a sentence.
package struct FileReadError: Error {
    package var message: String

    package init(_ message: String) { self.message = message }
}

/// Reads small files whole.
package enum FileBytes {
    /// The bytes of a regular file.
    ///
    /// - Parameter check: Looks at the file that was opened, before anything is read.
    package static func read(
        _ path: String, bytesMax: Int, check: (stat) throws(FileReadError) -> Void = { _ in }
    ) throws(FileReadError) -> [UInt8] {
        let shown = DisplayText.quotable(path)
        // Not blocking: a pipe that nobody writes to would keep the program waiting.
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw FileReadError("cannot read \(shown): \(reason())") }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw FileReadError("cannot read \(shown): \(reason())") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw FileReadError("\(shown) is not a regular file")
        }
        try check(status)
        var bytes = [UInt8](repeating: 0, count: bytesMax + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(file, buffer.baseAddress?.advanced(by: count), buffer.count - count)
            }
            if got < 0 {
                guard errno == EINTR else { throw FileReadError("cannot read \(shown): \(reason())") }
                continue
            }
            if got == 0 { break }
            count += got
        }
        guard count <= bytesMax else {
            throw FileReadError(
                "\(shown) is larger than \(size(bytesMax)): that is the most for such a file")
        }
        return Array(bytes.prefix(count))
    }

    private static func size(_ bytes: Int) -> String {
        bytes >= 1 << 20 ? "\(bytes >> 20)MiB" : "\(bytes >> 10)KiB"
    }

    private static func reason() -> String { String(cString: strerror(errno)) }
}
