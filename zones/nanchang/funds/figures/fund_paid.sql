-- title: 资金支付 | Paid from funds
-- unit: 万元 | ten thousand yuan
-- good: up
-- by: fund = name; month = month; kind = kind : fund_entry
-- drawing: line
-- note: 银行回单确认支付成功的金额;追回的另计。 | What the bank confirmed as paid; recoveries are counted apart.
-- columns: name = 资金 | Fund; month = 月份 | Month; kind = 款项 | Entry : fund_entry; paid = 支付 | Paid : money
rows:
SELECT id, fund, name, month, kind, CASE WHEN kind = 'recover' THEN 0 ELSE paid END AS paid FROM fund_entry_report WHERE zone = $1 AND paid <> 0
value:
SELECT round(sum(paid) / 1000000.0, 2) FROM rows
