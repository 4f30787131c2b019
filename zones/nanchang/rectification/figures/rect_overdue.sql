-- title: 逾期问题 | Problems overdue
-- unit: 个 | problems
-- of: rect_problem
-- good: down
-- by: unit = unit; campaign = campaign
-- drawing: bars
-- note: 整改或复查已过期限 | past the limit for putting right or for the re-check
rows:
SELECT id, unit, campaign FROM record_rect_problem WHERE zone = $1 AND late = 1
value:
SELECT count(*) FROM rows
