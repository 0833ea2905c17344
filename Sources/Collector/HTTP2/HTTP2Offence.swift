import NIOHPACK
import NIOHTTP2

/// What a sender did that HTTP/2 does not allow, as a sentence.
enum HTTP2Offence {
    /// - Parameter streamsMax: how many requests it may have open at a time
    static func words(_ error: any Error, streamsMax: Int) -> String {
        flood(error, streamsMax) ?? frame(error) ?? header(error) ?? "it sent what HTTP/2 does not allow"
    }

    private static func flood(_ error: any Error, _ streamsMax: Int) -> String? {
        switch error {
        case is NIOHTTP2Errors.ExcessiveRSTFrames: "it called back too many requests in a short time"
        case is NIOHTTP2Errors.ExcessiveControlFrames:
            "it sent too many frames in a short time that carry nothing (PING, SETTINGS, PRIORITY)"
        case is NIOHTTP2Errors.ExcessiveEmptyDataFrames: "it sent empty DATA frames one after another"
        case is NIOHTTP2Errors.ExcessiveContinuationFrames: "a header went on in too many CONTINUATION frames"
        case is NIOHTTP2Errors.ExcessiveStreamErrors, is NIOHTTP2Errors.ExcessiveNumberOfGlitches:
            "too many of its requests broke the rules in a short time"
        case is NIOHTTP2Errors.ExcessiveOutboundFrameBuffering:
            "it asks more questions than it reads answers to"
        case is NIOHTTP2Errors.MaxStreamsViolation:
            "it has more requests open at a time than the \(streamsMax) that it was told of (limits.http2_streams)"
        default: nil
        }
    }

    private static func frame(_ error: any Error) -> String? {
        switch error {
        case is NIOHTTP2Errors.BadClientMagic, is NIOHTTP2Errors.MissingPreface:
            "it does not begin as HTTP/2 begins"
        case is NIOHTTP2Errors.UnableToParseFrame: "it sent a frame that cannot be read"
        case is NIOHTTP2Errors.FlowControlViolation, is NIOHTTP2Errors.InvalidFlowControlWindowSize,
            is NIOHTTP2Errors.InvalidWindowIncrementSize:
            "it sent more than it may at a time, or opened its window too far"
        case is NIOHTTP2Errors.InvalidSetting, is NIOHTTP2Errors.ReceivedBadSettings:
            "it sent settings with a value that they cannot have"
        case is NIOHTTP2Errors.NoSuchStream, is NIOHTTP2Errors.StreamClosed,
            is NIOHTTP2Errors.BadStreamStateTransition, is NIOHTTP2Errors.StreamIDTooSmall,
            is NIOHTTP2Errors.InvalidStreamIDForPeer, is NIOHTTP2Errors.PriorityCycle:
            "it sent a frame for a request that is over or cannot be"
        case is NIOHTTP2Errors.CreatedStreamAfterGoaway, is NIOHTTP2Errors.RaisedGoawayLastStreamID:
            "it began a request after the connection was told to end"
        case is NIOHTTP2Errors.PushInViolationOfSetting: "it pushes, which only servers may"
        default: nil
        }
    }

    private static func header(_ error: any Error) -> String? {
        switch error {
        case is NIOHTTP2Errors.ExcessivelyLargeHeaderBlock, is NIOHPACKErrors.MaxHeaderListSizeViolation:
            "the header of a request is too large (limits.header_bytes)"
        case is NIOHTTP2Errors.MissingPseudoHeader, is NIOHTTP2Errors.DuplicatePseudoHeader,
            is NIOHTTP2Errors.PseudoHeaderAfterRegularHeader, is NIOHTTP2Errors.UnknownPseudoHeader,
            is NIOHTTP2Errors.UnsupportedPseudoHeader, is NIOHTTP2Errors.InvalidPseudoHeaders,
            is NIOHTTP2Errors.InvalidPseudoHeaderValue, is NIOHTTP2Errors.MissingHostHeader,
            is NIOHTTP2Errors.DuplicateHostHeader, is NIOHTTP2Errors.EmptyPathHeader:
            "a request lacks one of :method, :scheme and :path, has it twice, or has it in a wrong place or form"
        case is NIOHTTP2Errors.InvalidHTTP2HeaderFieldName, is NIOHTTP2Errors.InvalidHTTP2HeaderFieldValue,
            is NIOHTTP2Errors.ForbiddenHeaderField:
            "a header field of a request has a name in capitals, a sign that is not allowed, or belongs to HTTP/1"
        case is NIOHTTP2Errors.TrailersWithoutEndStream: "a request has a second header before its end"
        case is NIOHPACKErrors.InvalidHeaderIndex: "a header refers to a field that was never sent"
        default: nil
        }
    }
}
