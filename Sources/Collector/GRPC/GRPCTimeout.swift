package import NIOCore

/// The header `grpc-timeout`: at most eight digits and a unit.
package enum GRPCTimeout {
    /// Nil when the text is not a time-out.
    package static func parsed(_ text: String) -> TimeAmount? {
        let digits = text.utf8.dropLast()
        guard let unit = text.utf8.last, (1...8).contains(digits.count),
            digits.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int64(text.dropLast())
        else { return nil }
        // Eight digits of hours or minutes do not fit into nanoseconds: capped, they are endless all the same.
        let capped = min(count, 100_000)
        switch unit {
        case UInt8(ascii: "H"): return .hours(capped)
        case UInt8(ascii: "M"): return .minutes(capped)
        case UInt8(ascii: "S"): return .seconds(count)
        case UInt8(ascii: "m"): return .milliseconds(count)
        case UInt8(ascii: "u"): return .microseconds(count)
        case UInt8(ascii: "n"): return .nanoseconds(count)
        default: return nil
        }
    }
}
