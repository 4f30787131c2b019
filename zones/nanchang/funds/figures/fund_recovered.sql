-- title: 资金追回 | Recovered
-- unit: 万元 | ten thousand yuan
-- by: fund = name; month = month
-- drawing: number
-- note: 已支付后追回的金额。 | Paid and recovered.
-- columns: name = 资金 | Fund; month = 月份 | Month; fen = 追回 | Recovered : money
rows:
SELECT id, fund, name, month, fen FROM fund_entry_report WHERE zone = $1 AND kind = 'recover'
value:
SELECT round(coalesce(sum(fen), 0) / 1000000.0, 2) FROM rows
