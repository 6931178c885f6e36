"""Works with the SQL Server emulator as the workshop does, through a driver that others wrote.

    emulator_client.py DRIVER PORT PASSWORD

DRIVER is pymssql, pytds or mssql_python. Ends with "all is well" or with what was not as expected.
"""

import datetime
import decimal
import sys
import uuid

D = decimal.Decimal
driver, port, password = sys.argv[1], int(sys.argv[2]), sys.argv[3]


def connect(database="master", secret=password):
    if driver == "pymssql":
        import pymssql

        return pymssql.connect("127.0.0.1", "sa", secret, database, port=str(port), charset="UTF-8", autocommit=False)
    if driver == "pytds":
        import pytds

        return pytds.connect("127.0.0.1", database, "sa", secret, port=port, autocommit=False, login_timeout=10)
    import mssql_python

    return mssql_python.connect(
        f"Server=127.0.0.1,{port};Database={database};UID=sa;PWD={{{secret}}};Encrypt=optional;TrustServerCertificate=yes"
    )


mark = "?" if driver == "mssql_python" else "%s"


def expect(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: {got!r} instead of {wanted!r}")


def rows(cursor, sql, *parameters):
    cursor.execute(sql.replace("?", mark), parameters) if parameters else cursor.execute(sql)
    return [tuple(row) for row in cursor.fetchall()]


def fails(cursor, sql, text):
    try:
        cursor.execute(sql)
        cursor.fetchall()
    except Exception as error:
        if text not in str(error):
            sys.exit(f"{sql}: {error} instead of {text}")
        return
    sys.exit(f"{sql}: no error")


try:
    connect(secret="wrong").close()
    sys.exit("a wrong password is taken")
except Exception as error:
    if "Login failed" not in str(error):
        sys.exit(f"a wrong password: {error}")

first = connect()
first.autocommit(True) if driver == "pymssql" else setattr(first, "autocommit", True)
first.cursor().execute("CREATE DATABASE RetailDB")
first.close()

connection = connect("RetailDB")
cursor = connection.cursor()
cursor.execute(
    """
    CREATE TABLE customers (
        customer_id INT PRIMARY KEY, first_name VARCHAR(50), last_name VARCHAR(50), email VARCHAR(100), phone VARCHAR(20),
        address VARCHAR(200), city VARCHAR(50), state VARCHAR(50), zip_code VARCHAR(10),
        created_date DATETIME DEFAULT GETDATE(), last_updated DATETIME DEFAULT GETDATE());
    CREATE TABLE orders (
        order_id INT PRIMARY KEY, customer_id INT FOREIGN KEY REFERENCES customers(customer_id), order_date DATETIME,
        order_status VARCHAR(20), total_amount DECIMAL(10,2), shipping_address VARCHAR(200), payment_method VARCHAR(50),
        created_date DATETIME DEFAULT GETDATE(), last_updated DATETIME DEFAULT GETDATE());
    CREATE TABLE products (
        product_id INT PRIMARY KEY, product_name VARCHAR(100), category VARCHAR(50), price DECIMAL(10,2), stock_quantity INT,
        supplier VARCHAR(100), description TEXT, created_date DATETIME DEFAULT GETDATE(), last_updated DATETIME DEFAULT GETDATE());
    """
)
connection.commit()

for number in (9999, 10001):
    cursor.execute(
        "INSERT INTO customers (customer_id, first_name, last_name, email) VALUES (?, ?, ?, ?)".replace("?", mark),
        (number, "Zoë", "O'Hara", None),
    )
expect("inserted", cursor.rowcount, 1)
cursor.execute("INSERT INTO orders (order_id, customer_id, order_status, total_amount) VALUES (5001, 9999, 'PENDING', 99.90), (5002, 9999, 'PENDING', 1)")
expect("orders", cursor.rowcount, 2)
cursor.execute("INSERT INTO products (product_id, product_name, price, stock_quantity, description) VALUES (2001, 'Lamp', 39.99, 5, 'a lamp')")
connection.commit()

cursor.execute("UPDATE orders SET order_status = 'SHIPPED', last_updated = GETDATE() WHERE order_id = 5001")
cursor.execute("UPDATE products SET price = ? WHERE product_id = ?".replace("?", mark), (D("29.99"), 2001))
connection.commit()
expect("order", rows(cursor, "SELECT order_status, total_amount FROM orders WHERE order_id = ?", 5001), [("SHIPPED", D("99.90"))])
expect("product", rows(cursor, "SELECT price, description FROM products"), [(D("29.99"), "a lamp")])
expect("customer", rows(cursor, "SELECT first_name, last_name, email FROM customers WHERE customer_id = 10001"), [("Zoë", "O'Hara", None)])

fails(cursor, "DELETE FROM customers WHERE customer_id = 9999", "REFERENCE constraint")
connection.rollback()
cursor.execute("DELETE FROM orders WHERE customer_id = 9999")
connection.rollback()
expect("rolled back", rows(cursor, "SELECT COUNT(*) FROM orders"), [(2,)])
fails(cursor, "SELECT 1/0", "Divide by zero")
fails(cursor, "SELECT * FROM nowhere", "Invalid object name")
connection.rollback()

cursor.execute(
    """
    CREATE TABLE every (
        id int PRIMARY KEY, bt bit, ti tinyint, si smallint, bi bigint, de decimal(38, 10), mo money, re real, fl float, da date, tm time(6),
        dt datetime, d2 datetime2(6), dto datetimeoffset(6), ch char(4), vc varchar(10), vm varchar(max), nv nvarchar(10), nm nvarchar(max),
        nt ntext, vb varbinary(4), vx varbinary(max), im image, ui uniqueidentifier, xm xml);
    INSERT every (id) VALUES (2);
    INSERT every VALUES (
        1, 1, 255, -32768, -9223372036854775808, -1234567890123456789012345678.0123456789, 922337203685477.5807, 1.5, -2.25, '0001-01-01',
        '23:59:59.999999', '1753-01-01 00:00:00.010', '9999-12-31 23:59:59.999999', '2024-02-29 13:14:15.123456 -05:30', 'ab', 'café',
        REPLICATE(CAST('x' AS varchar(max)), 100000), N'žluť', REPLICATE(CAST(N'Ω' AS nvarchar(max)), 50000), N'ntext', 0x0100,
        CAST(REPLICATE(CAST('y' AS varchar(max)), 9000) AS varbinary(max)), 0x00FF, '6F9619FF-8B86-D011-B42D-00C04FC964FF', '<a b="1"/>');
    """
)
connection.commit()
zone = datetime.timezone(datetime.timedelta(minutes=-330))
wanted = {
    "id": 1, "bt": True, "ti": 255, "si": -32768, "bi": -(2**63), "de": D("-1234567890123456789012345678.0123456789"),
    "mo": D("922337203685477.5807"), "re": 1.5, "fl": -2.25, "da": datetime.date(1, 1, 1), "tm": datetime.time(23, 59, 59, 999999),
    "dt": datetime.datetime(1753, 1, 1, 0, 0, 0, 10000), "d2": datetime.datetime(9999, 12, 31, 23, 59, 59, 999999),
    "dto": datetime.datetime(2024, 2, 29, 13, 14, 15, 123456, zone), "ch": "ab  ", "vc": "café", "vm": "x" * 100000, "nv": "žluť",
    "nm": "Ω" * 50000, "nt": "ntext", "vb": b"\x01\x00", "vx": b"y" * 9000, "im": b"\x00\xff",
    "ui": uuid.UUID("6F9619FF-8B86-D011-B42D-00C04FC964FF"), "xm": '<a b="1"/>',
}
for name, value in wanted.items():
    got = rows(cursor, f"SELECT {name} FROM every WHERE id = 1")[0][0]
    if name == "xm":
        got = got.lstrip("\ufeff")
    expect(name, got, value)
expect("columns", rows(cursor, "SELECT * FROM every WHERE id = 2"), [(2,) + (None,) * 24])

# Rows that fill many packets, twice, so that a prepared statement is used again.
for turn in range(2):
    cursor.execute("SELECT a.n FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS a(n)")
    expect("ten", [row[0] for row in cursor.fetchall()], list(range(10)))
    got = rows(cursor, "SELECT CAST(? AS nvarchar(20)), ? + 1", "ž", turn)
    expect("parameters", got, [("ž", turn + 1)])
connection.close()
print("all is well")
