-- title: 资金预算 | Budget of funds
-- unit: 万元 | ten thousand yuan
-- by: fund = name; month = month; kind = kind : fund_entry
-- drawing: bars
-- note: 下达的预算减去调减和上缴的部分。 | What was appropriated, less reductions and what went back to the treasury.
-- columns: name = 资金 | Fund; month = 月份 | Month; kind = 款项 | Entry : fund_entry; budget = 预算 | Budget : money
rows:
SELECT id, fund, name, month, kind, budget FROM fund_entry_report WHERE zone = $1 AND budget <> 0
value:
SELECT round(sum(budget) / 1000000.0, 2) FROM rows
