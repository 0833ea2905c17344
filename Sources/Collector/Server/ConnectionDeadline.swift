import NIOCore

/// The one deadline of a connection: moved with every request, reached hardly ever.
///
/// Moving it later costs nothing, since the timer that runs looks at the deadline when it fires and goes on.
/// Event loop only.
final class ConnectionDeadline {
    private let eventLoop: any EventLoop
    private var deadline: NIODeadline?
    private var timer: Scheduled<Void>?
    private var timerFires = NIODeadline.distantFuture
    private var onExpiry: (() -> Void)?

    init(eventLoop: any EventLoop, onExpiry: @escaping () -> Void) {
        self.eventLoop = eventLoop
        self.onExpiry = onExpiry
    }

    var isSet: Bool { deadline != nil }

    /// Expires in so many seconds, unless it is set again or cleared before.
    func set(seconds: Int64) {
        let new = NIODeadline.now() + .seconds(seconds)
        deadline = new
        if timer == nil || new < timerFires { startTimer(new) }
    }

    func clear() { deadline = nil }

    /// Ends the timer and lets go of the owner.
    func cancel() {
        timer?.cancel()
        timer = nil
        deadline = nil
        onExpiry = nil
    }

    private func startTimer(_ time: NIODeadline) {
        timer?.cancel()
        timerFires = time
        timer = eventLoop.assumeIsolated().scheduleTask(deadline: time) { self.fired() }
    }

    private func fired() {
        timer = nil
        guard let deadline else { return }
        if NIODeadline.now() < deadline {
            startTimer(deadline)
            return
        }
        self.deadline = nil
        onExpiry?()
    }
}
