import NIOCore
import NIOHTTP2

/// What an HTTP/2 connection may ask of the collector.
///
/// Floods end a connection by the library's own limits: 200 resets, 200 control frames (PING, SETTINGS, PRIORITY and
/// such) and 200 stream errors within 30 seconds, five CONTINUATION frames in a row, two empty DATA frames in a row.
enum HTTP2Limits {
    /// A sender may have so much of a message on its way: with the default of 64 KiB the exchange of window
    /// updates costs more than everything else.
    private static let streamWindowBytes = 8 << 20
    private static let connectionWindowBytes = 16 << 20
    private static let frameBytesMax = 1 << 20
    /// Answers to PING and SETTINGS that wait for a sender to read them.
    private static let bufferedControlFramesMax = 1_000

    static func connection(_ settings: CollectorSettings) -> NIOHTTP2Handler.ConnectionConfiguration {
        var configuration = NIOHTTP2Handler.ConnectionConfiguration()
        configuration.targetWindowSize = connectionWindowBytes
        configuration.maximumBufferedControlFrames = bufferedControlFramesMax
        configuration.initialSettings = [
            HTTP2Setting(parameter: .maxConcurrentStreams, value: settings.http2StreamsMax),
            HTTP2Setting(parameter: .initialWindowSize, value: streamWindowBytes),
            HTTP2Setting(parameter: .maxFrameSize, value: frameBytesMax),
            HTTP2Setting(parameter: .maxHeaderListSize, value: settings.headerBytesMax),
        ]
        return configuration
    }

    static var stream: NIOHTTP2Handler.StreamConfiguration {
        var configuration = NIOHTTP2Handler.StreamConfiguration()
        configuration.targetWindowSize = streamWindowBytes
        return configuration
    }

    static func lifetime(
        _ settings: CollectorSettings
    ) -> NIOHTTP2ServerConnectionManagementHandler.Configuration {
        // Connections that began together, as after a restart, must not end together.
        let ageMs = settings.http2AgeSecondsMax * Int64.random(in: 900...1_100)
        return .init(
            maxIdleTime: .seconds(settings.grpcIdleSecondsMax), maxAge: .milliseconds(ageMs),
            maxGraceTime: .seconds(settings.http2GraceSecondsMax), keepalive: nil)
    }
}
