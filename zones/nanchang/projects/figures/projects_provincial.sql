-- title: 省大中型项目 | Large and medium projects of the province
-- unit: 个 | projects
-- of: project
-- by: stage = stage; unit = unit; light = light
-- drawing: bars
-- note: 纳入省大中型的项目 | projects on the province's list
rows:
SELECT id, stage, unit, light FROM record_project WHERE zone = $1 AND provincial = 1
value:
SELECT count(*) FROM rows
