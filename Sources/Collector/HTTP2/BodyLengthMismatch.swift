/// A body that is not as long as its `Content-Length` says, or several of these that differ.
struct BodyLengthMismatch: Error {}
