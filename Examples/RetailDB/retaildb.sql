-- RetailDB: three tables, 65,000 rows, and Change Data Capture from then on. What is there already is left as it is.
-- For sqlcmd, tsql and the emulator: lines that hold nothing but GO separate batches.
IF DB_ID(N'RetailDB') IS NULL CREATE DATABASE RetailDB;
GO
USE RetailDB;
GO
IF OBJECT_ID(N'dbo.customers') IS NULL
CREATE TABLE dbo.customers (
    customer_id INT PRIMARY KEY, first_name VARCHAR(50), last_name VARCHAR(50), email VARCHAR(100), phone VARCHAR(20),
    address VARCHAR(200), city VARCHAR(50), state VARCHAR(50), zip_code VARCHAR(10),
    created_date DATETIME DEFAULT GETDATE(), last_updated DATETIME DEFAULT GETDATE());
IF OBJECT_ID(N'dbo.orders') IS NULL
CREATE TABLE dbo.orders (
    order_id INT PRIMARY KEY, customer_id INT FOREIGN KEY REFERENCES dbo.customers (customer_id), order_date DATETIME,
    order_status VARCHAR(20), total_amount DECIMAL(10, 2), shipping_address VARCHAR(200), payment_method VARCHAR(50),
    created_date DATETIME DEFAULT GETDATE(), last_updated DATETIME DEFAULT GETDATE());
IF OBJECT_ID(N'dbo.products') IS NULL
CREATE TABLE dbo.products (
    product_id INT PRIMARY KEY, product_name VARCHAR(100), category VARCHAR(50), price DECIMAL(10, 2), stock_quantity INT,
    supplier VARCHAR(100), description TEXT,
    created_date DATETIME DEFAULT GETDATE(), last_updated DATETIME DEFAULT GETDATE());
GO
-- Customers 1 to 10,000.
IF NOT EXISTS (SELECT 1 FROM dbo.customers)
WITH digits AS (SELECT d FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS v (d)),
numbers AS (
    SELECT 1 + a.d + 10 * b.d + 100 * c.d + 1000 * e.d AS n
    FROM digits AS a CROSS JOIN digits AS b CROSS JOIN digits AS c CROSS JOIN digits AS e)
INSERT INTO dbo.customers (customer_id, first_name, last_name, email, phone, address, city, state, zip_code)
SELECT n, CHOOSE(n % 5 + 1, 'Ada', 'Grace', 'Edsger', 'Barbara', 'Donald'),
    CHOOSE(n % 7 + 1, 'Miller', 'Garcia', 'Nguyen', 'Smith', 'O''Hara', 'Kim', 'Brown'),
    CONCAT('customer', n, '@example.com'), CASE WHEN n % 20 = 0 THEN NULL ELSE CONCAT('(206) 555-01', 10 + n % 90) END,
    CONCAT(n % 9899 + 1, ' Main St'), CHOOSE(n % 3 + 1, 'Seattle', 'Chicago', 'Austin'), CHOOSE(n % 3 + 1, 'WA', 'IL', 'TX'),
    CHOOSE(n % 3 + 1, '98101', '60601', '73301')
FROM numbers;
GO
-- Orders 1 to 50,000; every customer has five.
IF NOT EXISTS (SELECT 1 FROM dbo.orders)
WITH digits AS (SELECT d FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS v (d)),
numbers AS (
    SELECT 1 + a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d AS n
    FROM digits AS a CROSS JOIN digits AS b CROSS JOIN digits AS c CROSS JOIN digits AS e CROSS JOIN digits AS f WHERE f.d < 5)
INSERT INTO dbo.orders (order_id, customer_id, order_date, order_status, total_amount, shipping_address, payment_method)
SELECT n, n % 10000 + 1, DATEADD(minute, n * 20, '2022-01-01'),
    CASE WHEN n = 5001 OR n > 49900 THEN 'PENDING' WHEN n % 20 = 0 THEN 'CANCELLED' WHEN n > 49000 THEN 'SHIPPED' ELSE 'DELIVERED' END,
    n % 895 + 5 + 0.01 * (n % 100), CONCAT((n % 10000 + 1) % 9899 + 1, ' Main St'),
    CHOOSE(n % 4 + 1, 'Credit Card', 'Debit Card', 'PayPal', 'Gift Card')
FROM numbers;
GO
-- Products 1 to 5,000.
IF NOT EXISTS (SELECT 1 FROM dbo.products)
WITH digits AS (SELECT d FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS v (d)),
numbers AS (
    SELECT 1 + a.d + 10 * b.d + 100 * c.d + 1000 * e.d AS n
    FROM digits AS a CROSS JOIN digits AS b CROSS JOIN digits AS c CROSS JOIN digits AS e WHERE e.d < 5)
INSERT INTO dbo.products (product_id, product_name, category, price, stock_quantity, supplier, description)
SELECT n, CONCAT(CHOOSE(n % 4 + 1, 'Lamp', 'Kettle', 'Backpack', 'Keyboard'), ' ', n),
    CHOOSE(n % 4 + 1, 'Home', 'Kitchen', 'Outdoor', 'Electronics'), n % 395 + 5.99, n % 500, CONCAT('Supplier ', n % 40),
    CASE WHEN n % 12 = 0 THEN NULL ELSE 'Made to last.' END
FROM numbers;
GO
IF (SELECT is_cdc_enabled FROM sys.databases WHERE name = N'RetailDB') = 0 EXEC sys.sp_cdc_enable_db;
GO
IF (SELECT is_tracked_by_cdc FROM sys.tables WHERE name = N'customers') = 0
    EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'customers', @role_name = NULL;
IF (SELECT is_tracked_by_cdc FROM sys.tables WHERE name = N'orders') = 0
    EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'orders', @role_name = NULL;
IF (SELECT is_tracked_by_cdc FROM sys.tables WHERE name = N'products') = 0
    EXEC sys.sp_cdc_enable_table @source_schema = N'dbo', @source_name = N'products', @role_name = NULL;
GO
