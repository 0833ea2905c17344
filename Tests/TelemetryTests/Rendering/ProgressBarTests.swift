import Testing

@testable import Telemetry

@Suite("A progress bar")
struct ProgressBarTests {
    private final class Terminal {
        var now: Int64 = 0
        var text = ""
    }

    private func bar(_ terminal: Terminal, width: Int? = 80, unit: ProgressBar.Unit = .bytes) -> ProgressBar {
        ProgressBar(
            title: "backup", unit: unit, width: width, clock: { terminal.now }, write: { terminal.text += $0 }
        )
    }

    @Test("says nothing in the first second, and nothing without a terminal")
    func silence() {
        let terminal = Terminal()
        var early = bar(terminal)
        var piped = bar(terminal, width: nil)
        terminal.now = 999_999_999
        early.update(done: 1, total: 2)
        terminal.now = 5_000_000_000
        piped.update(done: 1, total: 2)
        early.finish()
        piped.finish()
        #expect(terminal.text == "")
    }

    @Test("shows share, amounts and the time that is left, and goes when it is done")
    func line() {
        let terminal = Terminal()
        var bar = bar(terminal)
        terminal.now = 2_000_000_000
        bar.update(done: 1 << 20, total: 4 << 20)
        #expect(
            terminal.text
                == "\r\u{1b}[Kbackup  █████░░░░░░░░░░░░░░░ 25%  1.0 MiB of 4.0 MiB  6.000 s left")
        terminal.text = ""
        bar.finish()
        #expect(terminal.text == "\r\u{1b}[K")
    }

    @Test("is drawn ten times a second at the most")
    func rate() {
        let terminal = Terminal()
        var bar = bar(terminal, unit: .things("spans"))
        var drawn = 0
        for millis in 0..<3_000 as Range<Int64> {
            terminal.now = millis * 1_000_000
            terminal.text = ""
            bar.update(done: millis, total: 3_000)
            if !terminal.text.isEmpty { drawn += 1 }
        }
        #expect(drawn == 20)
    }

    @Test("never wraps, and what it shows cannot act on the terminal", arguments: [20, 40, 200])
    func width(columns: Int) {
        let terminal = Terminal()
        var bar = bar(terminal, width: columns)
        terminal.now = 61_000_000_000
        bar.update(done: 0, total: 0, detail: "a\u{1b}[2Jb")
        let shown = terminal.text.dropFirst("\r\u{1b}[K".count)
        #expect(DisplayWidth.columns(String(shown)) < columns)
        #expect(!shown.contains("\u{1b}"))
    }
}
