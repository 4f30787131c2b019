-- title: 六个“位”满足率 | The six places, met
-- unit: % | %
-- of: six_place
-- good: up
-- target: 90
-- by: neighbourhood = neighbourhood; kind = kind
-- drawing: bars
-- note: 各社区供给能满足的需求占全部需求;一处有余不抵另一处不足 | what is met of what is needed; a surplus in one place does not fill a gap in another
rows:
SELECT id, neighbourhood, kind, supply, demand FROM record_six_place s WHERE zone = $1 AND as_of = (SELECT max(t.as_of) FROM record_six_place t WHERE t.zone = s.zone AND t.neighbourhood = s.neighbourhood AND t.kind = s.kind)
value:
SELECT round(100.0 * sum(CASE WHEN supply < demand THEN supply ELSE demand END) / sum(demand), 1) FROM rows
