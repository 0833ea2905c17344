/// What happens to connections from outside of them. Goes through their pipelines as an event.
enum ConnectionEvent: Sendable {
    /// The collector ends: what has been asked is answered, and nothing more is asked for.
    case drain
    /// The time for that is over.
    case end
}
