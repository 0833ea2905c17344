/// Refusals that one line of the log stands for: of whom, how many kinds of them, and the last one as an example.
///
/// However many come, and from whomever, it takes a bounded amount of memory.
struct RefusalSummary: Sendable {
    /// Past so many sources and kinds they are not counted on.
    static let sourcesMax = 1_024
    static let messagesMax = 16

    /// The message of the last one, and the address that it came from.
    private(set) var message: String
    private(set) var sender: String
    /// Hashes are enough to tell sources apart, and smaller than names.
    private var sources: Set<Int>
    /// Of the messages without what differs from one time to the next.
    private var messages: Set<Int>

    init(message: String, sender: String, source: String) {
        self.message = message
        self.sender = sender
        sources = [source.hashValue]
        messages = [MessageKind(message).hashValue]
    }

    /// Takes up what came after it.
    mutating func add(_ next: RefusalSummary) {
        message = next.message
        sender = next.sender
        for source in next.sources where sources.count <= Self.sourcesMax { sources.insert(source) }
        for message in next.messages where messages.count <= Self.messagesMax { messages.insert(message) }
    }

    /// How many sources were refused, and how many kinds of messages they got: "3", or "1024+" for more than are
    /// counted.
    var sourceCount: String { Self.text(sources.count, Self.sourcesMax) }
    var messageCount: String { Self.text(messages.count, Self.messagesMax) }

    private static func text(_ count: Int, _ most: Int) -> String {
        count > most ? "\(most)+" : "\(count)"
    }
}
