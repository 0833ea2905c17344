import Glibc
import NIOCore

extension CollectorError {
    /// Why an address cannot be listened on.
    init(binding address: ListenAddress, option: String, _ error: any Error) {
        let code = (error as? IOError)?.errnoCode
        switch code {
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
