import Foundation
package import Glibc
import Synchronization

/// A program that runs beside the tests, its output captured.
///
/// Foundation's `Process` leaves the pipes of one child open in the next, which then never end;
/// here every descriptor closes on exec.
package final class ChildProcess: Sendable {
    package let processID: pid_t
    package let standardOutput = OutputLog()
    package let standardError = OutputLog()
    private let ending: Task<ExitStatus, Never>
    private let hasEnded: EndFlag

    /// Starts the program at an absolute path. Its standard input is empty.
    ///
    /// - Parameter environment: Everything that the child sees; nil hands on what this process has.
    package init(
        _ executable: String, _ arguments: [String], environment: [String: String]? = nil
    ) throws {
        let (process, output, error) = try oneStartAtATime.withLock {
            let output = try Pipe()
            let error = try Pipe()
            let process = try spawn(
                executable, arguments, environment: environment ?? ProcessInfo.processInfo.environment,
                output: output.write, error: error.write)
            close(output.write)
            close(error.write)
            return (process, output, error)
        }
        processID = process
        let flag = EndFlag()
        hasEnded = flag
        ending = Task {
            await onOwnThread {
                var status: Int32 = 0
                while waitpid(process, &status, 0) == -1, errno == EINTR {}
                flag.isSet.store(true, ordering: .releasing)
                return ExitStatus(waitStatus: status)
            }
        }
        drain(output.read, into: standardOutput)
        drain(error.read, into: standardError)
    }

    /// Waits for the end of the program.
    package func exitStatus() async -> ExitStatus {
        await ending.value
    }

    /// Sends a signal, unless the program has ended.
    package func send(_ signal: Int32) {
        guard !hasEnded.isSet.load(ordering: .acquiring) else { return }
        kill(processID, signal)
    }

    /// Waits for the end and hands back what the program said, or kills it when the time is over.
    package func finish(within limit: Duration) async throws -> FinishedProgram {
        let timer = Task {
            try await Task.sleep(for: limit)
            send(SIGKILL)
            return true
        }
        let status = await exitStatus()
        timer.cancel()
        if (try? await timer.value) == true, status == .signalled(SIGKILL) {
            throw TestSupportError(
                "the program was killed after \(limit): \(await standardError.textSoFar())")
        }
        return FinishedProgram(
            status: status, standardOutput: await standardOutput.wholeText(),
            standardError: await standardError.wholeText())
    }
}

/// A descriptor closes on exec only from the moment that `fcntl` says so: until then no other child may
/// start.
private let oneStartAtATime = NSLock()

/// Says that a process id is no longer ours.
private final class EndFlag: Sendable {
    let isSet = Atomic(false)
}

/// The two ends of a pipe, both closed on exec.
private struct Pipe {
    var read: Int32
    var write: Int32

    init() throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else {
            throw TestSupportError("cannot make a pipe: \(String(cString: strerror(errno)))")
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        read = ends[0]
        write = ends[1]
    }
}

private func spawn(
    _ executable: String, _ arguments: [String], environment: [String: String], output: Int32, error: Int32
) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, error, 2)

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var allSignals = sigset_t()
    sigfillset(&allSignals)
    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    posix_spawnattr_setsigdefault(&attributes, &allSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))

    let words = ([executable] + arguments).map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for text in words + variables { free(text) } }
    var process: pid_t = 0
    let failure = posix_spawn(&process, executable, &actions, &attributes, words, variables)
    guard failure == 0 else {
        throw TestSupportError("cannot start \(executable): \(String(cString: strerror(failure)))")
    }
    return process
}

/// Reads a descriptor to its end on a thread of its own, then closes it.
private func drain(_ descriptor: Int32, into log: OutputLog) {
    let (stream, continuation) = AsyncStream<[UInt8]>.makeStream(bufferingPolicy: .unbounded)
    Thread.detachNewThread {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count > 0 {
                continuation.yield(Array(buffer[..<count]))
            } else if count == 0 || errno != EINTR {
                break
            }
        }
        close(descriptor)
        continuation.finish()
    }
    Task {
        for await bytes in stream { await log.append(bytes) }
        await log.end()
    }
}
