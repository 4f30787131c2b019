-- title: 政策兑现 | Benefits awarded
-- unit: 万元 | ten thousand yuan
-- good: up
-- by: clause = title; unit = unit; year = year
-- drawing: bars
-- note: 已确认的奖补(含等待资金的),追回的扣除。 | What was confirmed, with what waits for money; recoveries taken off.
-- columns: title = 条款 | Clause; label = 受益人 | Who gets it; unit = 责任单位 | Unit : unit; year = 年度 | Year; fen = 金额 | Amount : money
rows:
SELECT id, title, unit, year, label, fen - recovered AS fen FROM benefit_report WHERE zone = $1 AND list_state = 'confirmed' AND state IN ('awarded', 'waiting')
value:
SELECT round(coalesce(sum(fen), 0) / 1000000.0, 2) FROM rows
