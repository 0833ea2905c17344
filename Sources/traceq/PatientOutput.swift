import Glibc

/// Output that never waits for whoever reads it until everything is there: what the reader is not ready for is
/// kept, in memory up to a limit and beyond that in a file without a name.
final class PatientOutput {
    private let output: ByteOutput
    private var waiting: [UInt8] = []
    private var start = 0
    private var file: UnnamedFile?

    /// What a pipe that is ready takes without blocking (PIPE_BUF).
    private static let pieceBytes = 4_096
    private static let memoryBytesMax = 64 << 20
    /// What was written already is let go when there is so much of it.
    private static let writtenBytesMax = 1 << 20

    init(_ output: ByteOutput) { self.output = output }

    /// How much memory is held, for what waits and for what was just written.
    var memoryBytes: Int { waiting.count }

    func append(_ text: String) { append(Array(text.utf8)) }

    func append(_ bytes: [UInt8]) {
        if file == nil, waiting.count - start + bytes.count > Self.memoryBytesMax {
            file = UnnamedFile()
        }
        if let file {
            // Without room on the disk for it, there is nothing left but to wait for the reader.
            if file.append(bytes) { return }
            finish()
            self.file = nil
        }
        waiting += bytes
        while start < waiting.count, output.isReady() { writePiece() }
        if start == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            start = 0
        } else if start > max(Self.writtenBytesMax, waiting.count / 2) {
            waiting.removeFirst(start)
            start = 0
        }
    }

    /// Writes what is left, as fast as it is read.
    func finish() {
        while start < waiting.count { writePiece() }
        waiting = []
        start = 0
        file?.forEachPiece { output.write($0) }
    }

    private func writePiece() {
        let end = min(start + Self.pieceBytes, waiting.count)
        output.write(Array(waiting[start..<end]))
        start = end
    }
}

/// A file for what memory should not hold. It has no name, and is gone when it is closed.
final class UnnamedFile {
    private let descriptor: Int32

    init?() {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var name = Array("\(folder)/traceq.XXXXXX".utf8CString)
        descriptor = mkstemp(&name)
        guard descriptor >= 0 else { return nil }
        unlink(name)
    }

    deinit { close(descriptor) }

    /// - Returns: whether all of it was written; when not, the file is as it was
    func append(_ bytes: [UInt8]) -> Bool {
        let end = lseek(descriptor, 0, SEEK_END)
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                write(descriptor, $0.baseAddress.map { $0 + written }, bytes.count - written)
            }
            if count > 0 {
                written += count
            } else if count == 0 || errno != EINTR {
                ftruncate(descriptor, end)
                return false
            }
        }
        return true
    }

    /// Reads everything from the beginning and makes the file empty.
    func forEachPiece(_ visit: ([UInt8]) -> Void) {
        lseek(descriptor, 0, SEEK_SET)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count > 0 {
                visit(Array(buffer[..<count]))
            } else if count == 0 || errno != EINTR {
                break
            }
        }
        ftruncate(descriptor, 0)
        lseek(descriptor, 0, SEEK_SET)
    }
}
