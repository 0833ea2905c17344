import ArgumentParser

/// `traceq-collector doctor`: what senders do wrong, or could do better.
struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "List who sends to a running collector, and what each should change.",
        usage: "traceq-collector doctor [<options>]",
        discussion: """
            EXAMPLES:
              traceq-collector doctor
              traceq-collector doctor --format json | jq '.senders[].findings[].lines'

            Ends with 0 when no sender has a problem, with 2 when one has, and with 1 \
            when the collector cannot be reached.
            """)

    @OptionGroup var options: AdminOptions

    func run() async throws { try await options.show("/doctor") }
}
