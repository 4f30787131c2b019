-- title: 在谈线索 | Open leads
-- unit: 条 | leads
-- of: lead
-- good: up
-- by: stage = stage; chain = chain; origin = origin; unit = unit
-- drawing: bars
-- note: 未签约也未流失的线索 | leads neither signed nor lost
rows:
SELECT id, stage, chain, origin, unit FROM record_lead WHERE zone = $1 AND signed_on = '' AND lost_on = ''
value:
SELECT count(*) FROM rows
