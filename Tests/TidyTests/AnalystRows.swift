/// The rows of the tables that answers about module requests are held to. A test names the row that it proves at the
/// beginning of its name, or several: `slow class cold_vcs: …`, `lag L8, L9: …`.
enum AnalystRows {
    /// A table: what stands before the name of a row, and the rows.
    private static let tables: [(prefix: String, rows: [String])] = [
        (
            // Why a request was slow.
            "slow class",
            [
                "cold_vcs", "cold_upstream", "list_latest", "query", "sumdb", "transfer", "queue",
                "coalesced", "lock", "edge_origin", "masked_timeout",
            ]
        ),
        // Durations that are defaults of timeouts.
        ("timeout", ["2 s", "15 s", "60 s", "100 s", "300 s", "600 s", "900 s"]),
        (
            // Old names of attributes and metrics, the first of each row.
            "attribute mapping",
            [
                "http.method", "http.status_code", "http.target", "http.url", "http.path", "http.host",
                "net.host.port", "net.sock.peer.addr", "net.sock.peer.port", "http.client_ip", "http.flavor",
                "http.user_agent", "http.scheme", "http.request_content_length",
                "http.response_content_length", "http.resend_count", "http.request.header", "error",
                "http.server.duration", "http.server.request.size",
            ]
        ),
        (
            // What tells what a cache did, the best first.
            "cache result from",
            [
                "goproxy.cache.result", "Cache-Status", "upstream_cache_status", "CF-Cache-Status", "X-Cache",
                "response_flags", "Age", "Athens' trace shape", "a redirect", "an origin span", "a repeat",
                "duration", "nothing",
            ]
        ),
        // What is called lag, and what keeps it apart.
        ("lag", (1...11).map { "L\($0)" } + (1...3).map { "guard \($0)" }),
    ]

    static let all = tables.flatMap { table in table.rows.map { "\(table.prefix) \($0)" } }

    /// Rows about what is not built yet, and what that is.
    static let later: [String: String] = [:]

    /// The rows that a name begins with; none for a name without a colon, or of something else.
    static func named(by name: some StringProtocol) -> [String] {
        guard let colon = name.firstRange(of: ": ")?.lowerBound,
            let table = tables.first(where: { name[..<colon].hasPrefix($0.prefix + " ") })
        else { return [] }
        let rows = name[..<colon].dropFirst(table.prefix.count + 1)
        return rows.split(separator: ",").map { row in
            "\(table.prefix) \(row.drop { $0 == " " })"
        }
    }
}
