import FuzzTargets
import Glibc

/// The inputs of libFuzzer, a file each, and of the repository, many in a file.
enum InputFolder {
    /// Puts all files of a folder into one, the shortest first.
    /// - Returns: the exit code
    static func pack(_ folder: String, into file: String) -> CInt {
        guard let names = names(in: folder) else { return failed("cannot read \(folder)") }
        let inputs = names.compactMap { read("\(folder)/\($0)") }
            .sorted { $0.count == $1.count ? $0.lexicographicallyPrecedes($1) : $0.count < $1.count }
        return write(InputList.encoded(inputs), file) ? 0 : failed("cannot write \(file)")
    }

    /// Puts inputs into a folder, a file each; those of the target, and those of a file where there is one.
    /// - Returns: the exit code
    static func unpack(_ file: String, _ seeds: [[UInt8]], into folder: String) -> CInt {
        guard let inputs = InputList.decoded(read(file) ?? []) else { return failed("\(file) is cut off") }
        for (kind, inputs) in [("seed", seeds), ("corpus", inputs)] {
            for (number, input) in inputs.enumerated() where !write(input, "\(folder)/\(kind)-\(number)") {
                return failed("cannot write to \(folder)")
            }
        }
        return 0
    }

    private static func failed(_ message: String) -> CInt {
        print("fuzz: error: \(message)")
        return 1
    }

    private static func names(in folder: String) -> [String]? {
        guard let directory = unsafe opendir(folder) else { return nil }
        defer { _ = unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = unsafe fopen(path, "r") else { return nil }
        defer { _ = unsafe fclose(file) }
        var bytes: [UInt8] = []
        let bufferBytes = 65_536
        var buffer = [UInt8](repeating: 0, count: bufferBytes)
        while true {
            let count = unsafe fread(&buffer, 1, bufferBytes, file)
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    private static func write(_ bytes: [UInt8], _ path: String) -> Bool {
        guard let file = unsafe fopen(path, "w") else { return false }
        let count = unsafe bytes.withUnsafeBytes { unsafe fwrite($0.baseAddress, 1, $0.count, file) }
        return unsafe fclose(file) == 0 && count == bytes.count
    }
}
