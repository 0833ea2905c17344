import Foundation
import TestSupport

/// Stands behind an edge as a module proxy: answers whatever it is asked for, with the cache headers that the path names, and
/// tells which trace it was asked in.
struct EchoProxy: Sendable {
    private let server: ChildProcess
    let port: Int

    static func start(in folder: TemporaryDirectory) async throws -> EchoProxy {
        try folder.write(script, to: "echo.py")
        let python = try Repository.pythonEnvironmentProgram("python")
        let server = try ChildProcess(python, ["-u", folder.file("echo.py")])
        let port = await server.standardOutput.first { line in
            line.hasPrefix("port ") ? Int(line.dropFirst(5)) : nil
        }
        guard let port else {
            throw TestSupportError("the proxy ended: \(await server.standardError.wholeText())")
        }
        return EchoProxy(server: server, port: port)
    }

    func stop() { server.send(SIGKILL) }

    /// The answer says in `X-Asked-In` what `traceparent` was.
    private static let script = """
        import http.server

        HEADERS = {"hit": ("Cache-Status", "proxy; hit"), "miss": ("X-Cache", "MISS"), "kept": ("Age", "17")}

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *words):
                pass

            def do_GET(self):
                body = b"x" * 5000
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Cache-Control", "public, max-age=600")
                self.send_header("X-Asked-In", self.headers.get("traceparent", "none"))
                for word, header in HEADERS.items():
                    if f"/{word}/" in self.path:
                        self.send_header(*header)
                self.end_headers()
                self.wfile.write(body)

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        print("port", server.server_port)
        server.serve_forever()
        """
}
