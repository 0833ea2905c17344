import NIOCore
import NIOHTTP2

/// Tells both who ends a connection, and who watches over it, of the requests on it.
struct HTTP2StreamCount: NIOHTTP2StreamDelegate {
    private let manager: NIOHTTP2ServerConnectionManagementHandler.HTTP2StreamDelegate
    private let watcher: NIOLoopBound<HTTP2ConnectionHandler>

    init(
        _ manager: NIOHTTP2ServerConnectionManagementHandler, _ watcher: HTTP2ConnectionHandler,
        eventLoop: any EventLoop
    ) {
        self.manager = manager.http2StreamDelegate
        self.watcher = NIOLoopBound(watcher, eventLoop: eventLoop)
    }

    func streamCreated(_ id: HTTP2StreamID, channel: any Channel) {
        manager.streamCreated(id, channel: channel)
        watcher.value.noteStreamOpened(id, channel)
    }

    func streamClosed(_ id: HTTP2StreamID, channel: any Channel) {
        manager.streamClosed(id, channel: channel)
        watcher.value.noteStreamClosed(id)
    }
}
