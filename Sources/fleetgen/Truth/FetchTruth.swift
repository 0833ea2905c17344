/// What one client asked for of one version within a session: its `.info`, `.mod` and `.zip` and its checksum.
package struct FetchTruth: Codable, Hashable, Sendable {
    package var type = "fetch"
    /// The session's number.
    package var session = 0
    package var module = ""
    package var version = ""
    /// From the first request to the last answer, in true time.
    package var startNs: UInt64 = 0
    package var durationNs: UInt64 = 0
    package var requests = 0
    package var bodyBytes: Int64 = 0
    /// Whether a request of it caused the proxy to fetch the version, or waited for that.
    package var isCold = false
    /// Those of all its requests.
    package var stages = StageTimes()
    package var longestStage = ""

    package init() {}
}
