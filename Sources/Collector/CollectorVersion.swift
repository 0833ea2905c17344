/// Which version this is.
enum CollectorVersion {
    static let number = "0.1.0"
    static let text = "traceq-collector \(number)"
}
