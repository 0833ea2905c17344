import OTLPModel
import Telemetry

/// Rows of `slowest`, among them names that strangers might send.
enum SampleRequests {
    static let window = TimeWindow(
        since: UnixNanos(clamping: SampleTrace.epoch),
        until: UnixNanos(clamping: SampleTrace.epoch + 3_600_000_000_000))

    static let hostileNames = [
        "clear\u{1b}[2J\u{7}screen", "c1\u{9b}31m", "line\r\nbreak\tand tab", "over\u{202e}ride\u{2066}",
        "zero\u{200b}width\u{200d}join", "=HYPERLINK(\"http://x\",\"y\")", "@SUM(1+1)*cmd|' /C calc'!A0",
        "-1+cmd",
        "-5", "pipe | `code` <b>bold</b> [link](http://evil) *x* _y_ \\", "quote \" and, comma",
        "nul\0inside", "",
        "模块代理/路径", "e\u{301}clair 🇩🇪 👩🏽", "'; DROP TABLE spans; --",
    ]

    static var result: SlowestResult {
        let rows = hostileNames.enumerated().map { index, name in
            row(index: index, path: name, node: index % 3 == 0 ? "edge-fra-01" : "10.0.0.\(index)")
        }
        return SlowestResult(
            rows: rows, hasMore: true,
            notes: [
                QualityNote(code: "journal", message: "3 commits wait to be sealed"),
                QualityNote(code: "node_from_peer", message: "a node\u{1b}[0m is an address"),
            ])
    }

    static var plain: SlowestResult {
        let paths = [
            "/github.com/gin-gonic/gin/@v/v1.9.1.zip",
            "/artifactory/api/go/go-virtual/github.com/very/long/module/path/with/many/parts/@v/v2.0.0-20260821095959-abcdef012345.zip",
        ]
        return SlowestResult(
            rows: paths.enumerated().map { row(index: $0, path: $1, node: "edge-fra-01") },
            hasMore: false,
            notes: [])
    }

    private static func row(index: Int, path: String, node: String) -> RequestRow {
        RequestRow(
            traceID: TraceID(high: 0x0af7_6519_16cd_43dd, low: UInt64(index + 1)),
            spanID: SpanID(rawValue: 0xb7ad_6b71_6920_3331),
            start: UnixNanos(clamping: SampleTrace.time(Double(index) * 1000.5)),
            durationNanos: [12_345_678_901, 1_234_567_890, 98_765_432, 1_234_567, 12_345, 999, 0][index % 7],
            node: NodeIdentity(name: node, source: node.hasPrefix("edge") ? .hostName : .peerAddress),
            service: index % 2 == 0 ? "athens" : "unknown_service:caddy", spanName: "GET", kind: .server,
            urlPath: index == 4 ? nil : path, httpStatus: [200, 404, 502, nil][index % 4],
            status: index % 4 == 2 ? .error : .unset)
    }
}
