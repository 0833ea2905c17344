import ArgumentParser

/// A name with a duration: `edge-fra-01=-1s500ms`.
struct NodeDuration: ExpressibleByArgument, Hashable, Sendable {
    let name: String
    /// Not 0.
    let nanoseconds: Int64

    init?(argument: String) {
        guard let sign = argument.lastIndex(of: "="), sign > argument.startIndex else { return nil }
        var text = argument[argument.index(after: sign)...]
        let isNegative = text.hasPrefix("-")
        if isNegative || text.hasPrefix("+") { text = text.dropFirst() }
        guard let duration = DurationArgument(argument: String(text)) else { return nil }
        name = String(argument[..<sign])
        nanoseconds = Int64(duration.nanoseconds) * (isNegative ? -1 : 1)
    }
}
