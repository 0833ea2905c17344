import Glibc
import Telemetry

/// Runs a command to its end. It has our standard input and output; what it writes to standard error comes by us.
struct ChildRun {
    struct StartError: Error {
        var message: String
    }

    /// How it ended.
    enum Ending: Hashable {
        case exited(Int32)
        case signalled(Int32)

        /// As shells have it.
        var exitCode: Int32 {
            switch self {
            case .exited(let code): code
            case .signalled(let number): 128 + number
            }
        }
    }

    private let words: [String]

    init(_ words: [String]) { self.words = words }

    /// Signals that go to the whole foreground group, or are meant for the command.
    private static let signals = [SIGINT, SIGQUIT, SIGTERM, SIGHUP]

    /// - Parameter receive: what came on standard error, as it comes
    func run(_ receive: ([UInt8]) -> Void) throws(StartError) -> Ending {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw StartError(message: Self.reason("cannot make a pipe")) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let (read, write) = (ends[0], ends[1])
        defer { close(read) }
        // The command decides what these do to it; we stay to keep what it did.
        let before = Self.signals.map { signal($0, SIG_IGN) }
        defer { for (number, handler) in zip(Self.signals, before) { signal(number, handler) } }
        let child: pid_t
        do throws(StartError) {
            child = try spawn(standardError: write)
        } catch {
            close(write)
            throw error
        }
        close(write)
        return follow(child, read, receive)
    }

    private func spawn(standardError: Int32) throws(StartError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, standardError, STDERR_FILENO)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // We ignore some signals ourselves, which a child would inherit.
        var usual = sigset_t()
        sigemptyset(&usual)
        for number in Self.signals + [SIGPIPE] { sigaddset(&usual, number) }
        posix_spawnattr_setsigdefault(&attributes, &usual)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF))
        let arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var child: pid_t = 0
        let code = posix_spawnp(&child, words[0], &actions, &attributes, arguments, environ)
        guard code == 0 else {
            throw StartError(
                message: "cannot run \(DisplayText.escaped(words[0])): \(String(cString: strerror(code)))")
        }
        return child
    }

    /// Reads until the command has ended and nobody writes any more, or says nothing for a moment after its end: what it
    /// left running in the background may keep the pipe open for ever.
    private func follow(_ child: pid_t, _ descriptor: Int32, _ receive: ([UInt8]) -> Void) -> Ending {
        var status: Int32?
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&request, 1, 200)
            if ready > 0 {
                let count = Glibc.read(descriptor, &buffer, buffer.count)
                if count > 0 {
                    receive(Array(buffer[..<count]))
                    continue
                }
                if count == 0 { break }
            } else if status != nil {
                break
            }
            if status == nil { status = Self.wait(child, WNOHANG) }
        }
        let code = status ?? Self.wait(child, 0) ?? 0
        let number = code & 0x7f
        return number == 0 ? .exited((code >> 8) & 0xff) : .signalled(number)
    }

    /// Nil while it runs.
    private static func wait(_ child: pid_t, _ options: Int32) -> Int32? {
        var status: Int32 = 0
        while true {
            let found = waitpid(child, &status, options)
            if found == child { return status }
            guard found < 0, errno == EINTR else { return nil }
        }
    }

    private static func reason(_ what: String) -> String { "\(what): \(String(cString: strerror(errno)))" }
}
