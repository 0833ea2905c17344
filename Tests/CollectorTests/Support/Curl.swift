import Foundation
import TestSupport

/// A request by curl, and what became of it.
struct Curl {
    var exitCode: Int32
    /// Status and version as curl understood them, as in `200 2 connects=1`, one line a request.
    var answers: [String]
    /// What came: headers, trailers and body.
    var text: String
    var complaints: String

    /// Sends a body to each of the URLs, one after another, over one connection where that can be.
    static func post(
        _ body: [UInt8], to urls: [String], type: String = "application/x-protobuf", _ options: [String]
    ) async throws -> Curl {
        let folder = try TemporaryDirectory()
        let file = folder.file("body")
        try Data(body).write(to: URL(filePath: file))
        let end = try await FinishedProgram.run(
            "/usr/bin/curl",
            ["-sS", "-i", "--max-time", "20", "-H", "Content-Type: \(type)", "--data-binary", "@\(file)"]
                + ["-w", "%{stderr}%{http_code} %{http_version} connects=%{num_connects}\\n"] + options + urls
        )
        let lines = end.standardError.split(separator: "\n").map(String.init)
        guard case .exited(let code) = end.status else { throw TestSupportError("curl: \(end.status)") }
        return Curl(
            exitCode: code, answers: lines.filter { $0.contains(" connects=") }, text: end.standardOutput,
            complaints: lines.filter { !$0.contains(" connects=") }.joined(separator: "\n"))
    }
}
