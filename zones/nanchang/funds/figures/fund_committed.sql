-- title: 已承诺未支付 | Committed and not yet paid
-- unit: 万元 | ten thousand yuan
-- by: fund = name; month = month; kind = kind : fund_entry
-- drawing: bars
-- note: 已承诺给收款人、尚未支付成功的金额,含已送银行的在途款。 | Promised to payees and not yet paid, including what is with the bank.
-- columns: name = 资金 | Fund; month = 月份 | Month; kind = 款项 | Entry : fund_entry; committed = 已承诺 | Committed : money
rows:
SELECT id, fund, name, month, kind, committed FROM fund_entry_report WHERE zone = $1 AND committed <> 0
value:
SELECT round(sum(committed) / 1000000.0, 2) FROM rows
