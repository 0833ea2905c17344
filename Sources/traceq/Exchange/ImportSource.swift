import Glibc
import Telemetry

/// The bytes of a file or of standard input, a piece at a time, decompressed where they are compressed.
final class ImportSource {
    /// What messages call it.
    let name: String
    /// Bytes of the file; nil where nobody knows.
    let size: Int?
    /// When the file was written to last; nil where nobody knows.
    let modified: UnixNanos?
    /// Bytes of the file that were read.
    private(set) var bytesRead = 0

    private let descriptor: Int32
    private let closes: Bool
    private var codec: (any StreamCodec)?
    private var isStarted = false
    /// What was read and not decompressed yet.
    private var pending: [UInt8] = []
    private var pendingStart = 0
    private var isAtEnd = false
    private var bytesMade = 0

    /// 256 KiB: what a pipe and a disk give in one go, or nearly.
    private static let pieceBytes = 256 << 10

    /// More than 200 bytes for each one that was read, after the first 1 MiB, is no telemetry but a trap.
    private static let ratioMax = 200
    private static let ratioFreeBytes = 1 << 20

    /// Opens a file, or standard input for `-`.
    /// - Throws: `CommandFailure` that says what is wrong with the path
    init(path: String, standardInput: Int32 = STDIN_FILENO) throws(CommandFailure) {
        guard path != "-" else {
            name = "standard input"
            size = nil
            modified = nil
            descriptor = standardInput
            closes = false
            return
        }
        name = DisplayText.escaped(path)
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailure(.usage, "cannot read \(name): \(String(cString: strerror(errno)))")
        }
        closes = true
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT != S_IFDIR else {
            (size, modified) = (nil, nil)
            throw CommandFailure(.usage, "cannot read \(name): it is a folder; name the files in it")
        }
        let isRegular = facts.st_mode & S_IFMT == S_IFREG
        size = isRegular ? Int(facts.st_size) : nil
        modified =
            isRegular
            ? UnixNanos(
                rawValue: Int64(facts.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(facts.st_mtim.tv_nsec)) : nil
    }

    deinit { if closes { close(descriptor) } }

    /// The next bytes; nil at the end.
    /// - Throws: `ImportError` for what cannot be read or decompressed
    func next() throws(ImportError) -> [UInt8]? {
        while true {
            if pendingStart == pending.count, !isAtEnd { try read() }
            if !isStarted { try start() }
            guard let codec else {
                guard pendingStart < pending.count else { return nil }
                defer { pendingStart = pending.count }
                bytesMade += pending.count - pendingStart
                return pendingStart == 0 ? pending : Array(pending[pendingStart...])
            }
            var made: [UInt8] = []
            do {
                if pendingStart < pending.count {
                    try codec.process(pending, from: &pendingStart, into: &made, room: Self.pieceBytes)
                } else if isAtEnd {
                    try codec.finish(into: &made)
                    return nil
                }
            } catch {
                throw ImportError(offset: bytesRead, message: "\(error.message), near byte \(bytesRead)")
            }
            bytesMade += made.count
            guard bytesMade <= Self.ratioFreeBytes || bytesMade / Self.ratioMax <= bytesRead else {
                throw ImportError(
                    offset: bytesRead,
                    message: "grows more than \(Self.ratioMax) times when decompressed: "
                        + "decompress it first if you trust it")
            }
            if !made.isEmpty { return made }
        }
    }

    /// Looks at the first bytes: compressed files begin with a number of their kind.
    private func start() throws(ImportError) {
        while pending.count < 4, !isAtEnd { try read() }
        isStarted = true
        if pending.starts(with: [0x1f, 0x8b]) {
            codec = GzipDecoder()
        } else if pending.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) {
            codec = ZstdDecoder()
        }
    }

    private func read() throws(ImportError) {
        let kept = isStarted ? 0 : pending.count
        var code = 0
        repeat {
            let piece = [UInt8](unsafeUninitializedCapacity: Self.pieceBytes) { buffer, count in
                code = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                count = max(0, code)
            }
            if kept == 0 {
                pending = piece
            } else {
                pending += piece
            }
        } while code < 0 && errno == EINTR
        guard code >= 0 else {
            throw ImportError(
                offset: bytesRead, message: "cannot be read: \(String(cString: strerror(errno)))")
        }
        pendingStart = 0
        bytesRead += code
        isAtEnd = code == 0
    }
}

/// Why a part of a file cannot be imported.
struct ImportError: Error, Hashable {
    /// Which request of the file, from 1; nil for what concerns the file.
    var record: Int?
    /// Where it begins, in bytes of the decompressed file.
    var offset: Int
    /// What is wrong: lower case, one line.
    var message: String
    /// Whether the rest of the file can be read nevertheless.
    var isLocal = false

    init(record: Int? = nil, offset: Int, message: String, isLocal: Bool = false) {
        self.record = record
        self.offset = offset
        self.message = message
        self.isLocal = isLocal
    }
}
