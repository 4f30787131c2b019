-- title: 有疑点的月报 | Reports with doubts
-- unit: 份 | reports
-- of: monthly_report
-- good: down
-- by: month = month; doubt = doubt
-- drawing: bars
-- note: 与上月、上年同月或用电相比变动过大,已写明原因的也在内 | far from last month, the year before or the power used; explained ones included
rows:
SELECT id, month, doubt FROM record_monthly_report WHERE zone = $1 AND doubt <> ''
value:
SELECT count(*) FROM rows
