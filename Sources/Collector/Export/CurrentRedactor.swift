import NIOConcurrencyHelpers
package import Telemetry

/// The rules for taking secrets out of telemetry, which a reload of the configuration may change.
package final class CurrentRedactor: Sendable {
    private let redactor: NIOLockedValueBox<Redactor>

    package init(_ redaction: Redaction) { redactor = NIOLockedValueBox(Redactor(redaction)) }

    package var current: Redactor { redactor.withLockedValue { $0 } }

    package func replace(_ redaction: Redaction) { redactor.withLockedValue { $0 = Redactor(redaction) } }
}
