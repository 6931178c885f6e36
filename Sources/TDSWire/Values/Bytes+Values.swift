/// Values with their frames, appended to a message. Each checks that the form is for such values and can hold this one.
extension [UInt8] {
    mutating func appendNull(_ form: ValueForm) throws(TDSWireError) {
        switch form.framing {
        case .none: break
        case .byteLength, .textPointer: append(0)
        case .shortLength: append(number: UInt16.max)
        case .chunked: append(number: Chunks.null)
        case .longLength: append(number: UInt32.max)
        case .variant: append(number: UInt32(0))
        case .fixed, .bare:
            throw .invalidValue("null in a type that has none; use the nullable form of the type")
        }
    }

    /// The length before a value of fixed size.
    @inline(__always)
    private mutating func appendLength(_ form: ValueForm) {
        if form.framing == .byteLength { append(UInt8(truncatingIfNeeded: form.size)) }
    }

    @inline(__always)
    private func expect(_ form: ValueForm, _ kind: ValueForm.Kind) throws(TDSWireError) {
        if form.kind != kind { throw form.mismatch(with: kind) }
    }

    mutating func append(bit value: Bool, _ form: ValueForm) throws(TDSWireError) {
        try expect(form, .bit)
        appendLength(form)
        append(value ? 1 : 0)
    }

    @inline(__always)
    mutating func append(integer value: Int64, _ form: ValueForm) throws(TDSWireError) {
        try expect(form, .integer)
        let fits =
            switch form.size {
            case 1: UInt8(exactly: value) != nil
            case 2: Int16(exactly: value) != nil
            case 4: Int32(exactly: value) != nil
            default: true
            }
        guard fits else { throw .invalidValue("a whole number is too large for its type of \(form.size) bytes") }
        appendLength(form)
        append(UInt64(bitPattern: value), bytes: form.size)
    }

    mutating func append(double value: Double, _ form: ValueForm) throws(TDSWireError) {
        try expect(form, .float)
        appendLength(form)
        if form.size == 4 { append(number: Float(value).bitPattern) } else { append(number: value.bitPattern) }
    }

    mutating func append(money value: Int64, _ form: ValueForm) throws(TDSWireError) {
        try expect(form, .money)
        if form.size == 4 {
            guard let value = Int32(exactly: value) else {
                throw .invalidValue("an amount is too large for smallmoney")
            }
            appendLength(form)
            append(number: value)
        } else {
            appendLength(form)
            append(number: Int32(truncatingIfNeeded: value >> 32))
            append(number: UInt32(truncatingIfNeeded: value))
        }
    }

    mutating func append(
        decimal value: TDSDecimal,
        _ form: ValueForm,
        _ layout: ValueLayout = .standard
    ) throws(TDSWireError) {
        try expect(form, .decimal)
        guard value.scale == form.scale else {
            throw .invalidValue(
                "a decimal of scale \(value.scale) is given for a type of scale \(form.scale); convert it"
            )
        }
        guard value.magnitude < TDSDecimal.powersOfTen[Int(form.precision)] else {
            throw .invalidValue("a decimal has more than the \(form.precision) digits of its type")
        }
        let size = layout.decimalBytes ?? form.size
        guard (2...17).contains(size), size == 17 || value.magnitude >> (8 * (size - 1)) == 0 else {
            throw .invalidValue("a decimal does not fit into the \(size) bytes that were asked for")
        }
        if form.framing == .byteLength { append(UInt8(size)) }
        append(value.isNegative ? 0 : 1)
        append(UInt64(truncatingIfNeeded: value.magnitude), bytes: Swift.min(8, size - 1))
        if size > 9 { append(UInt64(truncatingIfNeeded: value.magnitude >> 64), bytes: size - 9) }
    }

    mutating func append(smalldatetime days: UInt16, _ minutes: UInt16, _ form: ValueForm) throws(TDSWireError) {
        try expect(form, .datetime)
        guard form.size == 4 else { throw .init(.typeMismatch, "a smalldatetime is given for a datetime; convert it") }
        guard minutes < 1440 else { throw .invalidValue("a time of day has more than 1439 minutes") }
        appendLength(form)
        append(number: days)
        append(number: minutes)
    }

    mutating func append(datetime days: Int32, _ threeHundredths: UInt32, _ form: ValueForm) throws(TDSWireError) {
        try expect(form, .datetime)
        guard form.size == 8 else { throw .init(.typeMismatch, "a datetime is given for a smalldatetime; convert it") }
        guard threeHundredths < 25_920_000 else { throw .invalidValue("a time of day is longer than a day") }
        appendLength(form)
        append(number: days)
        append(number: threeHundredths)
    }

    mutating func append(date days: Int32, _ form: ValueForm) throws(TDSWireError) {
        try expect(form, .date)
        appendLength(form)
        try append(days: days)
    }

    mutating func append(time ticks: UInt64, _ form: ValueForm) throws(TDSWireError) {
        try expect(form, .time)
        appendLength(form)
        try append(ticks: ticks, scale: form.scale)
    }

    mutating func append(datetime2 days: Int32, _ ticks: UInt64, _ form: ValueForm) throws(TDSWireError) {
        try expect(form, .datetime2)
        appendLength(form)
        try append(ticks: ticks, scale: form.scale)
        try append(days: days)
    }

    mutating func append(
        datetimeoffset days: Int32,
        _ ticks: UInt64,
        offset: Int16,
        _ form: ValueForm
    ) throws(TDSWireError) {
        try expect(form, .datetimeoffset)
        appendLength(form)
        try append(ticks: ticks, scale: form.scale)
        try append(days: days)
        append(number: offset)
    }

    private mutating func append(days: Int32) throws(TDSWireError) {
        guard days >= 0, days <= TimeOfDay.lastDay else {
            throw .invalidValue("day \(days) is not between 0001-01-01 and 9999-12-31")
        }
        append(UInt64(days), bytes: 3)
    }

    private mutating func append(ticks: UInt64, scale: UInt8) throws(TDSWireError) {
        let (units, rest) = ticks.quotientAndRemainder(dividingBy: TimeOfDay.ticksPerUnit(scale: scale))
        guard rest == 0 else {
            throw .invalidValue("a time has more than \(scale) digits of the second; round it to those of its type")
        }
        guard ticks < TimeOfDay.ticksPerDay else { throw .invalidValue("a time of day is longer than a day") }
        append(units, bytes: TimeOfDay.byteCount(scale: scale))
    }

    mutating func append(guid value: GUID, _ form: ValueForm) throws(TDSWireError) {
        try expect(form, .guid)
        appendLength(form)
        append(number: value.low)
        append(number: value.high)
    }

    // MARK: Values of any length

    /// What comes before `count` bytes of content, which have to be appended next; then ``endContent(_:)``.
    @inline(__always)
    mutating func beginContent(_ count: Int, _ form: ValueForm, _ layout: ValueLayout) throws(TDSWireError) {
        guard count <= form.size else {
            throw .invalidValue("a value of \(count) bytes is longer than the \(form.size) of its type")
        }
        if form.framing == .shortLength {
            append(number: UInt16(truncatingIfNeeded: count))
        } else {
            try beginRareContent(count, form, layout)
        }
    }

    private mutating func beginRareContent(
        _ count: Int,
        _ form: ValueForm,
        _ layout: ValueLayout
    ) throws(TDSWireError) {
        switch form.framing {
        case .textPointer:
            guard (1...255).contains(layout.textPointer.count) else {
                throw .invalidValue("a text pointer has no bytes or more than 255")
            }
            append(UInt8(layout.textPointer.count))
            append(contentsOf: layout.textPointer)
            append(number: layout.textTimestamp)
            // The size of the type, which was checked, has 32 bits.
            append(number: UInt32(truncatingIfNeeded: count))
        case .longLength: append(number: UInt32(truncatingIfNeeded: count))
        case .none, .fixed, .bare, .byteLength, .shortLength, .chunked, .variant: break
        }
    }

    mutating func append(
        content: [UInt8],
        _ form: ValueForm,
        _ layout: ValueLayout = .standard
    ) throws(TDSWireError) {
        if form.framing == .chunked {
            append(number: layout.isLengthKnown ? UInt64(content.count) : Chunks.unknown)
            appendChunks(content, of: layout.chunkBytes)
            append(number: UInt32(0))
            return
        }
        try beginContent(content.count, form, layout)
        append(contentsOf: content)
    }

    /// Chunks of at most `size` bytes each, without the end. No bytes make no chunk: an empty chunk would be the end.
    mutating func appendChunks(_ content: [UInt8], of size: Int) {
        let size = Swift.min(Swift.max(size, 1), Int(UInt32.max))
        var start = 0
        while start < content.count {
            let end = content.count - start > size ? start + size : content.count
            append(number: UInt32(truncatingIfNeeded: end - start))
            append(contentsOf: content[start..<end])
            start = end
        }
    }

    mutating func append(
        units: [UInt16],
        _ form: ValueForm,
        _ layout: ValueLayout = .standard
    ) throws(TDSWireError) {
        try expect(form, .nchar)
        if form.framing == .chunked {
            var content: [UInt8] = []
            content.reserveCapacity(units.count * 2)
            content.append(units: units)
            try append(content: content, form, layout)
        } else {
            try beginContent(units.count * 2, form, layout)
            append(units: units)
        }
    }

    // MARK: Any value

    mutating func append(_ value: TDSValue, _ form: ValueForm, _ layout: ValueLayout) throws(TDSWireError) {
        switch value {
        case .null: try appendNull(form)
        case .bit(let value): try append(bit: value, form)
        case .tinyint(let value): try append(integer: Int64(value), form)
        case .smallint(let value): try append(integer: Int64(value), form)
        case .int(let value): try append(integer: Int64(value), form)
        case .bigint(let value): try append(integer: value, form)
        case .real(let value):
            // Through Double a signalling NaN would become a quiet one.
            try expect(form, .float)
            if form.size == 8 {
                try append(double: Double(value), form)
            } else {
                appendLength(form)
                append(number: value.bitPattern)
            }
        case .float(let value): try append(double: value, form)
        case .smallmoney(let value): try append(money: Int64(value), form)
        case .money(let value): try append(money: value, form)
        case .decimal(let value): try append(decimal: value, form, layout)
        case .smalldatetime(let days, let minutes): try append(smalldatetime: days, minutes, form)
        case .datetime(let days, let threeHundredths): try append(datetime: days, threeHundredths, form)
        case .date(let days): try append(date: days, form)
        case .time(let ticks): try append(time: ticks, form)
        case .datetime2(let days, let ticks): try append(datetime2: days, ticks, form)
        case .datetimeoffset(let days, let ticks, let offset):
            try append(datetimeoffset: days, ticks, offset: offset, form)
        case .guid(let value): try append(guid: value, form)
        case .char(let content, let collation):
            try expect(form, .char)
            guard collation.codePage == form.collation.codePage else {
                throw .invalidValue("text in one code page is given for a type in another; convert it")
            }
            try append(content: content, form, layout)
        case .nchar(let units): try append(units: units, form, layout)
        case .binary(let content):
            try expect(form, .binary)
            try append(content: content, form, layout)
        case .xml(let content):
            try expect(form, .xml)
            try append(content: content, form, layout)
        case .udt(let content):
            try expect(form, .udt)
            try append(content: content, form, layout)
        case .variant(let variant):
            try expect(form, .variant)
            var content: [UInt8] = []
            try variant.encode(into: &content)
            append(number: UInt32(truncatingIfNeeded: content.count))
            append(contentsOf: content)
        }
    }
}

extension ValueForm {
    func mismatch(with kind: Kind) -> TDSWireError {
        TDSWireError(.typeMismatch, "a value of kind \(kind) for a type of kind \(self.kind); convert it")
    }
}
