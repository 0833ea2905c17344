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

    typealias Entry = (file: File, misses: Misses)

    private static let batch = 64

    private var index = ProbeTable()
    private var files: [Entry] = []

    /// Adds many: where each lies is looked up for a batch of them at once, as each look waits for memory.
    mutating func add(_ entries: [Entry]) {
        var found = [(hash: UInt64, place: Int?)](repeating: (0, nil), count: Self.batch)
        var first = 0
        while first < entries.count {
            let end = min(first + Self.batch, entries.count)
            for place in first..<end {
                let hash = entries[place].file.hash
                found[place - first] = (hash, index.candidate(hash))
            }
            for place in first..<end {
                let (hash, known) = found[place - first]
                if let known, files[known].file == entries[place].file {
                    files[known].misses.add(entries[place].misses)
                } else {
                    add(entries[place].file, entries[place].misses, hash)
                }
            }
            first = end
        }
    }

    private mutating func add(_ file: File, _ misses: Misses, _ hash: UInt64) {
        if let known = index.find(hash, { files[$0].file == file }) {
            files[known].misses.add(misses)
            return
        }
        index.insert(hash, index: files.count)
        files.append((file, misses))
    }

    mutating func merge(_ other: FileMisses) {
        add(other.files)
    }

    func forEach(_ body: (File, Misses) -> Void) {
        for (file, misses) in files { body(file, misses) }
    }
}
