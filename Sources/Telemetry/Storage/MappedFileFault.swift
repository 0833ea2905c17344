import Dispatch
import Glibc
import Synchronization

/// What becomes of the process when another program cuts a file that SQLite has in memory.
///
/// That is the index of the write-ahead log, `-shm`, which all who have the database open share; the database itself is
/// never mapped (see `Connection`), so that what is missing there is an error like any other. Who touches memory whose
/// file has ended before it gets SIGBUS, in the middle of SQLite's code, and cannot go on. The process would end
/// without a word; this says the word.
package enum MappedFileFault {
    /// Where the handler writes the address to.
    private static let channel = Atomic<Int32>(-1)
    /// Whether the memory turned out to be none of SQLite's.
    private static let isForeign = Atomic(false)

    /// From now on such a fault ends the process by `report` and with `status`. For the start of a program.
    /// - Parameter report: gets the path of the file that was cut. It runs on a thread of its own, since the handler of a
    ///   signal may do next to nothing
    package static func watch(status: Int32, report: @escaping @Sendable (_ path: String) -> Void) {
        var ends: [Int32] = [-1, -1]
        guard unsafe pipe(&ends) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let (reading, writing) = (ends[0], ends[1])
        let source = DispatchSource.makeReadSource(
            fileDescriptor: reading, queue: DispatchQueue(label: "traceq.mapped_file_fault"))
        // It lives as long as the process: its handler holds it.
        source.setEventHandler {
            withExtendedLifetime(source) {
                var address: UInt = 0
                guard unsafe read(reading, &address, MemoryLayout<UInt>.size) > 0 else { return }
                guard let path = MemoryMap.path(at: address), path.hasSuffix("-shm") else {
                    return letGo()
                }
                report(path)
                _exit(status)
            }
        }
        source.activate()
        channel.store(writing, ordering: .relaxed)
        isForeign.store(false, ordering: .relaxed)
        install()
    }

    private static func install() {
        var action = sigaction()
        action.sa_flags = SA_SIGINFO
        // Nothing in here but what may be called at any moment.
        unsafe action.__sigaction_handler.sa_sigaction = { number, info, _ in
            guard let info = unsafe info, unsafe Int(info.pointee.si_code) == Int(BUS_ADRERR) else {
                // Somebody sent it.
                signal(number, SIG_DFL)
                raise(number)
                return
            }
            var address = unsafe UInt(bitPattern: info.pointee._sifields._sigfault.si_addr)
            let channel = MappedFileFault.channel.load(ordering: .relaxed)
            _ = unsafe write(channel, &address, MemoryLayout<UInt>.size)
            while !MappedFileFault.isForeign.load(ordering: .acquiring) { poll(nil, 0, 10) }
        }
        unsafe sigaction(SIGBUS, &action, nil)
    }

    /// Lets the thread that met the fault go on, to meet it again and end the process as it would have.
    private static func letGo() {
        signal(SIGBUS, SIG_DFL)
        isForeign.store(true, ordering: .releasing)
    }
}
