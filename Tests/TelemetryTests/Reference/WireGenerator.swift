import OTLPModel
import TestSupport

@testable import Telemetry

/// Makes bodies that are valid protobuf in every way that protobuf allows and no emitter uses: fields in
/// any order and any number of times, unknown ones among them, varints longer than they need to be.
struct WireGenerator {
    private let schema = WireScanSchema.traceRequest
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func body() -> [UInt8] { message(0, level: 0) }

    private mutating func message(_ index: Int, level: Int) -> [UInt8] {
        let known = schema.messages[index].fields.enumerated().compactMap { number, field in
            field.map { (number, $0) }
        }
        // Deep enough for a span's attribute that nests; the number of fields keeps the size finite.
        let fieldsMax = level < 4 ? 5 : level < 14 ? 3 : 0
        var writer = ProtobufWriter()
        for _ in 0..<Int.random(in: 0...fieldsMax, using: &random) {
            if Int.random(in: 0..<12, using: &random) == 0 {
                unknownField(&writer)
            } else if let (number, field) = known.randomElement(using: &random) {
                self.field(number, field, level: level, &writer)
            }
        }
        return writer.bytes
    }

    private mutating func field(
        _ number: Int, _ field: WireScanSchema.Field, level: Int, _ writer: inout ProtobufWriter
    ) {
        switch field.shape {
        case .varint:
            writer.tag(number, .varint)
            writer.varint([0, 1, 2, 300, .max, 1 << 32].randomElement(using: &random) ?? 0)
        case .fixed64:
            writer.tag(number, .fixed64)
            writer.littleEndian(UInt64.random(in: 0...3, using: &random))
        case .fixed32:
            writer.tag(number, .fixed32)
            writer.littleEndian(UInt32.random(in: 0...3, using: &random))
        case .bytes:
            let text = ["", "a", "b\0c", "é", String(repeating: "x", count: 130)].randomElement(
                using: &random)
            writer.repeatedString(number, text ?? "")
        case .message(let index):
            writer.repeatedBytes(number, message(index, level: level + 1))
        }
    }

    private mutating func unknownField(_ writer: inout ProtobufWriter) {
        let number = [1000, 90, 100_000, 1 << 29 - 1].randomElement(using: &random) ?? 90
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            writer.tag(number, .varint)
            writer.varint(UInt64.random(in: 0 ... .max, using: &random))
        case 1:
            writer.tag(number, .fixed64)
            writer.littleEndian(UInt64.max)
        case 2:
            writer.tag(number, .fixed32)
            writer.littleEndian(UInt32.max)
        default: writer.repeatedString(number, "not known")
        }
    }
}
