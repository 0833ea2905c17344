import ArgumentParser

/// A time on the command line: `2026-11-01T00:00:00Z`.
struct TimeArgument: ExpressibleByArgument, Hashable, Sendable {
    let nanoseconds: UInt64

    init?(argument: String) {
        guard let nanoseconds = RFC3339.nanoseconds(argument) else { return nil }
        self.nanoseconds = nanoseconds
    }
}
