import Glibc
import Synchronization

/// A file that must not stay behind when the program is told to stop before it is whole. One at a time.
enum UnfinishedFile {
    /// Where the name is in memory; 0 for none.
    private static let address = Atomic<UInt>(0)
    private static let signals = [SIGINT, SIGTERM, SIGHUP]

    /// From now on a signal that ends the program takes the file away first.
    static func begin(_ name: String) {
        // Never freed: a signal may be about to read it.
        address.store(UInt(bitPattern: strdup(name)), ordering: .relaxed)
        for number in signals where isDefault(number) {
            signal(number) { number in
                // Nothing here but what may be called at any moment.
                UnfinishedFile.remove()
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }

    /// Takes the file away, if there is one; at any moment.
    static func remove() {
        let address = address.load(ordering: .relaxed)
        if let name = UnsafePointer<CChar>(bitPattern: address) { unlink(name) }
    }

    /// The file is whole, or gone.
    static func end() { address.store(0, ordering: .relaxed) }

    /// What is ignored, as after `nohup`, stays so.
    private static func isDefault(_ number: Int32) -> Bool {
        var action = sigaction()
        sigaction(number, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 0
    }
}
