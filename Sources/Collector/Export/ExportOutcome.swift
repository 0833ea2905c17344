/// What became of a request.
package enum ExportOutcome: Sendable {
    /// Everything is in the file but the items that were refused alone. The message says why, or warns when
    /// none was; empty when there is nothing to say.
    case accepted(rejected: Int, message: String)
    case refused(Refusal)
}
