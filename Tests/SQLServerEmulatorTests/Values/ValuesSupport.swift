@testable import SQLServerEmulator

/// A value with its type, as tests write it.
struct Typed: Sendable, CustomStringConvertible {
    var type: SQLType
    var value: SQLValue

    var description: String { "\(type.declaration) \(shown)" }

    /// The value as text: numbers and dates as CONVERT style 121 has them, `NULL`, binaries as `0x…`.
    var shown: String {
        switch value {
        case .null: return "NULL"
        case .text(let text): return String(decoding: text, as: UTF8.self)
        case .double(let number): return "\(number)"
        case .variant(let type, let inner): return Typed(type: type, value: inner).shown
        default: break
        }
        let style =
            switch type.family {
            case .binary: 1
            case .money: 2
            default: 121
            }
        let text = try? Conversion.convert(value, from: type, to: .nvarchar(.max), style: style)
        return text.map { String(decoding: $0.textBytes, as: UTF8.self) } ?? "?"
    }
}

func nvarchar(_ text: String) -> Typed { Typed(type: .nvarchar(4000), value: .string(text)) }
func varchar(_ text: String) -> Typed { Typed(type: .varchar(8000), value: .string(text)) }
func int(_ number: Int64) -> Typed { Typed(type: .int, value: .integer(number)) }
func bigint(_ number: Int64) -> Typed { Typed(type: .bigint, value: .integer(number)) }
func float(_ number: Double) -> Typed { Typed(type: .float, value: .double(number)) }
func null(_ type: SQLType = .null) -> Typed { Typed(type: type, value: .null) }
func binary(_ bytes: UInt8...) -> Typed { Typed(type: .varbinary(8000), value: .binary(bytes)) }

/// A value from its text.
func cast(_ text: String, _ type: SQLType) -> Typed {
    let value = try? Conversion.convert(.string(text), from: .varchar(8000), to: type)
    return Typed(type: type, value: value ?? .text(Array("no \(type.declaration): \(text)".utf8)))
}

/// A decimal literal: `12.50` is `decimal(4,2)`.
func decimal(_ text: String) -> Typed {
    let digits = text.filter(\.isNumber).count
    let scale = text.split(separator: ".").dropFirst().first?.count ?? 0
    return cast(text, .decimal(max(digits, 1), scale))
}

/// The result of a conversion, or the number of its error: `Msg 245`.
func converted(_ typed: Typed, _ to: SQLType, style: Int? = nil, isTry: Bool = false) -> String {
    do {
        let value = try Conversion.convert(typed.value, from: typed.type, to: to, style: style, isTry: isTry)
        return Typed(type: to, value: value).shown
    } catch {
        return "Msg \(error.number)"
    }
}

/// Numbers that a seed determines.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
