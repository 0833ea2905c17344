import Glibc

/// Tells systemd, or whoever started the collector like it, what it is doing (`sd_notify(3)`): for `Type=notify`.
/// Where nobody wants to know, nothing happens.
package struct ServiceManager: Sendable {
    /// The socket's address as `NOTIFY_SOCKET` names it; nil where nobody listens.
    private let socketPath: String?
    /// How often it wants to hear of us, in microseconds; nil for never.
    package let watchdogMicros: Int64?

    /// - Parameter environment: `NOTIFY_SOCKET`, `WATCHDOG_USEC`, `WATCHDOG_PID`
    package init(environment: [String: String], processID: Int32 = getpid()) {
        let path = environment["NOTIFY_SOCKET"] ?? ""
        socketPath = path.hasPrefix("/") || path.hasPrefix("@") ? path : nil
        // An order to another process, handed down to us.
        let isForUs = environment["WATCHDOG_PID"].map { Int32($0) == processID } ?? true
        let micros = environment["WATCHDOG_USEC"].flatMap { Int64($0) } ?? 0
        watchdogMicros = isForUs && micros > 0 ? micros : nil
    }

    /// The one of this process.
    static func ofThisProcess() -> ServiceManager {
        var values: [String: String] = [:]
        for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"] {
            if let value = getenv(name) { values[name] = String(cString: value) }
        }
        return ServiceManager(environment: values)
    }

    /// The collector listens; also the end of reading the configuration again.
    package func noteReady(_ status: String) { send("READY=1\nSTATUS=\(oneLine(status))") }

    /// The collector reads its configuration again; `noteReady` ends it.
    package func noteReloading() {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let micros = Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000
        send("RELOADING=1\nMONOTONIC_USEC=\(micros)")
    }

    package func noteStopping() { send("STOPPING=1") }

    /// Says that the collector is alive.
    package func noteAlive() { send("WATCHDOG=1") }

    private func oneLine(_ text: String) -> String { text.split(separator: "\n").joined(separator: " ") }

    /// A message that nobody takes is no reason to stop, and none to wait.
    private func send(_ message: String) {
        guard let socketPath else { return }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(socketPath.utf8)
        // An abstract socket: its name begins with a zero byte.
        if name.first == UInt8(ascii: "@") { name[0] = 0 }
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard name.count < capacity else { return }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let isAbstract = name.first == 0
        let length = socklen_t(
            MemoryLayout<sockaddr_un>.size - capacity + name.count + (isAbstract ? 0 : 1))
        let descriptor = socket(
            AF_UNIX,
            Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var text = message
        text.withUTF8 { bytes in
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { target in
                    _ = sendto(
                        descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL), target, length)
                }
            }
        }
    }
}
