import Foundation
import TestSupport

/// A real browser without a window.
struct Chromium {
    let folder: TemporaryDirectory

    private func run(_ arguments: [String]) async throws -> FinishedProgram {
        try await FinishedProgram.run(
            "/usr/bin/chromium",
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                "--user-data-dir=\(folder.file("profile"))",
            ] + arguments)
    }

    /// What a page is when it has been laid out.
    func document(of file: String, width: Int) async throws -> String {
        try await run([
            "--window-size=\(width),900", "--virtual-time-budget=2000", "--dump-dom", "file://" + file,
        ])
        .succeeded().standardOutput
    }

    func picture(of file: String, width: Int, height: Int, to output: String) async throws {
        _ = try await run(["--window-size=\(width),\(height)", "--screenshot=\(output)", "file://" + file])
            .succeeded()
    }

    func paper(of file: String, to output: String) async throws {
        _ = try await run(["--no-pdf-header-footer", "--print-to-pdf=\(output)", "file://" + file])
            .succeeded()
    }
}
