/// Some of the signals, in a byte.
package struct SignalSet: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package init(_ signal: Signal) { self.init(rawValue: 1 << UInt8(signal.rawValue)) }

    package static let traces = SignalSet(.traces)
    package static let metrics = SignalSet(.metrics)
    package static let logs = SignalSet(.logs)

    /// In their order.
    package var signals: [Signal] { Signal.allCases.filter { contains(SignalSet($0)) } }
}
