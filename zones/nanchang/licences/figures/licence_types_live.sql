-- title: 有效证照种类 | Types of licences in use
-- unit: 种 | types
-- good: up
-- target: 35
-- by: unit = unit
-- drawing: number
-- note: 企业持有的、至少有一份有效证照的种类 | types held by enterprises of which at least one is valid
rows:
SELECT id, type, unit FROM licence_report WHERE zone = $1 AND status = 'valid' AND newest = 1 AND holder_register = 'enterprise'
value:
SELECT count(DISTINCT type) FROM rows
