/// One way in which a sender goes wrong: what was found, and which of the ways to do that. A sender with two wrong
/// paths, or with a wrong token here and none there, makes two mistakes, and each is told.
package struct SenderMistake: Hashable, Sendable {
    package var finding: SenderFinding
    let kind: MessageKind

    /// - Parameter detail: see `SenderFinding`; may come from the sender
    package init(_ finding: SenderFinding, detail: String) {
        self.finding = finding
        kind = MessageKind(detail)
    }
}
