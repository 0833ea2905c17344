import Collector
import Glibc
import TestSupport
import Testing

@Suite("What systemd is told", .timeLimit(.minutes(15)))
struct ServiceManagerTests {
    @Test(
        "readiness, reloading, stopping and life go to the socket that NOTIFY_SOCKET names",
        arguments: [false, true])
    func messagesArrive(isAbstract: Bool) throws {
        let folder = try TemporaryDirectory()
        let path =
            isAbstract
            ? "@traceq-test-\(getpid())-\(UInt64.random(in: .min ... .max))" : folder.file("notify")
        let socket = try NotifySocket(path: path)
        let manager = ServiceManager(environment: ["NOTIFY_SOCKET": path])
        manager.noteReady("listening\non 4317")
        #expect(socket.receive() == "READY=1\nSTATUS=listening on 4317")
        manager.noteReloading()
        #expect(socket.receive().hasPrefix("RELOADING=1\nMONOTONIC_USEC="))
        manager.noteAlive()
        #expect(socket.receive() == "WATCHDOG=1")
        manager.noteStopping()
        #expect(socket.receive() == "STOPPING=1")
    }

    @Test(
        "where nobody listens, nothing happens",
        arguments: ["", "relative", "/nowhere/notify", "/" + String(repeating: "x", count: 200)])
    func nobodyListens(path: String) {
        ServiceManager(environment: ["NOTIFY_SOCKET": path]).noteReady("ready")
        ServiceManager(environment: [:]).noteStopping()
    }

    @Test("the watchdog's interval counts when it is for this process")
    func watchdog() {
        func micros(_ environment: [String: String]) -> Int64? {
            ServiceManager(environment: environment, processID: 42).watchdogMicros
        }
        #expect(micros(["WATCHDOG_USEC": "30000000"]) == 30_000_000)
        #expect(micros(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "42"]) == 30_000_000)
        #expect(micros(["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "43"]) == nil)
        for bad in ["", "0", "-1", "x"] { #expect(micros(["WATCHDOG_USEC": bad]) == nil) }
        #expect(micros([:]) == nil)
    }

    @Test("a collector says that it is ready and goes on to say that it lives")
    func collectorReports() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("notify")
        let socket = try NotifySocket(path: path)
        let manager = ServiceManager(
            environment: ["NOTIFY_SOCKET": path, "WATCHDOG_USEC": "30000"])
        try await TestCollector.with { collector async throws in
            collector.server.report(to: manager)
            let messages = await onOwnThread { [socket.receive(), socket.receive(), socket.receive()] }
            #expect(messages[0].hasPrefix("READY=1\nSTATUS=taking OTLP over gRPC on 127.0.0.1:"))
            #expect(messages.dropFirst() == ["WATCHDOG=1", "WATCHDOG=1"])
        }
    }
}

/// The other end: what systemd listens on.
private final class NotifySocket: Sendable {
    private let descriptor: Int32

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        if name.first == UInt8(ascii: "@") { name[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let ending = name.first == 0 ? 0 : 1
        let length = socklen_t(
            MemoryLayout<sockaddr_un>.size - MemoryLayout.size(ofValue: address.sun_path) + name.count
                + ending)
        let isBound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) == 0 }
        }
        guard isBound else { throw TestSupportError("cannot listen at \(path): errno \(errno)") }
    }

    deinit { close(descriptor) }

    /// Waits for the next message.
    func receive() -> String {
        var bytes = [UInt8](repeating: 0, count: 1_024)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
