import Glibc
import Telemetry

/// What the program reads of the process it runs in.
enum ProcessEnvironment {
    /// Every variable that has a meaning here; see `docs/cli.md`.
    private static let names = [
        "HOME", "XDG_DATA_HOME", "TRACEQ_DB", "TRACEQ_FORMAT", "NO_COLOR", "FORCE_COLOR", "TERM",
        "XDG_CONFIG_HOME", "GOPROXY", "GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOSUMDB",
    ]

    static func read() -> [String: String] {
        var values: [String: String] = [:]
        for name in names {
            guard let value = getenv(name) else { continue }
            values[name] = String(cString: value)
        }
        return values
    }

    /// Columns of the terminal behind a descriptor, 80 where it does not say; nil for what is none.
    static func terminalWidth(of descriptor: Int32) -> Int? {
        guard isatty(descriptor) == 1 else { return nil }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }

    /// Nanoseconds on a clock that never goes back and has no meaning but differences.
    static func monotonicNanos() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    static func now() -> UnixNanos {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UnixNanos(rawValue: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    /// What the machine calls itself; nil when it does not say.
    static func hostName() -> String? {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return nil }
        let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.isEmpty ? nil : text
    }
}
