import Glibc
import NIOCore

extension CollectorError {
    /// Two options name one port.
    init(samePort port: Int, _ one: Listener, _ other: Listener) {
        self.init(
            .usage, "\(one.option) and \(other.option) both name port \(port): give each a port of its own")
    }

    /// Why an address cannot be listened on.
    init(binding address: ListenAddress, option: String, _ error: any Error) {
        if error is SocketAddressError.UnknownHost {
            self.init(
                .usage,
                "the host \"\(LogLine.escaped(address.host))\" of \(option) is not known here: give an "
                    + "address of this machine, 127.0.0.1, or 0.0.0.0 for all")
            return
        }
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE:
            self.init(
                .usage,
                "port \(address.port) on \(address.host) is in use: stop the program that listens there, "
                    + "or choose another port with \(option)")
        case EACCES:
            self.init(
                .usage,
                "there is no permission to listen on port \(address.port): choose one above 1023 with \(option)"
            )
        case EADDRNOTAVAIL:
            self.init(
                .usage,
                "this machine does not have the address \(address.host): choose another with \(option)")
        default:
            self.init(.usage, "cannot listen on \(address) (\(option)): \(LogLine.escaped("\(error)"))")
        }
    }
}

extension IOError {
    var isAddressInUse: Bool { errnoCode == EADDRINUSE }
}
