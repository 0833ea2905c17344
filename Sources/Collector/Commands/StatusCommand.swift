import ArgumentParser

/// `traceq-collector status`: how a running collector is.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Tell how a running collector is: what came, what was refused, what there is.",
        usage: "traceq-collector status [<options>]",
        discussion: """
            EXAMPLES:
              traceq-collector status
              traceq-collector status --format json | jq .store.queue_bytes

            Ends with 0 when the collector can take and store requests, with 2 when it \
            cannot, and with 1 when it cannot be reached.
            """)

    @OptionGroup var options: AdminOptions

    func run() async throws { try await options.show("/status") }
}
