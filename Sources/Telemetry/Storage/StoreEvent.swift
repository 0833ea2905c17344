/// Something that the store did and that belongs into the log of whoever runs it.
package struct StoreEvent: Sendable {
    package enum Level: Sendable {
        case debug, info, warning, error
    }

    package var level: Level
    /// Dotted name of the event: `store.sealed`.
    package var name: String
    package var fields: [(key: String, value: String)]

    init(_ level: Level, _ name: String, _ fields: KeyValuePairs<String, String> = [:]) {
        self.level = level
        self.name = name
        self.fields = fields.map { ($0.key, $0.value) }
    }
}
