-- title: 整治问题 | Problems found
-- unit: 个 | problems
-- of: rect_problem
-- by: state = state; unit = unit; campaign = campaign; kind = kind
-- drawing: bars
-- note: 问题清单上的全部问题 | all problems on the lists
rows:
SELECT id, state, unit, campaign, kind FROM record_rect_problem WHERE zone = $1
value:
SELECT count(*) FROM rows
