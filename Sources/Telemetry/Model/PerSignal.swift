/// One value for each signal.
package struct PerSignal<Value> {
    private var traces: Value
    private var metrics: Value
    private var logs: Value

    package init(_ value: (Signal) -> Value) {
        traces = value(.traces)
        metrics = value(.metrics)
        logs = value(.logs)
    }

    /// The same value for each of them.
    package init(repeating value: Value) { self.init { _ in value } }

    package subscript(signal: Signal) -> Value {
        get {
            switch signal {
            case .traces: traces
            case .metrics: metrics
            case .logs: logs
            }
        }
        set {
            switch signal {
            case .traces: traces = newValue
            case .metrics: metrics = newValue
            case .logs: logs = newValue
            }
        }
    }

    package func map<Other>(_ transform: (Value) -> Other) -> PerSignal<Other> {
        PerSignal<Other> { transform(self[$0]) }
    }
}

extension PerSignal: Sendable where Value: Sendable {}
extension PerSignal: Equatable where Value: Equatable {}
extension PerSignal: Hashable where Value: Hashable {}

extension PerSignal where Value: AdditiveArithmetic {
    package init() { self.init(repeating: .zero) }

    package var total: Value { traces + metrics + logs }
}
