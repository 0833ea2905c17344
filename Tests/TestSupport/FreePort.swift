import Glibc
import Synchronization

/// A port of this machine that nothing listens on, for programs that cannot choose one themselves, or that
/// are started again on the one they had.
///
/// It lies below those that the kernel gives to connections and to whoever asks for any port (from 32,768
/// by default): while a program is away, none of the tests beside it gets its port by chance. No port is
/// given twice by one process.
package func freePort() throws -> Int {
    for _ in 0..<chosenPorts.count {
        let turn = nextPort.wrappingAdd(1, ordering: .relaxed).oldValue
        let port = chosenPorts.lowerBound + turn % chosenPorts.count
        if canListen(on: port) { return port }
    }
    throw TestSupportError("no free port from \(chosenPorts.lowerBound) to \(chosenPorts.upperBound - 1)")
}

private let chosenPorts = 20_000..<32_000

/// Each process begins elsewhere, so that test programs that run at once seldom meet.
private let nextPort = Atomic(Int(getpid()) &* 7_919 % chosenPorts.count)

private func canListen(on port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
        }
    }
}
