import Glibc
import Telemetry

/// Where an export that is a stream of bytes goes: a file, or standard output; compressed if wanted.
final class ExportStream {
    private let name: String
    private let file: ExportFile?
    private let descriptor: Int32
    private let codec: (any StreamCodec)?
    private var buffer: [UInt8] = []

    private static let pieceBytes = 256 << 10

    /// - Parameter file: nil for standard output
    init(name: String, file: ExportFile?, codec: (any StreamCodec)?) {
        self.name = name
        self.file = file
        self.codec = codec
        descriptor = file?.descriptor ?? STDOUT_FILENO
    }

    func write(_ bytes: [UInt8]) throws(CommandFailure) {
        guard let codec else {
            buffer += bytes
            if buffer.count >= Self.pieceBytes { try flush() }
            return
        }
        var start = 0
        while start < bytes.count {
            try coding { (buffer) throws(StreamCodecError) in
                try codec.process(bytes, from: &start, into: &buffer, room: .max)
            }
        }
        if buffer.count >= Self.pieceBytes { try flush() }
    }

    /// Writes the rest; a file is in its place when it returns.
    func finish() throws(CommandFailure) {
        if let codec {
            try coding { (buffer) throws(StreamCodecError) in try codec.finish(into: &buffer) }
        }
        try flush()
        try file?.finish()
    }

    private func coding(_ work: (inout [UInt8]) throws(StreamCodecError) -> Void) throws(CommandFailure) {
        do {
            try work(&buffer)
        } catch {
            throw CommandFailure(.usage, "cannot write \(name): \(error.message)")
        }
    }

    private func flush() throws(CommandFailure) {
        if file == nil {
            StandardStream(descriptor: descriptor).write(buffer)
        } else {
            var sent = 0
            while sent < buffer.count {
                let count = buffer.withUnsafeBytes {
                    Glibc.write(descriptor, $0.baseAddress.map { $0 + sent }, $0.count - sent)
                }
                if count >= 0 {
                    sent += count
                } else if errno != EINTR {
                    throw ExportFile.failure(name)
                }
            }
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
