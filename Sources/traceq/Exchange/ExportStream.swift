import Glibc
import Telemetry

/// Where an export that is a stream of bytes goes: a file, a pipe or standard output; compressed if wanted.
///
/// An export holds a read transaction while it runs. So it never waits for whoever reads a pipe: what does not fit is
/// kept until the transaction has ended.
final class ExportStream {
    private let name: String
    private let file: ExportFile?
    private let descriptor: Int32
    private let codec: (any StreamCodec)?
    /// Nil for a file, which takes what it is given.
    private let patient: PatientOutput?
    private var buffer: [UInt8] = []

    private static let pieceBytes = 256 << 10

    /// - Parameter file: nil for standard output
    init(name: String, file: ExportFile?, codec: (any StreamCodec)?) {
        self.name = name
        self.file = file
        self.codec = codec
        let descriptor = file?.descriptor ?? STDOUT_FILENO
        self.descriptor = descriptor
        let stream = StandardStream(descriptor: descriptor)
        patient =
            file.map { $0.isInPlace } ?? true
            ? PatientOutput(ByteOutput(isReady: { stream.isReady }, write: { stream.write($0) })) : nil
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

    /// Writes the rest, as fast as it is read; a file is in its place when it returns.
    func finish() throws(CommandFailure) {
        if let codec {
            try coding { (buffer) throws(StreamCodecError) in try codec.finish(into: &buffer) }
        }
        try flush()
        patient?.finish()
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
        if let patient {
            patient.append(buffer)
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
