-- title: 资金可用余额 | Left in funds
-- unit: 万元 | ten thousand yuan
-- by: fund = name; month = month; kind = kind : fund_entry
-- drawing: bars
-- note: 已下达、尚未承诺的金额;按月看是当月的增减。 | Appropriated and not yet committed; by month it is the month's change.
-- columns: name = 资金 | Fund; month = 月份 | Month; kind = 款项 | Entry : fund_entry; available = 可用 | Available : money
rows:
SELECT id, fund, name, month, kind, available FROM fund_entry_report WHERE zone = $1 AND available <> 0
value:
SELECT round(sum(available) / 1000000.0, 2) FROM rows
