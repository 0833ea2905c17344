/// Which files nodes did not have, and how long they were waited for: one entry for each file at each node, of which there may
/// be as many as misses.
struct FileMisses: Sendable {
    /// A file at a node.
    struct File: Equatable, Sendable {
        var node: UInt32
        /// Where versions are asked for.
        var version: UInt8
        var module: UInt32
        var kind: UInt8

        fileprivate var hash: UInt64 {
            TableHash.words(
                UInt64(node) << 32 | UInt64(module), UInt64(version) << 8 | UInt64(kind))
        }
    }

    /// The misses of a node for one file that it then had.
    struct Misses: Sendable {
        var count = 0
        var nanos: UInt64 = 0
        var firstStart = UInt64.max
        var firstNanos: UInt64 = 0

        fileprivate mutating func add(_ other: Misses) {
            count += other.count
            nanos &+= other.nanos
            if other.firstStart < firstStart {
                (firstStart, firstNanos) = (other.firstStart, other.firstNanos)
            }
        }
    }

    private var index = ProbeTable()
    private var files: [(file: File, misses: Misses)] = []

    mutating func add(_ file: File, _ misses: Misses) {
        let hash = file.hash
        if let known = index.find(hash, { files[$0].file == file }) {
            files[known].misses.add(misses)
            return
        }
        index.insert(hash, index: files.count)
        files.append((file, misses))
    }

    mutating func merge(_ other: FileMisses) {
        for (file, misses) in other.files { add(file, misses) }
    }

    func forEach(_ body: (File, Misses) -> Void) {
        for (file, misses) in files { body(file, misses) }
    }
}
