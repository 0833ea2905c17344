/// What is wrong with a value, without the place: whoever reads the file knows it.
struct ConfigValueError: Error {
    var message: String

    init(_ message: String) { self.message = message }
}
