import NIOCore
import NIOHTTP2

/// What an HTTP/2 connection may ask of the collector.
///
/// Floods end a connection by the library's own limits: 200 resets and 200 stream errors within 30 seconds, 200 control
/// frames (PING, SETTINGS, PRIORITY and such) at once, five CONTINUATION frames in a row, two empty DATA frames in a row.
/// What they leave open is for `HTTP2FrameMeter`.
///
/// The limit of streams is the library's, too. It ends the connection of who goes on beyond it, where RFC 9113, 5.1.2, has
/// the stream alone refused, and there is no way to tell it otherwise: it knows one limit, which is the one that it
/// announces, and until the sender has acknowledged it that is 100, whatever was announced
/// (`ConnectionStreamState.maxClientInitiatedStreams`). A stream is beyond it before anything of ours sees it: to refuse it
/// from here, the library would have to be told of a higher limit than the sender. Senders keep to a limit that they know,
/// and begin with 100 at the most where they do not wait for it, as Go does, and nghttp2 (curl, Node.js); those of gRPC wait.
enum HTTP2Limits {
    /// A sender may have so much of a message on its way: with the default of 64 KiB the exchange of window
    /// updates costs more than everything else.
    private static let streamWindowBytes = 8 << 20
    private static let connectionWindowBytes = 16 << 20
    private static let frameBytesMax = 1 << 20
    /// Answers to PING and SETTINGS that wait for a sender to read them.
    private static let bufferedControlFramesMax = 1_000
    /// What comes for a call that was refused is passed over as long as the library remembers the call, and ends the
    /// connection when it does not. With its 32, many calls that are refused at a time would end all.
    private static let recentResetsMax = 1_024
    /// The library's 30 seconds for 200 frames are too long: gRPC in Go sends a PING with the answer to each call, one
    /// at a time, to measure the way, and would be cut off after 200 calls. Those on their way at once are few.
    private static let controlFrameWindow = TimeAmount.milliseconds(10)

    static func connection(_ settings: CollectorSettings) -> NIOHTTP2Handler.ConnectionConfiguration {
        var configuration = NIOHTTP2Handler.ConnectionConfiguration()
        configuration.targetWindowSize = connectionWindowBytes
        configuration.maximumBufferedControlFrames = bufferedControlFramesMax
        configuration.controlFrameRateLimit.windowLength = controlFrameWindow
        configuration.maximumRecentlyResetStreams = min(
            max(64, 2 * settings.http2StreamsMax), recentResetsMax)
        // `HTTP2StreamSelector` does it: the library ends the connection of a sender that stopped a body which was
        // refused already.
        configuration.contentLengthValidation = .disabled
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
