/// What another GOPROXY would have changed, wish by wish.
package struct ReplayComparison: Sendable {
    /// Who served a wish, before and after; nil where nobody did.
    package struct Move: Hashable, Sendable {
        package var from: String?
        package var to: String?
    }

    /// What changed for the requests of one module.
    package struct ModuleChange: Hashable, Sendable {
        package var module: String
        /// Wishes whose ends are both known.
        package var wishes = 0
        /// Served after and not before, and the other way round.
        package var gained = 0
        package var lost = 0
        /// How much longer all that both served would have taken; negative: shorter. Nanoseconds.
        package var nanos: Int64 = 0

        fileprivate func merged(_ other: ModuleChange) -> ModuleChange {
            ModuleChange(
                module: module, wishes: wishes + other.wishes, gained: gained + other.gained,
                lost: lost + other.lost, nanos: nanos.addingToLimit(other.nanos))
        }
    }

    package private(set) var before: ReplayResult
    package private(set) var after: ReplayResult
    /// Served by both chains.
    package private(set) var servedByBoth = 0
    /// Served after and not before.
    package private(set) var gained = 0
    /// Served before and not after.
    package private(set) var lost = 0
    package private(set) var servedByNone = 0
    /// Wishes of which nobody knows what became of them along one of the chains, or both.
    package private(set) var unknown = 0
    /// What both served took along each chain: nanoseconds.
    package private(set) var nanosBefore: Int64 = 0
    package private(set) var nanosAfter: Int64 = 0
    package private(set) var moves: [Move: Int] = [:]

    private var modules: [String: ModuleChange] = [:]

    package init(
        _ requests: some Sequence<RecordedRequest>, before: ChainReplay, after: ChainReplay
    ) {
        self.before = ReplayResult(before.chain)
        self.after = ReplayResult(after.chain)
        var walkers = (before: ChainWalker(before), after: ChainWalker(after))
        for request in requests { add(request, &walkers.before, &walkers.after) }
    }

    /// Walks all wishes for a file along both chains, and takes in what became of them.
    mutating func add(
        _ request: RecordedRequest, _ before: inout ChainWalker, _ after: inout ChainWalker
    ) {
        before.take(request)
        after.take(request)
        var change = ModuleChange(module: request.module)
        for time in request.wishes {
            before.walk(time)
            after.walk(time)
            self.before.add(before, of: request)
            self.after.add(after, of: request)
            compare(before, after, &change)
        }
        guard change.wishes > 0 else { return }
        modules[request.module] = modules[request.module]?.merged(change) ?? change
    }

    private mutating func compare(
        _ before: ChainWalker, _ after: ChainWalker, _ change: inout ModuleChange
    ) {
        let (old, new) = (before.steps, after.steps)
        guard old.isKnown, new.isKnown else {
            unknown += 1
            return
        }
        change.wishes += 1
        let (oldName, newName) = (before.servedBy, after.servedBy)
        switch (oldName != nil, newName != nil) {
        case (true, true):
            servedByBoth += 1
            let (oldNanos, newNanos) = (old.totalNanos, new.totalNanos)
            nanosBefore = nanosBefore.addingToLimit(oldNanos)
            nanosAfter = nanosAfter.addingToLimit(newNanos)
            change.nanos = change.nanos.addingToLimit(newNanos - oldNanos)
        case (false, true):
            gained += 1
            change.gained += 1
        case (true, false):
            lost += 1
            change.lost += 1
        case (false, false): servedByNone += 1
        }
        if oldName != newName { moves[Move(from: oldName, to: newName), default: 0] += 1 }
    }

    /// Takes in what the same two chains would have changed for other requests.
    mutating func merge(_ other: ReplayComparison) {
        before.merge(other.before)
        after.merge(other.after)
        servedByBoth += other.servedByBoth
        gained += other.gained
        lost += other.lost
        servedByNone += other.servedByNone
        unknown += other.unknown
        nanosBefore = nanosBefore.addingToLimit(other.nanosBefore)
        nanosAfter = nanosAfter.addingToLimit(other.nanosAfter)
        moves.merge(other.moves, uniquingKeysWith: +)
        modules.merge(other.modules) { $0.merged($1) }
    }

    /// Wishes whose ends are known along both chains.
    package var comparable: Int { servedByBoth + gained + lost + servedByNone }

    /// How much of the time that both needed for what both served would be gone: 0.25 for a quarter less, negative for
    /// more. Nil where there is nothing to compare.
    package var saving: Double? {
        guard servedByBoth > 0, nanosBefore > 0 else { return nil }
        return 1 - Double(nanosAfter) / Double(nanosBefore)
    }

    /// The modules for which most changes, the worst first: what they lose, what they gain, and the time.
    package var modulesByChange: [ModuleChange] {
        modules.values.filter { $0.lost > 0 || $0.gained > 0 || $0.nanos != 0 }.sorted { left, right in
            if left.lost != right.lost { return left.lost > right.lost }
            if left.gained != right.gained { return left.gained > right.gained }
            if left.nanos.magnitude != right.nanos.magnitude {
                return left.nanos.magnitude > right.nanos.magnitude
            }
            return left.module < right.module
        }
    }
}
