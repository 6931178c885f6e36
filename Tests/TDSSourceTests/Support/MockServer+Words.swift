extension MockServer {
    /// Statements that the server learns: a batch that begins with the word has the effect.
    ///
    /// - `types`: the server's own row of all types, without `sql_variant`: once plain, once all null, once with a bitmap of
    ///   nulls.
    /// - `edges`: the smallest and largest values of types, and texts that are none.
    /// - `clr`: a column of a CLR type.
    /// - `none`: columns without rows. `two`, `twoempty`: a second result set, with a row and without.
    /// - `setup`: the batch with which the client set up its session.
    /// - `late`: a row, then an error in a second statement.
    /// - `killed N STATUS`: N rows, then the end that a server sends for a session that was ended by `KILL`: an error in the status of the
    ///   token DONE, and no message. `killedearly`: the same without columns.
    /// - `procedure N`: N rows of a procedure that counts none, and its return status. `killedprocedure N`: it does not return.
    /// - `between N`: an error between the rows N and N + 1.
    /// - `guid1`, `int3`: a `uniqueidentifier` of one byte, an integer of three.
    /// - `damaged SEED`: the reply to `types` with some bytes changed, and the end of the connection.
    /// - `raise N S`: error N of severity S.
    /// - `deaf`: no answer, not even to an attention. `rowsdeaf`: the same after some rows.
    /// - `wait`: no answer until an attention, whenever that comes.
    /// - `pause`: rows, and then nothing until an attention.
    ///
    /// A login to the database `routed N` is sent on to port N.
    static let words = #"""
        INT = lambda name, v: (name, 0x09, b'\x26\x04', b'\x04' + struct.pack('<i', v), b'\0')
        DT2 = lambda ticks, day: b'\x08' + ticks.to_bytes(5, 'little') + day.to_bytes(3, 'little')
        DTO = lambda ticks, day, m: b'\x0a' + ticks.to_bytes(5, 'little') + day.to_bytes(3, 'little') + struct.pack('<h', m)
        TXT = lambda b: struct.pack('<H', len(b)) + b
        UTF8 = bytes.fromhex('0904d00434')
        COLLATED = lambda lcid: (lcid | 0xD00000).to_bytes(4, 'little') + b'\0'
        LAST = days1(9999, 12, 31)
        NIGHT = 864 * 10**9 - 1
        MONEY = lambda v: b'\x08' + struct.pack('<iI', v >> 32, v & 0xffffffff)
        EDGES = [
            ('tinyint', b'\x26\x01', b'\x01\x00', b'\x01\xff'),
            ('bigint', b'\x26\x08', b'\x08' + struct.pack('<q', -2**63), b'\x08' + struct.pack('<q', 2**63 - 1)),
            ('money', b'\x6e\x08', MONEY(-2**63), MONEY(2**63 - 1)),
            ('smallmoney', b'\x6e\x04', b'\x04' + struct.pack('<i', -2**31), b'\x04' + struct.pack('<i', 2**31 - 1)),
            ('decimal1', b'\x6a\x05\x01\x00', dec(-9, 1, 0), dec(9, 1, 0)),
            ('decimal18', b'\x6a\x09\x12\x05', dec(-(10**18 - 1), 18, 5), dec(10**18 - 1, 18, 5)),
            ('decimal19', b'\x6a\x09\x13\x00', dec(-(10**19 - 1), 19, 0), dec(10**19 - 1, 19, 0)),
            ('decimal38', b'\x6a\x11\x26\x00', dec(-(10**38 - 1), 38, 0), dec(10**38 - 1, 38, 0)),
            ('datetime', b'\x6f\x08', b'\x08' + struct.pack('<iI', -53690, 1), b'\x08' + struct.pack('<iI', 2958463, 86400 * 300 - 1)),
            ('smalldatetime', b'\x6f\x04', b'\x04' + struct.pack('<HH', 0, 0), b'\x04' + struct.pack('<HH', 65535, 1439)),
            ('date', b'\x28', b'\x03\x00\x00\x00', b'\x03' + LAST.to_bytes(3, 'little')),
            ('time', b'\x29\x07', b'\x05' + bytes(5), b'\x05' + NIGHT.to_bytes(5, 'little')),
            ('datetime2', b'\x2a\x07', DT2(0, 0), DT2(NIGHT, LAST)),
            ('datetimeoffset', b'\x2b\x07', DTO(0, 0, 840), DTO(NIGHT, LAST, -840)),
            ('surrogates', b'\xe7\x28\x00' + COLL, TXT(b'a\0\x00\xd8b\0'), TXT(U('\U0001f600'))),
            ('utf8', b'\xa7\x28\x00' + UTF8, TXT(b'a\xffb'), TXT('ž😀'.encode())),
            ('latehalf', b'\xe7\x28\x00' + COLL, TXT(b'a\0\x3d\xd8'), TXT(b'a\0\x00\xdeb\0')),
            ('cyrillic', b'\xa7\x28\x00' + COLLATED(0x0419), TXT('Жук'.encode('cp1251')), TXT(b'')),
            ('japanese', b'\xa7\x28\x00' + COLLATED(0x0411), TXT('日本語ｱ'.encode('cp932')), TXT(b'abc')),
            ('greek', b'\xa7\x28\x00' + COLLATED(0x0408), TXT('Ωμέγα'.encode('cp1253')), TXT(b'')),
            ('czech', b'\xaf\x05\x00' + COLLATED(0x0405), TXT('žluť '.encode('cp1250')), TXT(b'     ')),
            ('chinese', b'\xa7\xff\xff' + COLLATED(0x0804), plp('汉字'.encode('cp936')), plp(b'')),
            ('zeros', b'\x6d\x08', b'\x08' + struct.pack('<d', -0.0), b'\x08' + struct.pack('<d', 5e-324)),
            ('empty', b'\xe7\x28\x00' + COLL, TXT(b''), TXT(b'')),
        ]
        EDGES = [[(n, 0x09, t, row, b'\0') for (n, t, *rows) in EDGES for row in [rows[i]]] for i in (0, 1)]
        own = Conn.batch
        def batch(s, sql):
            word, *rest = sql.split() or ['']
            if 'SET TEXTSIZE' in sql: s.setup = sql
            if word == 'types':
                c = [x for x in T if 'variant' not in x[0]]
                s.send(colmeta(c) + row(c) + nullrow(c) + nbcrow(c) + done(0xFD, 0x10, 0xc1, 3))
            elif word == 'edges': s.send(colmeta(EDGES[0]) + row(EDGES[0]) + row(EDGES[1]) + done(0xFD, 0x10, 0xc1, 2))
            elif word == 'clr':
                kind = bvar('shop') + bvar('sys') + bvar('hierarchyid') + usvar('Microsoft.SqlServer.Types.SqlHierarchyId')
                c = [INT('id', 1), ('place', 0x09, b'\xf0\xff\xff' + kind, plp(b'\x58'), plp(None))]
                s.send(colmeta(c) + row(c) + done(0xFD, 0x10, 0xc1, 1))
            elif word == 'setup':
                c = [('batch', 0x09, b'\xe7\x40\x1f' + COLL, TXT(U(s.setup)), NULL2)]
                s.send(colmeta(c) + row(c) + done(0xFD, 0x10, 0xc1, 1))
            elif word == 'none': s.send(colmeta([INT('n', 1)]) + done(0xFD, 0x10, 0xc1, 0))
            elif word in ('two', 'twoempty'):
                c = [INT('n', 1)]
                second = (row(c) if word == 'two' else b'')
                second = colmeta(c) + second + done(0xFD, 0x10, 0xc1, len(second) and 1)
                s.send(colmeta(c) + row(c) + done(0xFD, 0x11, 0xc1, 1) + second)
            elif word == 'killed':
                c = [INT('n', 1)]
                s.send(colmeta(c) + row(c) * int(rest[0]) + done(0xFD, int(rest[1], 16), 0xc1, 0))
            elif word == 'killedearly': s.send(done(0xFD, 0x02, 0xc1, 0))
            elif word in ('procedure', 'killedprocedure'):
                c = [INT('n', 1)]
                end = b'\x79' + struct.pack('<i', 0) + done(0xFE, 0, 0xe0, 0) if word == 'procedure' else done(0xFE, 2, 0xe0, 0)
                s.send(colmeta(c) + row(c) * int(rest[0]) + done(0xFF, 0x01, 0xc1, 0) + end)
            elif word == 'between':
                c = [INT('n', 1)]
                fault = error(8134, 1, 16, 'Divide by zero error encountered.')
                s.send(colmeta(c) + row(c) * int(rest[0]) + fault + row(c) * 5 + done(0xFD, 0x12, 0xc1, int(rest[0]) + 5))
            elif word in ('guid1', 'int3'):
                kind = b'\x24\x01' if word == 'guid1' else b'\x26\x03'
                c = [('g', 0x09, kind, b'\x01\x7f', b'\0')]
                s.send(colmeta(c) + row(c) + done(0xFD, 0x10, 0xc1, 1))
            elif word == 'damaged':
                import random
                dice = random.Random(int(rest[0]))
                c = [x for x in T if 'variant' not in x[0] and 'max' not in x[0]]
                p = bytearray(colmeta(c) + row(c) + nullrow(c) + nbcrow(c) + done(0xFD, 0x10, 0xc1, 3))
                for _ in range(dice.choice((1, 1, 2, 8))): p[dice.randrange(len(p))] = dice.choice((0, 1, 0x7f, 0x80, 0xff, dice.randrange(256)))
                if dice.random() < 0.2: p = p[:dice.randrange(len(p))]
                s.send(bytes(p))
                raise Closed
            elif word == 'late':
                c = [INT('n', 1)]
                second = error(547, 0, 16, 'The statement conflicted.') + done(0xFD, 0x02, 0xc3, 0)
                s.send(colmeta(c) + row(c) + done(0xFD, 0x11, 0xc1, 1) + second)
            elif word == 'raise':
                s.send(error(int(rest[0]), 1, int(rest[1]), 'as asked', proc='p', line=7) + done(0xFD, 0x02, 0, 0))
                if int(rest[1]) >= 20: raise Closed
            elif word in ('deaf', 'rowsdeaf'):
                if word == 'rowsdeaf':
                    p = s.pkts(4, colmeta([INT('n', 1)]) + row([INT('n', 1)]) * 30000)
                    s.write(p[:len(p) // s.psz * s.psz])
                while s.recvmsg(): pass
            elif word == 'wait':
                while s.recvmsg()[0] != 6: pass
                s.send(done(0xFD, 0x20, 0, 0))
            elif word == 'pause':
                # Whole rows, in packets of which none says that it is the last.
                p = bytearray(s.pkts(4, colmeta([INT('n', 1)]) + row([INT('n', 1)]) * 30000))
                p[(len(p) - 1) // s.psz * s.psz + 1] = 0
                s.write(bytes(p))
                while s.recvmsg()[0] != 6: pass
                s.send(done(0xFD, 0x20, 0, 0))
            else: own(s, sql)
        Conn.batch = batch
        login = Conn.login
        def loginto(s):
            # Of the LOGIN7 message only the database's name matters; the server's own code reads it again.
            t, b = s.recvmsg()
            o, n = struct.unpack('<HH', b[68:72])
            database = b[o:o + 2 * n].decode('utf-16-le')
            if database.startswith('routed ') and int(database[7:]) != A.port:
                route = b'\0' + struct.pack('<H', int(database[7:])) + usvar('127.0.0.1')
                route = b'\x14' + struct.pack('<H', len(route)) + route + b'\0\0'
                s.send(loginack() + b'\xe3' + struct.pack('<H', len(route)) + route + done(0xFD, 0, 0, 0))
                return
            if database == 'missing':
                refusal = error(4060, 1, 11, 'Cannot open database') + error(18456, 1, 14, 'Login failed')
                s.send(refusal + done(0xFD, 2, 0, 0))
                raise Closed
            if b[o:o + 2 * n].decode('utf-16-le') == 'secondary':
                refusal = error(983, 1, 14, 'Unable to access availability database') + error(4060, 1, 11, 'Cannot open database')
                s.send(refusal + done(0xFD, 2, 0, 0))
                raise Closed
            s.recvmsg, again = lambda raw=False: (t, b), s.recvmsg
            try: login(s)
            finally: s.recvmsg = again
        Conn.login = loginto

        """#
}
