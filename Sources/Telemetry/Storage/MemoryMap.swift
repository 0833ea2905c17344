import Glibc

/// Which files this process has in memory, and where.
enum MemoryMap {
    /// The file that an address belongs to; nil when it is memory without a file, or not known.
    static func path(at address: UInt) -> String? { path(at: address, in: listing()) }

    /// - Parameter listing: as proc(5) describes `/proc/self/maps`: a line for each part, as in
    ///   `7f5c3a400000-7f5c3a408000 rw-s 00000000 08:01 1843   /var/lib/telemetry.db-shm`
    static func path(at address: UInt, in listing: String) -> String? {
        for line in listing.split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 5)
            let bounds = (fields.first ?? "").split(separator: "-").compactMap { UInt($0, radix: 16) }
            guard bounds.count == 2, (bounds[0]..<max(bounds[0], bounds[1])).contains(address) else {
                continue
            }
            guard fields.count == 6 else { return nil }
            let name = fields[5].drop { $0 == " " }
            let end = " (deleted)"
            return String(name.hasSuffix(end) ? name.dropLast(end.count) : name)
        }
        return nil
    }

    static func listing() -> String {
        let descriptor = unsafe open("/proc/self/maps", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(descriptor, &buffer, buffer.count)
            if count > 0 {
                bytes += buffer[..<count]
            } else if count == 0 || errno != EINTR {
                return String(decoding: bytes, as: UTF8.self)
            }
        }
    }
}
