import Glibc

/// What the system says about this process. Nil where it does not say.
struct ProcessFacts: Sendable {
    var residentBytes: Int?
    var cpuSeconds: Double?
    var openFiles: Int?
    var openFilesMax: Int?

    static func read() -> ProcessFacts {
        var facts = ProcessFacts()
        if let fields = text("/proc/self/statm")?.split(separator: " "), fields.count > 1,
            let pages = Int(fields[1])
        {
            facts.residentBytes = pages * Int(sysconf(Int32(_SC_PAGESIZE)))
        }
        var usage = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            facts.cpuSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime)
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            facts.openFilesMax = Int(clamping: limit.rlim_cur)
        }
        facts.openFiles = entryCount(of: "/proc/self/fd")
        return facts
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1e6
    }

    private static func text(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }

    private static func entryCount(of folder: String) -> Int? {
        guard let stream = opendir(folder) else { return nil }
        defer { closedir(stream) }
        var count = 0
        while let entry = readdir(stream) {
            // "." and "..", and the descriptor that this very count needs.
            if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
        }
        return max(0, count - 1)
    }
}
