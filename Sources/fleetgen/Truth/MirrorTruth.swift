/// A mirror, and what runs of the go command against it took.
package struct MirrorTruth: Codable, Hashable, Sendable {
    package var type = "mirror"
    package var host = ""
    package var sessions = 0
    /// Mean time from the first request of a session to its last answer.
    package var meanSessionNs = 0.0

    package init() {}
}
