import Foundation
import TestSupport

/// Modules that were made for a test, as the files of a module proxy, which Python's own HTTP server serves.
struct ModuleProxyFiles: Sendable {
    private let server: ChildProcess
    let port: Int

    var url: String { "http://127.0.0.1:\(port)" }

    /// - Parameters:
    ///   - modules: path and version of each
    ///   - delay: how long it takes with each answer, in seconds
    static func serve(
        _ modules: [(path: String, version: String)], in folder: TemporaryDirectory, delay: Double = 0
    ) async throws -> ModuleProxyFiles {
        let lines = modules.map { "\($0.path) \($0.version)\n" }.joined()
        try folder.write(lines, to: "modules.txt")
        try folder.write(script, to: "serve.py")
        let python = try Repository.pythonEnvironmentProgram("python")
        let server = try ChildProcess(
            python,
            ["-u", folder.file("serve.py"), folder.file("modules.txt"), folder.file("proxy"), "\(delay)"])
        let port = await server.standardOutput.first { line in
            line.hasPrefix("port ") ? Int(line.dropFirst(5)) : nil
        }
        guard let port else {
            throw TestSupportError("the module proxy ended: \(await server.standardError.wholeText())")
        }
        return ModuleProxyFiles(server: server, port: port)
    }

    func stop() { server.send(SIGKILL) }

    private static let script = """
        import functools, http.server, json, os, sys, time, zipfile

        for line in open(sys.argv[1]):
            module, version = line.split()
            folder = f"{sys.argv[2]}/{module}/@v"
            os.makedirs(folder, exist_ok=True)
            with open(f"{folder}/list", "a") as file:
                file.write(version + "\\n")
            with open(f"{folder}/{version}.info", "w") as file:
                json.dump({"Version": version, "Time": "2026-01-01T00:00:00Z"}, file)
            text = f"module {module}\\n\\ngo 1.20\\n"
            with open(f"{folder}/{version}.mod", "w") as file:
                file.write(text)
            with zipfile.ZipFile(f"{folder}/{version}.zip", "w") as archive:
                archive.writestr(f"{module}@{version}/go.mod", text)
                archive.writestr(f"{module}@{version}/x.go", "package x\\n")

        class Handler(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *words):
                pass

            def do_GET(self):
                time.sleep(float(sys.argv[3]))
                super().do_GET()

        handler = functools.partial(Handler, directory=sys.argv[2])
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        print("port", server.server_port)
        server.serve_forever()
        """
}
