"""Runs the blocks of T-SQL that a document shows on a SQL Server, through a driver that others wrote.

    script_client.py DRIVER PORT DOCUMENT ROWS

DRIVER is pymssql, pytds or mssql_python; the password is in SWIFT_CDC_PASSWORD. Lines that hold nothing but GO separate
batches. Prints the rows of the last one, which is asked again until it has so many: changes are captured a little later.
"""

import os
import re
import sys
import time

driver, port, document, wanted = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
password = os.environ["SWIFT_CDC_PASSWORD"]

if driver == "pymssql":
    import pymssql

    connection = pymssql.connect("127.0.0.1", "sa", password, "master", port=str(port), autocommit=True)
elif driver == "pytds":
    import pytds

    connection = pytds.connect("127.0.0.1", "master", "sa", password, port=port, autocommit=True)
else:
    import mssql_python

    connection = mssql_python.connect(
        f"Server=127.0.0.1,{port};UID=sa;PWD={{{password}}};Encrypt=optional;TrustServerCertificate=yes", autocommit=True
    )

text = open(document, encoding="utf-8").read()
script = "\n".join(re.findall(r"^```sql\n(.*?)^```$", text, re.M | re.S))
batches = [batch for batch in re.split(r"^GO$", script, flags=re.M) if batch.strip()]
cursor = connection.cursor()
for batch in batches[:-1]:
    cursor.execute(batch)
rows = []
for _ in range(600):
    cursor.execute(batches[-1])
    rows = cursor.fetchall()
    if len(rows) >= wanted:
        break
    time.sleep(0.1)
for row in rows:
    print(*row, sep="\t")
