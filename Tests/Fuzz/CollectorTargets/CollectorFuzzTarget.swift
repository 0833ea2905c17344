import Collector
import NIOCore

/// What of the collector is fed with bytes of strangers before a body is decoded.
package enum CollectorFuzzTarget: String, CaseIterable, Sendable {
    /// A compressed body. The first byte says how.
    case inflate
    /// The head of a request: a line with its method, one with its target, and one a header.
    case heads

    /// - Returns: what is not as it should be
    package func run(_ bytes: [UInt8]) -> [String] {
        switch self {
        case .inflate: InflateCheck.problems(bytes)
        case .heads: HeadCheck.problems(bytes)
        }
    }

    /// Sound inputs to begin with.
    package var seeds: [[UInt8]] {
        switch self {
        case .inflate: InflateCheck.seeds
        case .heads: HeadCheck.seeds
        }
    }
}
