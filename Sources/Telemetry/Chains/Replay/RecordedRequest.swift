/// A file of a module that clients asked for, and what is known of who has it.
package struct RecordedRequest: Hashable, Sendable {
    package var module: String
    /// Nil for `list` and `latest`.
    package var version: String?
    package var kind: ModuleKind
    /// When clients wanted it, whoever they asked: one time for each of them and each time, however many places it took.
    package var wishes: [UnixNanos]
    /// What was said by whom, in any order; also to others than clients, as by one proxy to another.
    package var answers: [RecordedAnswer]

    package init(
        module: String, version: String?, kind: ModuleKind, wishes: [UnixNanos], answers: [RecordedAnswer]
    ) {
        self.module = module
        self.version = version
        self.kind = kind
        self.wishes = wishes
        self.answers = answers
    }

    /// `golang.org/x/text@v0.3.0 zip`.
    package var name: String { "\(module)\(version.map { "@" + $0 } ?? "") \(kind.name)" }
}

extension RecordedRequest {
    /// The go command goes on to the next place at once; what comes later than this is another wish.
    private static let pauseNanosMax: Int64 = 1_000_000_000

    /// When clients wanted a file, by the requests that they sent for it: a client that asks another place right after one
    /// that did not serve it still has the same wish.
    ///
    /// - Parameter asked: who asked and what came of it, in any order
    package static func wishes<Client: Hashable>(
        of asked: [(client: Client, answer: RecordedAnswer)]
    ) -> [UnixNanos] {
        // Where each was served, each was a wish.
        if asked.allSatisfy({ $0.answer.answer == .found }) {
            let times = asked.map(\.answer.time)
            return times.isAscending ? times : times.sorted()
        }
        var wishes: [UnixNanos] = []
        for requests in Dictionary(grouping: asked, by: \.client).values {
            var last: RecordedAnswer?
            for request in requests.map(\.answer).sorted(by: { $0.time < $1.time }) {
                defer { last = request }
                if let last, last.answer != .found, last.place != request.place {
                    let end = last.time.rawValue.addingReportingOverflow(last.nanos)
                    let pause = request.time.rawValue.subtractingReportingOverflow(end.partialValue)
                    if !end.overflow, !pause.overflow, pause.partialValue <= pauseNanosMax { continue }
                }
                wishes.append(request.time)
            }
        }
        return wishes.sorted()
    }
}

extension [UnixNanos] {
    /// Whether none comes before the one that it stands behind.
    fileprivate var isAscending: Bool {
        for place in indices.dropFirst() where self[place] < self[place - 1] { return false }
        return true
    }
}
