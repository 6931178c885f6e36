/// What the numbers in a collation stand for.
///
/// Source: Microsoft, "Windows Collation Name", "SQL Server Collation Name" and "Code page identifiers".
enum CollationNames {
    /// The first part of the names of Windows collations and the locale of each.
    static let designators: [(name: String, lcid: UInt32)] = [
        ("Latin1_General", 0x0409), ("Albanian", 0x041C), ("Arabic", 0x0401), ("Assamese", 0x044D),
        ("Azeri_Cyrillic", 0x082C), ("Azeri_Latin", 0x042C), ("Bashkir", 0x046D), ("Bengali", 0x0445),
        ("Bosnian_Cyrillic", 0x201A), ("Bosnian_Latin", 0x141A), ("Breton", 0x047E),
        ("Chinese_Hong_Kong_Stroke", 0x0C04),
        ("Chinese_PRC", 0x0804), ("Chinese_PRC_Stroke", 0x20804), ("Chinese_Simplified_Pinyin", 0x0804),
        ("Chinese_Simplified_Stroke_Order", 0x20804), ("Chinese_Taiwan_Bopomofo", 0x30404),
        ("Chinese_Taiwan_Stroke", 0x0404), ("Chinese_Traditional_Bopomofo", 0x30404),
        ("Chinese_Traditional_Pinyin", 0x21404), ("Chinese_Traditional_Stroke_Count", 0x0404),
        ("Chinese_Traditional_Stroke_Order", 0x40404), ("Corsican", 0x0483), ("Croatian", 0x041A),
        ("Cyrillic_General", 0x0419),
        ("Czech", 0x0405), ("Danish_Greenlandic", 0x046F), ("Danish_Norwegian", 0x0406), ("Dari", 0x048C),
        ("Divehi", 0x0465), ("Estonian", 0x0425), ("Finnish_Swedish", 0x040B), ("French", 0x040C), ("Frisian", 0x0462),
        ("Georgian_Modern_Sort", 0x10437), ("German_PhoneBook", 0x10407), ("Greek", 0x0408), ("Hebrew", 0x040D),
        ("Hungarian", 0x040E), ("Hungarian_Technical", 0x1040E), ("Icelandic", 0x040F), ("Indic_General", 0x0439),
        ("Japanese", 0x0411), ("Japanese_Bushu_Kakusu", 0x40411), ("Japanese_Unicode", 0x10411),
        ("Japanese_XJIS", 0x0411), ("Kazakh", 0x043F), ("Khmer", 0x0453), ("Korean", 0x0412),
        ("Korean_Wansung", 0x0412),
        ("Lao", 0x0454), ("Latvian", 0x0426), ("Lithuanian", 0x0427), ("Macedonian_FYROM", 0x042F), ("Maltese", 0x043A),
        ("Maori", 0x0481), ("Mapudungan", 0x047A), ("Modern_Spanish", 0x0C0A), ("Mohawk", 0x047C), ("Nepali", 0x0461),
        ("Norwegian", 0x0414), ("Pashto", 0x0463), ("Persian", 0x0429), ("Polish", 0x0415), ("Romanian", 0x0418),
        ("Romansh", 0x0417), ("Sami_Norway", 0x043B), ("Sami_Sweden_Finland", 0x083B), ("Serbian_Cyrillic", 0x0C1A),
        ("Serbian_Latin", 0x081A), ("Slovak", 0x041B), ("Slovenian", 0x0424), ("Syriac", 0x045A), ("Tamazight", 0x085F),
        ("Tatar", 0x0444), ("Thai", 0x041E), ("Tibetan", 0x0451), ("Traditional_Spanish", 0x040A), ("Turkish", 0x041F),
        ("Turkmen", 0x0442), ("Uighur", 0x0480), ("Ukrainian", 0x0422), ("Upper_Sorbian", 0x042E), ("Urdu", 0x0420),
        ("Uzbek_Latin", 0x0443), ("Vietnamese", 0x042A), ("Welsh", 0x0452), ("Yakut", 0x0485),
    ]

    /// SQL Server's own collations by their sort order.
    static let sql: [UInt8: String] = [
        30: "SQL_Latin1_General_CP437_BIN", 31: "SQL_Latin1_General_CP437_CS_AS", 32: "SQL_Latin1_General_CP437_CI_AS",
        33: "SQL_Latin1_General_Pref_CP437_CI_AS", 34: "SQL_Latin1_General_CP437_CI_AI",
        40: "SQL_Latin1_General_CP850_BIN", 41: "SQL_Latin1_General_CP850_CS_AS", 42: "SQL_Latin1_General_CP850_CI_AS",
        43: "SQL_Latin1_General_Pref_CP850_CI_AS", 44: "SQL_Latin1_General_CP850_CI_AI", 49: "SQL_1xCompat_CP850_CI_AS",
        51: "SQL_Latin1_General_CP1_CS_AS", 52: "SQL_Latin1_General_CP1_CI_AS",
        53: "SQL_Latin1_General_Pref_CP1_CI_AS", 54: "SQL_Latin1_General_CP1_CI_AI", 55: "SQL_AltDiction_CP850_CS_AS",
        56: "SQL_AltDiction_Pref_CP850_CI_AS", 57: "SQL_AltDiction_CP850_CI_AI",
        58: "SQL_Scandinavian_Pref_CP850_CI_AS",
        59: "SQL_Scandinavian_CP850_CS_AS", 60: "SQL_Scandinavian_CP850_CI_AS", 61: "SQL_AltDiction_CP850_CI_AS",
        81: "SQL_Latin1_General_CP1250_CS_AS", 82: "SQL_Latin1_General_CP1250_CI_AS", 83: "SQL_Czech_CP1250_CS_AS",
        84: "SQL_Czech_CP1250_CI_AS", 85: "SQL_Hungarian_CP1250_CS_AS", 86: "SQL_Hungarian_CP1250_CI_AS",
        87: "SQL_Polish_CP1250_CS_AS", 88: "SQL_Polish_CP1250_CI_AS", 89: "SQL_Romanian_CP1250_CS_AS",
        90: "SQL_Romanian_CP1250_CI_AS", 91: "SQL_Croatian_CP1250_CS_AS", 92: "SQL_Croatian_CP1250_CI_AS",
        93: "SQL_Slovak_CP1250_CS_AS", 94: "SQL_Slovak_CP1250_CI_AS", 95: "SQL_Slovenian_CP1250_CS_AS",
        96: "SQL_Slovenian_CP1250_CI_AS", 105: "SQL_Latin1_General_CP1251_CS_AS",
        106: "SQL_Latin1_General_CP1251_CI_AS", 107: "SQL_Ukrainian_CP1251_CS_AS", 108: "SQL_Ukrainian_CP1251_CI_AS",
        113: "SQL_Latin1_General_CP1253_CS_AS", 114: "SQL_Latin1_General_CP1253_CI_AS",
        120: "SQL_MixDiction_CP1253_CS_AS", 121: "SQL_AltDiction_CP1253_CS_AS", 122: "SQL_AltDiction2_CP1253_CS_AS",
        124: "SQL_Latin1_General_CP1253_CI_AI", 129: "SQL_Latin1_General_CP1254_CS_AS",
        130: "SQL_Latin1_General_CP1254_CI_AS", 137: "SQL_Latin1_General_CP1255_CS_AS",
        138: "SQL_Latin1_General_CP1255_CI_AS", 145: "SQL_Latin1_General_CP1256_CS_AS",
        146: "SQL_Latin1_General_CP1256_CI_AS", 153: "SQL_Latin1_General_CP1257_CS_AS",
        154: "SQL_Latin1_General_CP1257_CI_AS", 155: "SQL_Estonian_CP1257_CS_AS", 156: "SQL_Estonian_CP1257_CI_AS",
        157: "SQL_Latvian_CP1257_CS_AS", 158: "SQL_Latvian_CP1257_CI_AS", 159: "SQL_Lithuanian_CP1257_CS_AS",
        160: "SQL_Lithuanian_CP1257_CI_AS", 183: "SQL_Danish_Pref_CP1_CI_AS", 184: "SQL_SwedishPhone_Pref_CP1_CI_AS",
        185: "SQL_SwedishStd_Pref_CP1_CI_AS", 186: "SQL_Icelandic_Pref_CP1_CI_AS", 210: "SQL_EBCDIC037_CP1_CS_AS",
        211: "SQL_EBCDIC273_CP1_CS_AS", 212: "SQL_EBCDIC277_CP1_CS_AS", 213: "SQL_EBCDIC278_CP1_CS_AS",
        214: "SQL_EBCDIC280_CP1_CS_AS", 215: "SQL_EBCDIC284_CP1_CS_AS", 216: "SQL_EBCDIC285_CP1_CS_AS",
        217: "SQL_EBCDIC297_CP1_CS_AS",
    ]

    /// The locales of SQL Server's own collations that are not for US English, by what follows `SQL_`. Those of the Greek,
    /// Turkish, Hebrew, Arabic and Baltic code pages that are called `Latin1_General` have the locale of their code page.
    static let sqlLocales: [(name: String, lcid: UInt32)] = [
        ("Czech", 0x0405), ("Hungarian", 0x040E), ("Polish", 0x0415), ("Romanian", 0x0418), ("Croatian", 0x041A),
        ("Slovak", 0x041B), ("Slovenian", 0x0424), ("Ukrainian", 0x0422), ("Estonian", 0x0425), ("Latvian", 0x0426),
        ("Lithuanian", 0x0427), ("Danish", 0x0406), ("Swedish", 0x040B), ("Icelandic", 0x040F),
        ("Latin1_General_CP1251", 0x0419), ("Latin1_General_CP1253", 0x0408), ("MixDiction_CP1253", 0x0408),
        ("AltDiction_CP1253", 0x0408), ("AltDiction2_CP1253", 0x0408), ("Latin1_General_CP1254", 0x041F),
        ("Latin1_General_CP1255", 0x040D), ("Latin1_General_CP1256", 0x0401), ("Latin1_General_CP1257", 0x0425),
    ]

    static func codePage(sortID: UInt8) -> CodePage? {
        switch sortID {
        case 30...35: CodePage(437)
        case 40...49, 55...61: CodePage(850)
        case 50...54, 71...75, 183...186, 210...217: .windows1252
        case 80...98: CodePage(1250)
        case 104...108: CodePage(1251)
        case 112...124: CodePage(1253)
        case 128...130: CodePage(1254)
        case 136...138: CodePage(1255)
        case 144...146: CodePage(1256)
        case 152...160: CodePage(1257)
        case 192, 193, 200: CodePage(932)
        case 194, 195, 201: CodePage(949)
        case 196, 197, 202: CodePage(950)
        case 198, 199, 203: CodePage(936)
        case 204...206: CodePage(874)
        default: nil
        }
    }

    static func codePage(lcid: UInt32) -> CodePage? {
        // The sort order in the upper bits changes the order, not the characters.
        switch lcid & 0xFFFF {
        case 0x0405, 0x040E, 0x0415, 0x0418, 0x041A, 0x041B, 0x041C, 0x0424, 0x0442, 0x081A, 0x101A, 0x141A, 0x181A:
            return CodePage(1250)
        case 0x0402, 0x0419, 0x0422, 0x0423, 0x0428, 0x042F, 0x043F, 0x0440, 0x0444, 0x0450, 0x046D, 0x0485, 0x082C,
            0x0843, 0x0C1A, 0x1C1A, 0x201A:
            return CodePage(1251)
        case 0x0408: return CodePage(1253)
        case 0x041F, 0x042C, 0x0443: return CodePage(1254)
        case 0x040D: return CodePage(1255)
        case 0x0420, 0x0429, 0x0480, 0x048C: return CodePage(1256)
        case 0x0425, 0x0426, 0x0427, 0x0827: return CodePage(1257)
        case 0x042A: return CodePage(1258)
        case 0x041E: return CodePage(874)
        case 0x0411: return CodePage(932)
        case 0x0804, 0x1004: return CodePage(936)
        case 0x0412: return CodePage(949)
        case 0x0404, 0x0C04, 0x1404: return CodePage(950)
        default: break
        }
        // What is left is decided by the language alone.
        switch lcid & 0x3FF {
        case 0x01: return CodePage(1256)
        case 0x03, 0x06, 0x07, 0x09, 0x0A, 0x0B, 0x0C, 0x0F, 0x10, 0x13, 0x14, 0x16, 0x17, 0x1D, 0x21, 0x2D, 0x2E, 0x32,
            0x34, 0x35, 0x36, 0x37, 0x38, 0x3B, 0x3E, 0x41, 0x52, 0x56, 0x5F, 0x62, 0x64, 0x6C, 0x6E, 0x6F, 0x7A, 0x7C,
            0x7E, 0x82, 0x83, 0x84, 0x86, 0x87, 0x88:
            return .windows1252
        default: return nil
        }
    }
}
