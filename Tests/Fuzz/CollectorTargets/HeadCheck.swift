import Collector
import NIOCore
import NIOHPACK
import NIOHTTP1

/// Heads of requests, over HTTP/1 and as a call of gRPC: each is admitted, or refused with a reason that can be shown.
enum HeadCheck {
    private static let authenticator = Authenticator(credentials: [
        Credential(name: "edge", token: Secret("token")),
        Credential(user: "user", password: Secret("password")),
    ])
    private static let policy = CORSPolicy(allowedOrigins: ["https://*.example.com"])

    static func problems(_ bytes: [UInt8]) -> [String] {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard lines.count >= 2 else { return [] }
        var fields = HTTPHeaders()
        var call = HPACKHeaders([(":method", lines[0]), (":path", lines[1])])
        for line in lines[2...] {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let (name, value) = (String(line[..<colon]), String(line[line.index(after: colon)...]))
            // Whoever parses heads lets no other names through.
            guard name.utf8.allSatisfy({ $0 < 0x80 }) else { continue }
            fields.add(name: name, value: value)
            call.add(name: name, value: value)
        }
        let head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: lines[0]), uri: lines[1], headers: fields)
        var problems: [String] = []
        let admission = HTTPAdmission(head: head, maxBodyBytes: 1 << 20)
        if let refusal = admission.refusal { problems += shown(refusal.message) }
        if let notice = admission.notice { problems += shown(notice.message) }
        if let bodyBytes = admission.bodyBytes, bodyBytes < 0 {
            problems.append("a body of less than nothing")
        }
        if CORSPolicy.isPreflight(head), let origin = fields.first(name: "origin"), policy.allows(origin) {
            _ = policy.preflightHeaders(origin)
        }
        if let refusal = policy.refusal(of: fields) { problems += shown(refusal.message) }
        _ = GRPCCall.isGRPC(call)
        _ = GRPCCall.httpRejection(call)
        problems += refused { () throws(Refusal) in _ = try authenticator.check(fields["authorization"]) }
        problems += refused { () throws(Refusal) in _ = try GRPCCall(headers: call) }
        return problems
    }

    private static func refused(_ attempt: () throws(Refusal) -> Void) -> [String] {
        do throws(Refusal) {
            try attempt()
            return []
        } catch {
            return shown(error.message)
        }
    }

    /// What is told is one line of moderate length.
    private static func shown(_ message: String) -> [String] {
        message.utf8.count <= 1_024 && message.utf8.allSatisfy { $0 >= 0x20 }
            ? [] : ["a message cannot be shown: \(message.debugDescription)"]
    }

    static let seeds: [[UInt8]] = [
        """
        POST
        /v1/traces?x
        Host: [::1]:4318
        Content-Type: application/json; charset=utf-8
        Content-Length: 12
        Content-Encoding: gzip
        Transfer-Encoding: chunked
        Origin: https://a.example.com
        Authorization: Bearer token
        """,
        """
        POST
        /opentelemetry.proto.collector.trace.v1.TraceService/Export
        content-type: application/grpc+proto
        grpc-encoding: zstd
        grpc-timeout: 10S
        user-agent: x
        authorization: Basic dXNlcjpwYXNzd29yZA==
        """,
        """
        OPTIONS
        http://h/v1/v1/metrics/
        Origin: https://b.example.com
        Access-Control-Request-Method: POST
        """,
    ].map { Array($0.utf8) }
}
