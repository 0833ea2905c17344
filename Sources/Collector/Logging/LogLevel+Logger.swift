import Logging

extension LogLevel {
    var level: Logger.Level { Logger.Level(rawValue: rawValue) ?? .info }
}
