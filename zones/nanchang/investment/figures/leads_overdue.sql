-- title: 下一步逾期的线索 | Leads whose next step is overdue
-- unit: 条 | leads
-- of: lead
-- good: down
-- by: unit = unit; stage = stage
-- drawing: bars
-- note: 下一步已过到期日 | the next step is past its day
rows:
SELECT id, unit, stage FROM record_lead WHERE zone = $1 AND late = 1
value:
SELECT count(*) FROM rows
