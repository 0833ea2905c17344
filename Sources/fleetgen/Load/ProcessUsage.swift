import Foundation

/// What a process has used so far, as the kernel counts it.
struct ProcessUsage: Hashable, Sendable {
    /// User and system time.
    let cpuSeconds: Double
    /// The most memory that it had in use at once, in bytes.
    let peakResidentBytes: Int64

    /// - Returns: nil when there is no such process.
    init?(pid: Int32) {
        guard let stat = Self.read("/proc/\(pid)/stat"), let status = Self.read("/proc/\(pid)/status"),
            // The second field is the name in brackets and may hold anything.
            let close = stat.lastIndex(of: ")")
        else { return nil }
        let fields = stat[stat.index(after: close)...].split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
            return nil
        }
        cpuSeconds = (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
        peakResidentBytes = Self.kibibytes("VmHWM", in: status) * 1_024
    }

    /// User and system time of this process.
    static func ownCPUSeconds() -> Double {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    private static func kibibytes(_ key: String, in status: String) -> Int64 {
        for line in status.split(separator: "\n") where line.hasPrefix("\(key):") {
            return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int64($0) } ?? 0
        }
        return 0
    }

    private static func read(_ path: String) -> String? {
        // Files of /proc have no size, so they are read until they end.
        guard let file = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? file.close() }
        return (try? file.readToEnd()).map { String(decoding: $0, as: UTF8.self) }
    }
}
