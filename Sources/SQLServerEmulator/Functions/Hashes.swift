/// The digests of HASHBYTES.
///
/// Source: RFC 1321 (MD5), FIPS 180-4 (SHA-1, SHA-256, SHA-512). The constants of SHA-2 are the first bits of the fractional
/// parts of the roots of primes, and are computed as such.
enum Hashes {
    static func md5(_ message: [UInt8]) -> [UInt8] {
        let shifts: [[UInt32]] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]]
        var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476]
        for block in blocks(message, size: 64, lengthBytes: 8, isLittle: true) {
            let words = (0..<16).map { index in
                block[4 * index..<4 * index + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
            }
            var (a, b, c, d) = (state[0], state[1], state[2], state[3])
            for step in 0..<64 {
                let (mix, place): (UInt32, Int) =
                    switch step / 16 {
                    case 0: (b & c | ~b & d, step)
                    case 1: (d & b | ~d & c, (5 * step + 1) % 16)
                    case 2: (b ^ c ^ d, (3 * step + 5) % 16)
                    default: (c ^ (b | ~d), 7 * step % 16)
                    }
                let sum = a &+ mix &+ sines[step] &+ words[place]
                (a, d, c, b) = (d, c, b, b &+ rotatedLeft(sum, shifts[step / 16][step % 4]))
            }
            state = [state[0] &+ a, state[1] &+ b, state[2] &+ c, state[3] &+ d]
        }
        return state.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * UInt32($0))) } }
    }

    static func sha1(_ message: [UInt8]) -> [UInt8] {
        var state: [UInt32] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0]
        for block in blocks(message, size: 64, lengthBytes: 8, isLittle: false) {
            var words = words(block, of: UInt32.self)
            for index in 16..<80 {
                words.append(
                    rotatedLeft(words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16], 1)
                )
            }
            var (a, b, c, d, e) = (state[0], state[1], state[2], state[3], state[4])
            for step in 0..<80 {
                let (mix, constant): (UInt32, UInt32) =
                    switch step / 20 {
                    case 0: (b & c | ~b & d, 0x5A82_7999)
                    case 1: (b ^ c ^ d, 0x6ED9_EBA1)
                    case 2: (b & c | b & d | c & d, 0x8F1B_BCDC)
                    default: (b ^ c ^ d, 0xCA62_C1D6)
                    }
                let sum = rotatedLeft(a, 5) &+ mix &+ e &+ constant &+ words[step]
                (a, b, c, d, e) = (sum, a, rotatedLeft(b, 30), c, d)
            }
            state = zip(state, [a, b, c, d, e]).map { $0 &+ $1 }
        }
        return state.flatMap { BigEndian.bytes(UInt64($0), count: 4) }
    }

    static func sha256(_ message: [UInt8]) -> [UInt8] {
        let state = sha2(
            blocks(message, size: 64, lengthBytes: 8, isLittle: false),
            start: squareRoots.map { UInt32(truncatingIfNeeded: $0 >> 32) },
            constants: cubeRoots.prefix(64).map { UInt32(truncatingIfNeeded: $0 >> 32) },
            rotations: Rotations(small0: (7, 18, 3), small1: (17, 19, 10), large0: (2, 13, 22), large1: (6, 11, 25))
        )
        return state.flatMap { BigEndian.bytes(UInt64($0), count: 4) }
    }

    static func sha512(_ message: [UInt8]) -> [UInt8] {
        let state = sha2(
            blocks(message, size: 128, lengthBytes: 16, isLittle: false),
            start: squareRoots,
            constants: cubeRoots,
            rotations: Rotations(small0: (1, 8, 7), small1: (19, 61, 6), large0: (28, 34, 39), large1: (14, 18, 41))
        )
        return state.flatMap { BigEndian.bytes($0, count: 8) }
    }

    /// By how much the words of one SHA-2 are rotated; the third of the small ones shifts.
    private struct Rotations {
        var small0: (Int, Int, Int)
        var small1: (Int, Int, Int)
        var large0: (Int, Int, Int)
        var large1: (Int, Int, Int)
    }

    private static func sha2<Word: FixedWidthInteger & UnsignedInteger>(
        _ blocks: [[UInt8]],
        start: [Word],
        constants: [Word],
        rotations: Rotations
    ) -> [Word] {
        func rotated(_ word: Word, _ count: Int) -> Word { word >> Word(count) | word << Word(Word.bitWidth - count) }
        func small(_ word: Word, _ by: (Int, Int, Int)) -> Word {
            rotated(word, by.0) ^ rotated(word, by.1) ^ word >> Word(by.2)
        }
        func large(_ word: Word, _ by: (Int, Int, Int)) -> Word {
            rotated(word, by.0) ^ rotated(word, by.1) ^ rotated(word, by.2)
        }
        var state = start
        for block in blocks {
            var words = words(block, of: Word.self)
            for index in 16..<constants.count {
                words.append(
                    words[index - 16] &+ small(words[index - 15], rotations.small0) &+ words[index - 7]
                        &+ small(words[index - 2], rotations.small1)
                )
            }
            var s = state
            for step in constants.indices {
                let choice = s[4] & s[5] ^ ~s[4] & s[6]
                let first = s[7] &+ large(s[4], rotations.large1) &+ choice &+ constants[step] &+ words[step]
                let majority = s[0] & s[1] ^ s[0] & s[2] ^ s[1] & s[2]
                let second = large(s[0], rotations.large0) &+ majority
                s = [first &+ second, s[0], s[1], s[2], s[3] &+ first, s[4], s[5], s[6]]
            }
            state = zip(state, s).map { $0 &+ $1 }
        }
        return state
    }

    /// The message with a 1 bit, zeros and its length in bits, in blocks.
    private static func blocks(_ message: [UInt8], size: Int, lengthBytes: Int, isLittle: Bool) -> [[UInt8]] {
        var padded = message + [0x80]
        while padded.count % size != size - lengthBytes { padded.append(0) }
        let length = BigEndian.bytes(UInt64(message.count) << 3, count: 8)
        padded += [UInt8](repeating: 0, count: lengthBytes - 8) + (isLittle ? length.reversed() : length)
        return stride(from: 0, to: padded.count, by: size).map { Array(padded[$0..<$0 + size]) }
    }

    private static func words<Word: FixedWidthInteger>(_ block: [UInt8], of: Word.Type) -> [Word] {
        let size = Word.bitWidth / 8
        return (0..<16).map { index in
            block[size * index..<size * (index + 1)].reduce(0) { $0 << 8 | Word(truncatingIfNeeded: $1) }
        }
    }

    private static func rotatedLeft(_ word: UInt32, _ count: UInt32) -> UInt32 { word << count | word >> (32 - count) }

    private static let primes: [UInt64] = {
        var primes: [UInt64] = []
        var candidate: UInt64 = 2
        while primes.count < 80 {
            if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
            candidate += 1
        }
        return primes
    }()

    /// The first 64 bits after the point of the square roots of the first eight primes.
    private static let squareRoots: [UInt64] = primes.prefix(8).map { fraction(ofRoot: 2, of: $0) }
    /// The first 64 bits after the point of the cube roots of the first eighty primes.
    private static let cubeRoots: [UInt64] = primes.map { fraction(ofRoot: 3, of: $0) }

    /// The root × 2^64, cut to its last 64 bits: the largest r with r^degree ≤ prime × 2^(64·degree), found bit by bit.
    private static func fraction(ofRoot degree: Int, of prime: UInt64) -> UInt64 {
        var root: UInt128 = 0
        for bit in stride(from: 68, through: 0, by: -1) {
            let candidate = root | 1 << UInt128(bit)
            if power(candidate, degree, isAtMost: prime) { root = candidate }
        }
        return UInt64(truncatingIfNeeded: root)
    }

    /// Whether value^degree ≤ prime × 2^(64·degree); the value has at most 69 bits.
    private static func power(_ value: UInt128, _ degree: Int, isAtMost prime: UInt64) -> Bool {
        // In limbs of 32 bits, least significant first.
        let limbs = (0..<3).map { UInt64(truncatingIfNeeded: value >> (32 * UInt128($0)) & 0xFFFF_FFFF) }
        var product: [UInt64] = [1]
        for _ in 0..<degree {
            var next = [UInt64](repeating: 0, count: product.count + 3)
            for (i, x) in product.enumerated() {
                var carry: UInt64 = 0
                for (j, y) in limbs.enumerated() {
                    let sum = x * y + next[i + j] + carry
                    next[i + j] = sum & 0xFFFF_FFFF
                    carry = sum >> 32
                }
                next[i + limbs.count] += carry
            }
            product = next
        }
        let whole = product.dropFirst(2 * degree)
        let top = whole.reversed().reduce(UInt128(0)) { $0 << 32 | UInt128($1) }
        if top != UInt128(prime) { return top < UInt128(prime) }
        return product.prefix(2 * degree).allSatisfy { $0 == 0 }
    }

    /// ⌊2^32 × |sin(i + 1)|⌋ for 64 steps, from the table of RFC 1321.
    private static let sines: [UInt32] = [
        0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613, 0xfd46_9501,
        0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821,
        0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8,
        0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a,
        0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70,
        0x289b_7ec6, 0xeaa1_27fa, 0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665,
        0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
        0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb, 0xeb86_d391,
    ]
}
