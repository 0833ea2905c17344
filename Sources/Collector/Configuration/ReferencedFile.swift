import Configuration
import Glibc

/// Files that a configuration refers to.
enum ReferencedFile {
    /// 64 KiB: certificates and lists of tokens are smaller.
    static let bytesMax = 64 << 10

    /// The content, without the end of the last line.
    ///
    /// - Parameter isSecret: Whether it may be readable for its owner and group alone, and for nobody else writable.
    static func text(at path: String, isSecret: Bool) throws(ConfigValueError) -> String {
        let shown = LogLine.escaped(path)
        let bytes: [UInt8]
        do throws(FileReadError) {
            bytes = try FileBytes.read(path, bytesMax: bytesMax) { status throws(FileReadError) in
                guard isSecret, status.st_mode & 0o027 != 0 else { return }
                throw FileReadError(
                    "\(shown) holds a secret and has mode 0\(String(status.st_mode & 0o777, radix: 8)): others "
                        + "may read or change it; run chmod 600 on it")
            }
        } catch {
            throw ConfigValueError(error.message)
        }
        guard var text = String(validating: bytes, as: UTF8.self) else {
            throw ConfigValueError("\(shown) is not UTF-8 text")
        }
        if text.hasSuffix("\r\n") || text.hasSuffix("\n") { text.removeLast() }
        guard !text.isEmpty else { throw ConfigValueError("\(shown) is empty") }
        return text
    }
}
