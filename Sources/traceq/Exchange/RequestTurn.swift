/// The place of one request among those of its file.
struct RequestTurn: Sendable {
    let order: RequestOrder
    /// From 0.
    let index: Int
    /// Whether the import goes on after a request that cannot be read.
    let skipsBad: Bool

    /// Waits for those before it.
    /// - Parameter ahead: so many of the last ones before it may still be under way
    /// - Returns: false when one of them ended the import: then nothing of this request may be stored
    func comes(ahead: Int = 0) async -> Bool { await order.comes(index, ahead: ahead) }

    /// Says that it can be read: what follows need not wait for more.
    func isRead() { order.noteRead(index) }

    /// Lets those after it follow.
    func pass() { order.note(index, goesOn: true) }

    /// Lets nothing follow.
    func end() { order.note(index, goesOn: false) }

    /// Says that the request cannot be read, which only counts when the import came as far.
    func refuse(_ error: ImportError) async -> ImportRun.Delivery {
        order.note(index, goesOn: skipsBad)
        return await comes() ? .bad(error) : .dropped
    }
}
