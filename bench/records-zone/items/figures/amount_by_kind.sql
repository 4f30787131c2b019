-- title: Amount
-- unit: yuan
-- of: item
-- by: kind = kind
-- drawing: bars
rows:
SELECT id, kind, amount FROM record_item WHERE zone = $1 AND open = 1
value:
SELECT sum(amount) / 100.0 FROM rows
