import ArgumentParser
import Telemetry

extension OutputFormat: ExpressibleByArgument {}
