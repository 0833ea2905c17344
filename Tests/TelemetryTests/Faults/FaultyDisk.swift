import CFaultVFS
import TestSupport
import Testing

/// The files of one database on a disk that fails on order.
final class FaultyDisk: Sendable {
    /// What fails, how, and with which code of SQLite.
    struct Fault: Sendable, CustomTestStringConvertible {
        enum Manner: Int32, Sendable {
            case once = 0
            case fromThenOn = 1
            case halfAWrite = 2
            case death = 3
        }

        struct Operations: OptionSet, Sendable {
            var rawValue: Int32
            static let write = Operations(rawValue: 1)
            static let sync = Operations(rawValue: 2)
            static let truncate = Operations(rawValue: 4)
            static let sharedMemory = Operations(rawValue: 8)
            static let open = Operations(rawValue: 16)
            static let read = Operations(rawValue: 32)
        }

        var operations: Operations
        var manner: Manner
        var code: Int32
        var testDescription: String

        init(_ words: String, _ operations: Operations, _ manner: Manner, code: Int32) {
            testDescription = words
            self.operations = operations
            self.manner = manner
            self.code = code
        }

        // Extended result codes, as sqlite3.h numbers them.
        static let full: Int32 = 13
        static let readError: Int32 = 10 | 1 << 8
        static let writeError: Int32 = 10 | 3 << 8
        static let syncError: Int32 = 10 | 4 << 8
        static let truncateError: Int32 = 10 | 6 << 8
    }

    let path: String

    /// The database must not be open yet.
    init(_ path: String) {
        self.path = path
        #expect(traceq_fault_install() == 0)
        traceq_fault_watch(path)
    }

    deinit { traceq_fault_forget(path) }

    func arm(_ fault: Fault, nth: Int) {
        traceq_fault_arm(path, fault.operations.rawValue, nth, fault.manner.rawValue, fault.code)
    }

    /// Ends the failures.
    /// - Returns: whether one happened
    @discardableResult
    func lift() -> Bool { traceq_fault_lift(path) != 0 }

    /// How many of the armed operations there were.
    var count: Int { traceq_fault_count(path) }

    /// Nothing works from now on, as if the process had ended.
    func die() { arm(Fault("death", [.write, .sync], .death, code: Fault.writeError), nth: 1) }

    /// The database must be closed.
    func cutPower(seed: UInt32) { #expect(traceq_fault_cut_power(path, seed) == 0) }
}
