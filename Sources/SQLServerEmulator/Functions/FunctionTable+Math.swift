#if canImport(Darwin)
private import Darwin
#elseif canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#endif

/// Functions of numbers.
///
/// Source: Microsoft, "Mathematical functions (Transact-SQL)".
extension FunctionTable {
    static let mathFunctions: [String: Definition] = [
        "ABS": Definition(arity: 1...1) { call throws(SQLError) in
            try exact(call, decimal: { precision, scale in (38, scale) }) { value, type throws(SQLError) in
                switch value {
                case .integer(let number):
                    guard type.integerRange?.contains(-max(number, -.max)) == true, number > .min else {
                        throw .overflow(type)
                    }
                    return .integer(abs(number))
                case .decimal(let number):
                    guard type.unscaledRange?.contains(Int128(clamping: number.magnitude)) == true else {
                        throw .overflow(type)
                    }
                    return .decimal(Int128(number.magnitude))
                default: return .double(value.double.magnitude)
                }
            }
        },
        "SIGN": Definition(arity: 1...1) { call throws(SQLError) in
            try exact(call, decimal: { precision, scale in (38, scale) }) { value, type throws(SQLError) in
                switch value {
                case .integer(let number): return .integer(number.signum())
                case .decimal(let number): return .decimal(number.signum() * DecimalMath.powerOfTen(type.scale))
                default: return .double(value.double == 0 ? 0 : value.double < 0 ? -1 : 1)
                }
            }
        },
        "CEILING": Definition(arity: 1...1) { call throws(SQLError) in try whole(call, isUp: true) },
        "FLOOR": Definition(arity: 1...1) { call throws(SQLError) in try whole(call, isUp: false) },
        "ROUND": Definition(arity: 2...3) { call throws(SQLError) in try round(call) },
        "POWER": Definition(arity: 2...2) { call throws(SQLError) in try power(call) },
        "SQRT": float { sqrt($0) },
        "SQUARE": float { $0 * $0 },
        "EXP": float { exp($0) },
        "LOG10": float { $0 > 0 ? log10($0) : .nan },
        "LOG": Definition(arity: 1...2) { call throws(SQLError) in
            FunctionPlan(parameters: Array(repeating: .float, count: call.types.count), result: .float) {
                values,
                _ throws(SQLError) in
                guard values[0].double > 0 else { return try Conversion.checked(.nan, .float) }
                guard values.count > 1 else { return try Conversion.checked(log(values[0].double), .float) }
                guard values[1].double > 0, values[1].double != 1 else { return try Conversion.checked(.nan, .float) }
                return try Conversion.checked(log(values[0].double) / log(values[1].double), .float)
            }
        },
        "SIN": float { sin($0) },
        "COS": float { cos($0) },
        "TAN": float { tan($0) },
        "COT": float { 1 / tan($0) },
        "ASIN": float { asin($0) },
        "ACOS": float { acos($0) },
        "ATAN": float { atan($0) },
        "ATN2": Definition(arity: 2...2) { _ throws(SQLError) in
            FunctionPlan(parameters: [.float, .float], result: .float) { values, _ throws(SQLError) in
                try Conversion.checked(atan2(values[0].double, values[1].double), .float)
            }
        },
        "PI": Definition(arity: 0...0) { _ throws(SQLError) in
            FunctionPlan(parameters: [], result: .float) { _, _ in .double(Double.pi) }
        },
        "DEGREES": angle { $0 * 180 / Double.pi },
        "RADIANS": angle { $0 * Double.pi / 180 },
        "RAND": Definition(arity: 0...1) { call throws(SQLError) in
            FunctionPlan(
                parameters: Array([SQLType.int].prefix(call.types.count)),
                result: .float,
                isDeterministic: false
            ) { values, context in
                .double(context.random(values.first.map { Int32(truncatingIfNeeded: $0.int) }))
            }
        },
    ]

    private static func float(_ function: @escaping @Sendable (Double) -> Double) -> Definition {
        Definition(arity: 1...1) { call throws(SQLError) in
            try checkNumber(call)
            return FunctionPlan(parameters: [.float], result: .float) { values, _ throws(SQLError) in
                try Conversion.checked(function(values[0].double), .float)
            }
        }
    }

    private static func checkNumber(_ call: FunctionCall) throws(SQLError) {
        let type = call.type(0)
        guard type == .null || type.isNumeric || type.isCharacters && !type.isOldLarge else {
            throw .invalidArgument(type, 1, call.name.lowercased())
        }
    }

    /// DEGREES and RADIANS, whose result is of the type of the argument.
    private static func angle(_ function: @escaping @Sendable (Double) -> Double) -> Definition {
        Definition(arity: 1...1) { call throws(SQLError) in
            let type = try numberType(call)
            let result = if case .decimal = type { SQLType.decimal(38, 18) } else { type }
            return FunctionPlan(parameters: [type], result: result) { values, _ throws(SQLError) in
                let number = try Conversion.convert(values[0], from: type, to: .float).double
                return try Conversion.convert(
                    try Conversion.checked(function(number), .float),
                    from: .float,
                    to: result
                )
            }
        }
    }

    /// The type in which a function of numbers answers: small integers as `int`, what is no number as `float`.
    private static func numberType(_ call: FunctionCall) throws(SQLError) -> SQLType {
        try checkNumber(call)
        let type = call.type(0)
        switch type {
        case .tinyint, .smallint, .int: return .int
        case .smallmoney, .money: return .money
        case .bigint, .decimal: return type
        default: return .float
        }
    }

    private static func exact(
        _ call: FunctionCall,
        decimal: (Int, Int) -> (Int, Int),
        _ function: @escaping @Sendable (SQLValue, SQLType) throws(SQLError) -> SQLValue
    ) throws(SQLError) -> FunctionPlan {
        let type = try numberType(call)
        var result = type
        if case .decimal(let precision, let scale) = type {
            let digits = decimal(precision, scale)
            result = .decimal(digits.0, digits.1)
        }
        return FunctionPlan(parameters: [type], result: result) { [result] values, _ throws(SQLError) in
            try function(values[0], result)
        }
    }

    /// CEILING and FLOOR.
    private static func whole(_ call: FunctionCall, isUp: Bool) throws(SQLError) -> FunctionPlan {
        let type = try numberType(call)
        let result = if case .decimal(let precision, _) = type { SQLType.decimal(precision, 0) } else { type }
        return FunctionPlan(parameters: [type], result: result) { values, _ throws(SQLError) in
            switch values[0] {
            case .decimal(let number):
                let unit = DecimalMath.powerOfTen(type.scale)
                let (quotient, remainder) = number.quotientAndRemainder(dividingBy: unit)
                let whole = quotient + (remainder > 0 && isUp ? 1 : remainder < 0 && !isUp ? -1 : 0)
                guard let value = DecimalMath.rescale(whole, from: 0, to: result.scale),
                    result.unscaledRange?.contains(value) == true
                else { throw .overflow(result) }
                return .decimal(value)
            case .double(let number): return .double(number.rounded(isUp ? .up : .down) + 0)
            default: return values[0]
            }
        }
    }

    private static func round(_ call: FunctionCall) throws(SQLError) -> FunctionPlan {
        let type = try numberType(call)
        let parameters: [SQLType] = Array([type, .int, .int].prefix(call.types.count))
        return FunctionPlan(parameters: parameters, result: type) { values, _ throws(SQLError) in
            let places = Int(min(max(values[1].int, -400), 400))
            let isCut = values.count > 2 && values[2].int != 0
            switch values[0] {
            case .integer(let number):
                guard let rounded = rounded(Int128(number), scale: 0, places, isCut),
                    let value = Int64(exactly: rounded), type.integerRange?.contains(value) == true
                else { throw .overflow(type) }
                return .integer(value)
            case .decimal(let number):
                guard let value = rounded(number, scale: type.scale, places, isCut),
                    type.unscaledRange?.contains(value) == true
                else { throw .overflow(type) }
                return .decimal(value)
            default: return try Conversion.checked(rounded(values[0].double, places, isCut), .float)
            }
        }
    }

    private static func rounded(_ number: Int128, scale: Int, _ places: Int, _ isCut: Bool) -> Int128? {
        if places >= scale { return number }
        let drop = scale - places
        if drop > 38 { return 0 }
        let unit = DecimalMath.powerOfTen(drop)
        let (value, overflow) = DecimalMath.divide(number, unit, truncating: isCut).multipliedReportingOverflow(
            by: unit
        )
        return overflow ? nil : value
    }

    /// Rounds what the number's 17 digits show: 1.005 to two places is 1.01 only if the double is not below it.
    private static func rounded(_ number: Double, _ places: Int, _ isCut: Bool) -> Double {
        if places >= 0 {
            let factor = pow(10, Double(min(places, 300)))
            let scaled = number * factor
            guard scaled.isFinite, scaled.magnitude < 4_503_599_627_370_496 else { return number }
            return scaled.rounded(isCut ? .towardZero : .toNearestOrAwayFromZero) / factor
        }
        let factor = pow(10, Double(min(-places, 300)))
        return (number / factor).rounded(isCut ? .towardZero : .toNearestOrAwayFromZero) * factor
    }

    private static func power(_ call: FunctionCall) throws(SQLError) -> FunctionPlan {
        let type = try numberType(call)
        let result = if case .decimal(_, let scale) = type { SQLType.decimal(38, scale) } else { type }
        return FunctionPlan(parameters: [type, .float], result: result) { values, _ throws(SQLError) in
            let base = try Conversion.convert(values[0], from: type, to: .float).double
            let exponent = values[1].double
            // Whole powers of exact numbers are exact as far as 38 digits reach.
            if type.family == .integer || type.family == .decimal, exponent >= 0, exponent <= 128,
                exponent == exponent.rounded(), let exact = exactPower(values[0], type, Int(exponent)),
                let value = DecimalMath.rescale(exact.0, from: exact.1, to: result.scale)
            {
                if result.family == .decimal, result.unscaledRange?.contains(value) == true { return .decimal(value) }
                if let number = Int64(exactly: value), result.integerRange?.contains(number) == true {
                    return .integer(number)
                }
                throw .overflow(result)
            }
            let power = pow(base, exponent)
            if power.isInfinite, type != .float { throw .overflow(result) }
            let number = try Conversion.checked(power, .float)
            // Beyond the result's range whatever the conversion would call it.
            let value = try Conversion.convert(number, from: .float, to: result, isTry: true)
            if value.isNull { throw .overflow(result) }
            return value
        }
    }

    /// The unscaled power and its scale; `nil` where 38 digits do not hold it.
    private static func exactPower(_ value: SQLValue, _ type: SQLType, _ exponent: Int) -> (Int128, Int)? {
        let base: Int128 =
            switch value {
            case .integer(let number): Int128(number)
            case .decimal(let number): number
            default: 0
            }
        var power: Int128 = 1
        for _ in 0..<exponent {
            let (product, overflow) = power.multipliedReportingOverflow(by: base)
            if overflow { return nil }
            power = product
        }
        return (power, type.scale * exponent)
    }
}
